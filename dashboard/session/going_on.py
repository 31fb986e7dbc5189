"""Continuing from something else than a fresh run: an earlier state, another run, a file, forks.

The present run stays in the store. If something is refused, the session's ``problem`` says why, and
nothing changes.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from functools import partial

from dashboard.session.controls_of_run import shown_for
from dashboard.session.filling import fixed_values
from dashboard.session.keeping import Origin
from dashboard.session.links import Link
from dashboard.session.race import MOST_RACED, MOST_VALUES
from dashboard.session.run import Run, Status
from dashboard.session.session import Session
from dashboard.session.size import check_size
from dashboard.session.snapshots import alike_on_the_way
from dashboard.session.store import own_run, store
from dashboard.session.turns import Turns
from dqn_core import LabError
from dqn_core.base.errors import ConfigurationError
from dqn_core.base.phrases import Phrase, paragraph
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.files.checkpoint import load_run
from dqn_core.store.retraining import retrained
from dqn_core.store.snapshots import Snapshot
from dqn_core.trainer import Trainer

MOST_SECONDS = 2.0
"""The longest training again from a snapshot to the step of a fork: the page waits for it."""


def fork_from(session: Session, at: Snapshot, where: str = "", step: int = 0) -> None:
    """Continue from an earlier state as a new run.

    With a ``step`` behind it, continue from there, if that takes no longer than `MOST_SECONDS` to
    train again. Runs that take turns each continue from their own state. ``where`` describes the
    place in words, unless it is that step.
    """
    runs = session.turns.runs
    with session.refusals():
        places = [at, *(alike_on_the_way(run, at) for run in runs[1:])]
    if session.problem:
        return
    present = [run.keeping.name or run.keeping.parent for run in runs]

    def forked(n: int, trainer: Trainer) -> Run:
        passed = [agent for agent in runs[n].passed_agents if agent.env_steps <= trainer.env_step]
        origin = Origin(session.link.preset, session.owner, present[n], trainer.env_step)
        return Run(trainer, origin, passed_agents=passed)

    there = [Phrase(", {where}", where=where)] * len(runs) if where else _named(present)
    _go_to(session, [(place.run, place.id) for place in places], forked, there, step)


def go_on_with(session: Session, names: str) -> None:
    """Continue a run of the store exactly where it was.

    ``names`` are several, with spaces between them, for runs that take turns.
    """
    wanted = [*dict.fromkeys(names.split())][:MOST_VALUES]  # a browser can send anything
    having = {run.keeping.name: run for run in session.turns.runs}
    if wanted == [*having]:
        return
    if len(wanted) == 1 and wanted[0] in having:
        go_on_without_others(session, having[wanted[0]])
        return

    def gone_on(n: int, trainer: Trainer) -> Run:
        return Run(trainer, record=own_run(wanted[n], session.owner))

    places = [(name, None) for name in wanted]
    _go_to(session, places, gone_on, _named(wanted))


def come_back_to(session: Session, names: str) -> None:
    """Continue the run that the page had; the controls keep the values of its address."""
    asked = session.link
    go_on_with(session, names)
    if session.problem:
        return
    raced = {asked.race.name} if asked.race else set()
    ahead = asked.config.difference(session.run.config).keys() - raced
    session.choose_next(any(HYPERPARAMETERS[n].applies != "restart" for n in ahead))
    session.link = asked


def go_on_without_others(session: Session, run: Run) -> None:
    """Continue with only one of the runs that take turns."""
    with session.refusals():
        link = shown_for(run.trainer.configs, session.link)
        session.go_on_as(Turns([run]), link)


def open_run(session: Session, name: str, content: bytes) -> bool:
    """Continue a saved run; returns whether it could be opened."""
    with session.refusals("open"):
        if session.link.fixed_controls:
            raise ConfigurationError(
                "This lesson has fixed values, and a run file brings other values."
            )
        trainer = load_run(content, MOST_RACED)
        try:
            link = shown_for(trainer.configs, session.link)
            opened = Run(trainer, Origin(session.link.preset, session.owner))
        except LabError:
            trainer.close()
            raise
        session.choose_next(False)
        session.go_on_as(Turns([opened]), link)
        opened.message = opened.message or Phrase(
            "Opened {name} at step {step:,}.", name=name, step=trainer.env_step
        )
    if session.problem:
        session.problem = Phrase(
            "{name} was not opened. {reason}", name=name, reason=session.problem
        )
    return not session.problem


def branch(session: Session, make: Callable[[Trainer], Sequence[Trainer]]) -> None:
    """Continue with what ``make`` makes of the present state; the present run pauses."""
    run = session.run
    run.pause()
    run.rest()  # the store keeps the state that is forked

    def branches() -> Sequence[Trainer]:
        with run.held():
            return make(run.trainer)

    def branched(_: int, trainer: Trainer) -> Run:
        present = run.keeping.name or run.keeping.parent
        return Run(trainer, Origin(session.link.preset, session.owner, present, trainer.env_step))

    _take_over(session, branches, branched, lambda turns: shown_for(turns.configs, session.link))


def _go_to(
    session: Session,
    places: Sequence[tuple[str, int | None]],
    make: Callable[[int, Trainer], Run],
    where: Sequence[str],
    step: int = 0,
) -> None:
    """Continue from a snapshot of each of these runs of the store; None is the newest.

    With a ``step`` behind it, from there if it is soon reached. ``where`` names each place.
    """
    names = " ".join(name for name, _ in places)

    def trainers() -> Iterator[Trainer]:
        for name, snapshot in places:
            own_run(name, session.owner)
            reached = _retrained(name, snapshot, step) if step else None
            yield reached or store().trainer(name, snapshot=snapshot)

    _take_over(session, trainers, make, partial(_shown_at, session, names))
    if session.problem:
        return
    session.offered = ""
    for run, there in zip(session.turns.runs, where, strict=True):
        if run.status in (Status.PAUSED, Status.READY):
            now = run.trainer.env_step
            back = Phrase(
                "Back at step {step:,}{where}.", step=now, where="" if now == step else there
            )
            run.message = paragraph((back, run.message))


def _named(runs: Sequence[str | None]) -> list[str]:
    return [Phrase(" of {run}", run=name) for name in runs]


def _retrained(name: str, snapshot: int | None, step: int) -> Trainer | None:
    """The run as it was at that step, trained again from a kept state before it.

    None if that takes too long, or if the training does not come to the same again.
    """
    trainer, ends = store().trainer(name, snapshot=snapshot), time.monotonic() + MOST_SECONDS
    with suppress(LabError):
        for _ in retrained(store(), name, trainer, step):
            if time.monotonic() > ends:
                break
        else:
            return trainer
    trainer.close()
    return None


def _take_over(
    session: Session,
    trainers: Callable[[], Iterable[Trainer]],
    run_of: Callable[[int, Trainer], Run],
    shown: Callable[[Turns], Link],
) -> None:
    """Continue with these trainers in place of the present runs.

    ``run_of`` makes a run of a trainer and its number; ``shown`` gives the controls for the runs.
    """
    with session.refusals(), ExitStack() as opened:
        found = [opened.enter_context(closing(trainer)) for trainer in trainers()]
        check_size([config for trainer in found for config in trainer.configs])
        turns = Turns([run_of(n, trainer) for n, trainer in enumerate(found)])
        link = shown(turns)
        opened.pop_all()
        session.go_on_as(turns, link)


def _shown_at(session: Session, names: str, turns: Turns) -> Link:
    """What the controls showed when the runs were left here, else the runs' own values.

    Raises `LabError` for a run that a page cannot show, or that does not fit this lesson.
    """
    link = shown_for(turns.configs, session.link)
    if not _has_what_is_fixed(link, session.link):
        raise ConfigurationError("This lesson has fixed values, and that run has other values.")
    return session.shown_before(names, len(turns.first.history.changes)) or link


def _has_what_is_fixed(run: Link, lesson: Link) -> bool:
    """Whether a run has the values that a lesson fixes, and races them only as the lesson does."""
    fixed = fixed_values(lesson)
    raced = {race.name for race in (run.race, lesson.race) if race} & fixed.keys()
    if raced and run.race != lesson.race:
        return False
    return all(getattr(run.config, n) == value for n, value in fixed.items() if n not in raced)
