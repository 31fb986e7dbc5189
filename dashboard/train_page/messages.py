"""What the person should know now: why a run stopped, what was refused, the way back to a run."""

from contextlib import suppress
from functools import partial

import streamlit as st

from dashboard.session.going_on import go_on_with
from dashboard.session.links import GROUPS
from dashboard.session.run import Run, Status
from dashboard.session.session import Session
from dashboard.session.store import own_run
from dashboard.train_page.past import changes_of
from dashboard.web.buttons import button
from dashboard.web.language import _, n_, said, together
from dashboard.web.markup import plain
from dashboard.web.notices import tell, tell_error
from dqn_core import LabError


def messages(session: Session) -> None:
    """What the person should know now: refusals, why a run stopped, what waits for a reset."""
    run = session.turns.foremost
    if session.problem and not session.refused:  # else it stands beside its control
        tell_error(session.problem)
    if run.status is Status.FAILED:
        tell_error(together(said(run.message), _failed_words(run)))
    elif run.status is Status.INTERRUPTED:
        again = (
            _("Resume tries again with a new episode.")
            if run.trainer.env_step
            else _("Start tries again with a new episode.")
        )
        kept = _("Everything up to that step is kept.")
        tell_error(together(said(run.message), kept, again))
    elif run.status is Status.FINISHED:
        tell(together(said(run.message), _finished_words(session, run)))
    elif run.status is Status.WAITING:
        st.info(
            n_(
                "Waiting: 1 run is ahead of you. This run starts by itself when a place is free.",
                "Waiting: {count} runs are ahead of you. This run starts by itself when a place is "
                "free.",
                run.ahead,
            ),
            icon=":material/hourglass_top:",
        )
    elif run.message:
        tell(run.message)
    if run.keeping.problem:
        lost = _("Training continues, but is not kept, and changes cannot be undone.")
        st.warning(together(plain(said(run.keeping.problem)), lost), icon=":material/save:")
    if run.stopped:
        why = plain(together(*map(said, run.stopped)))
        st.warning(together(why, _going_on_words(run)), icon=":material/warning:")
    if waiting := session.needs_reset():
        st.warning(
            _(
                "For the next run: {values}. **Reset** begins it.",
                values=plain(_(", ").join(waiting)),
            ),
            icon=":material/schedule:",
        )


def _failed_words(run: Run) -> str:
    """What is left of a run that stopped, and how to continue."""
    if changes_of(run):
        return _("Everything up to that step is kept. To continue, undo the change or press Reset.")
    return _("Everything up to that step is kept. To continue, change values and press Reset.")


def _finished_words(session: Session, run: Run) -> str:
    """How a run that is at its end can be continued, if a lesson does not fix its limits."""
    if session.link.fixed_controls.issuperset(GROUPS["budget"]):
        return _("Reset begins a new run.")
    if run.config.learning_rate_end < run.config.learning_rate:
        return _(
            "To continue, raise or switch off that limit under Budget. With a larger step budget "
            "the learning rate α falls more slowly, so it is higher again. Reset begins a new run."
        )
    return _("To continue, raise or switch off that limit under Budget. Reset begins a new run.")


def _going_on_words(run: Run) -> str:
    """Whose numbers count where seeds have stopped."""
    others = len(run.trainer.going_on)
    if not others:
        return ""
    return n_(
        "The other seed continues, and only it counts in averages.",
        "The other {count} seeds continue, and only they count in averages.",
        others,
    )


def offer(session: Session) -> None:
    """The way back to the run that this page had before."""
    if not session.offered or session.turns.status is not Status.READY:
        return
    with suppress(LabError):  # it was deleted meanwhile
        first, *_others = session.offered.split()
        record = own_run(first, session.owner)
        button(
            _("Go on with {run}, step {step:,}", run=record.name, step=record.env_steps),
            "go_on",
            "history",
            partial(go_on_with, session, session.offered),
        )
