"""How far a training is: a bar on a terminal, a line now and then in a file."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass

from tqdm import tqdm

from dqn_core.base.errors import printable
from dqn_core.base.numbers import number
from dqn_core.cli.results import steps_of_all
from dqn_core.cli.streams import tell
from dqn_core.trainer import Trainer

RECENT_EPISODES = 10
"""The mean return is over this many of the newest episodes times the number of members."""

LINES = 10
"""Lines of a whole step budget where standard error is no terminal."""


@dataclass(frozen=True)
class Progress:
    """Environment steps of all that train, made and planned, and how they do in a few words.

    ``line`` says both in a log.
    """

    done: int
    total: int
    words: str
    line: str


@contextmanager
def shown(name: str, look: Callable[[], Progress]) -> Iterator[Callable[[], None]]:
    """What shows on standard error how far it is, to be called now and then."""
    if not _is_terminal():
        yield _Lines(name, look).show
        return
    first = look()
    with tqdm(
        desc=printable(name),
        total=first.total,
        initial=first.done,
        unit=" steps",
        dynamic_ncols=True,
    ) as bar:

        def show() -> None:
            now = look()
            bar.total = now.total
            bar.set_postfix_str(now.words, refresh=False)
            bar.update(now.done - bar.n)

        yield show


def _is_terminal() -> bool:
    # An environment may have closed it or taken it away.
    with suppress(AttributeError, ValueError):
        return sys.stderr.isatty()
    return False


class _Lines:
    """A line whenever another tenth of all steps is made."""

    def __init__(self, name: str, look: Callable[[], Progress]) -> None:
        self._name = name
        self._look = look
        self._told = _tenths(look())

    def show(self) -> None:
        now = self._look()
        if _tenths(now) > self._told:
            self._told = _tenths(now)
            tell(f"{self._name}: {now.line}")


def _tenths(progress: Progress) -> int:
    return LINES * progress.done // max(1, progress.total)


def progress(trainer: Trainer) -> AbstractContextManager[Callable[[], None]]:
    """`shown` for a training."""

    def look() -> Progress:
        budget, words = trainer.config.total_steps, standing(trainer)
        return Progress(
            steps_of_all(trainer, trainer.env_step),
            steps_of_all(trainer, budget),
            words,
            f"environment step {trainer.env_step:,} of {budget:,}, {words}",
        )

    return shown(trainer.config.environment, look)


def standing(trainer: Trainer) -> str:
    """The episodes that every member has ended, and the mean return of the newest ones.

    Members that have stopped no longer count for the first.
    """
    budget = trainer.config.total_episodes
    episodes = f"episode {trainer.fewest_episodes:,}" + (f"/{budget:,}" if budget else "")
    returns = trainer.history.episodes.columns(-RECENT_EPISODES * trainer.members)["return"]
    return f"return {number(returns.mean())}, {episodes}" if len(returns) else episodes
