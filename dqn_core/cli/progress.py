"""How far a training is: a bar on a terminal, a line now and then in a file."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

from dqn_core.cli.results import steps_of_all
from dqn_core.cli.streams import tell
from dqn_core.numbers import number
from dqn_core.trainer import Trainer

RECENT_EPISODES = 10
"""Episodes for each member in the mean return: so many times members, the newest of any of them."""

LINES = 10
"""Lines of a whole step budget where standard error is no terminal."""


@contextmanager
def progress(trainer: Trainer) -> Iterator[Callable[[], None]]:
    """What shows on standard error how far ``trainer`` is, to be called after each slice."""
    if not sys.stderr.isatty():
        yield _Lines(trainer).show
        return
    with tqdm(
        desc=trainer.config.environment,
        total=steps_of_all(trainer, trainer.config.total_steps),
        initial=steps_of_all(trainer, trainer.env_step),
        unit=" steps",
        dynamic_ncols=True,
    ) as bar:

        def show() -> None:
            bar.total = steps_of_all(trainer, trainer.config.total_steps)
            bar.set_postfix_str(standing(trainer), refresh=False)
            bar.update(steps_of_all(trainer, trainer.env_step) - bar.n)

        yield show


class _Lines:
    """A line whenever another tenth of the step budget is used up."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._told = self._part()

    def _part(self) -> int:
        return LINES * self._trainer.env_step // self._trainer.config.total_steps

    def show(self) -> None:
        if self._part() > self._told:
            self._told = self._part()
            config = self._trainer.config
            tell(
                f"{config.environment}: environment step {self._trainer.env_step:,} of "
                f"{config.total_steps:,}, {standing(self._trainer)}"
            )


def standing(trainer: Trainer) -> str:
    """The episodes that every member has ended, and the mean return of the newest ones.

    Members that have stopped no longer count for the first.
    """
    budget = trainer.config.total_episodes
    episodes = f"episode {trainer.fewest_episodes:,}" + (f"/{budget:,}" if budget else "")
    returns = trainer.history.episodes.columns(-RECENT_EPISODES * trainer.members)["return"]
    return f"return {number(returns.mean())}, {episodes}" if len(returns) else episodes
