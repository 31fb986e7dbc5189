"""Made-up episodes, and films of them."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from dashboard.test_page.film import Film

STEPS = 60


def recording(frames: str = "picture", steps: int = STEPS) -> Any:
    rng = np.random.default_rng(0)
    pictures: list[Any] = [
        np.full((40, 60, 3), (t, 255 - t, 7), np.uint8) if frames == "picture" else f"step {t}"
        for t in range(steps + 1)
    ]
    return SimpleNamespace(
        observations=rng.normal(size=(steps + 1, 3)).astype(np.float32),
        actions=rng.integers(0, 2, steps),
        rewards=rng.normal(size=steps),
        q_values=rng.normal(size=(steps + 1, 2)).astype(np.float32),
        terminated=True,
        truncated=False,
        frames=[] if frames == "none" else pictures,
        frames_per_second=50.0,
        observation_labels=("x", "v", "angle"),
        observation_limits=((-1.0, 1.0), (-np.inf, np.inf), (-0.2, 0.2)),
        action_labels=("left", "right"),
        gamma=0.99,
    )


def filled(film: Film, episode: Any, start: int = 0) -> Film:
    """``film`` with the moments of ``episode`` from ``start`` on."""
    for t in range(start, len(episode.observations)):
        last = t == len(episode.actions)
        film.add(
            episode.frames[t] if episode.frames else None,
            episode.observations[t],
            episode.q_values[t],
            None if last else episode.actions[t],
            None if last else episode.rewards[t],
        )
    film.finish(terminated=episode.terminated, truncated=episode.truncated)
    return film


def film_of(episode: Any, title: str = "") -> Film:
    return filled(Film(episode, gamma=episode.gamma, title=title), episode)
