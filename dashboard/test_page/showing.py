"""An episode of an agent that is shown: recorded in a thread, watched meanwhile."""

from typing import Any

from dashboard.session.agents import Chosen
from dashboard.test_page.film import Film, StoppedError
from dqn_core import record
from dqn_core.environments.configured import spec_for
from dqn_core.episodes.conditions import Conditions
from dqn_core.episodes.recording import Recording

MOST_MOMENTS = 10_000
"""Moments of a film, whose pictures stay in memory until another episode is chosen."""


class Showing:
    """One episode that is being filmed or has been."""

    def __init__(self, chosen: Chosen, seed: int, conditions: Conditions) -> None:
        self.chosen = chosen
        self.seed = seed
        self.conditions = conditions
        self.recording: Recording | None = None
        self._stopped = False
        config = chosen.agent.config
        self.spec = spec = spec_for(config)
        self.film = Film(
            spec,
            gamma=config.gamma,
            title=chosen.title,
            failing=spec.failing,
            atoms=chosen.agent.network.head.atoms,
        )
        self.film.start(self._record)

    def stop(self) -> None:
        """Film no further."""
        self._stopped = True

    def _record(self, film: Film) -> None:
        def watcher(*moment: Any) -> None:
            if self._stopped:
                raise StoppedError("Another episode was chosen.")
            if len(film) >= MOST_MOMENTS:
                raise StoppedError(
                    "The film ends after {steps:,} steps, but the episode goes on.",
                    steps=MOST_MOMENTS,
                )
            film.add(*moment)

        recording = record(self.chosen.agent, self.seed, self.conditions, watcher=watcher)
        # First the recording: whoever sees that the film is complete finds it there.
        self.recording = recording
        film.finish(
            terminated=recording.terminated,
            truncated=recording.truncated,
            unseen=recording.unseen,
        )
