"""A session's races: begun afresh or from the present state, ended, gone on with in one arm."""

from dataclasses import replace
from functools import partial

from dashboard.session.going_on import branch, go_on_without_others
from dashboard.session.race import Arm, race_typed
from dashboard.session.session import Session
from dqn_core.forking import forked, with_members


def start_race(session: Session, name: str, values: str, seeds: int, from_here: bool) -> None:
    """Race values that a person typed, from a fresh start or from the present state.

    From there each of its seeds goes on with each value, and ``seeds`` does not count. A refusal
    is that of the control "race".
    """
    with session.refusals("race"):
        axis = race_typed(name, values, session.run.trainer.members if from_here else seeds)
        if from_here:
            branch(session, partial(forked, name=axis.name, values=axis.values))
        else:
            session.begin(replace(session.link, race=axis, members=seeds))
        if session.problem:
            session.refused, session.named = "race", ()
        else:
            session.turns.start()


def end_race(session: Session) -> None:
    """A fresh run from the controls, without the race."""
    session.begin(replace(session.link, race=None))


def race_more_seeds(session: Session) -> None:
    """Start a fresh run of the same race with as many seeds, which come after the present."""
    link = session.link_of_run
    seed = max(config.seed for config in session.turns.configs) + 1
    session.begin(replace(link, config=link.config.replace(seed=seed)))
    if not session.problem:
        session.turns.start()


def go_on_alone(session: Session, arm: Arm) -> None:
    """Go on from the present state with one arm of the race, without the others."""
    run = session.turns.runs[arm.run]
    if len(arm.members) == run.trainer.members:  # it is a run of its own already
        go_on_without_others(session, run)
    else:
        branch(session, lambda trainer: [with_members(trainer, arm.members)])
    if not session.problem:
        session.turns.start()
