"""The buttons that train, pause, step and begin anew, and how fast it goes."""

import secrets
import time
from collections.abc import Callable

import streamlit as st

from dashboard.session.earlier import LEAVES
from dashboard.session.run import Status
from dashboard.session.session import Session
from dashboard.web.buttons import button, primary_button
from dashboard.web.language import _
from dashboard.web.widgets import showing
from dqn_core.base.phrases import Phrase
from dqn_core.base.settings import ABANDONED_SECONDS

PAGE = Phrase(
    "The run trains while this page is open, also in a background tab. It pauses when the page is "
    "closed, or sends no request for {seconds:g} seconds. The command under Copy trains without a "
    "page."
)
MOMENT = 0.1
"""Seconds: what ends within them has happened at once."""
ANSWER_SECONDS = 0.06
"""Given to the server to send a button and to the browser to draw it, before the page's rest."""
SPEEDS: dict[str, float | None] = {
    Phrase("1 step/s"): 1,
    Phrase("10 steps/s"): 10,
    Phrase("50 steps/s"): 50,
    Phrase("500 steps/s"): 500,
    Phrase("full speed"): None,
}


def start_or_pause(session: Session) -> None:
    """The button that trains, or stops that. Who has just pressed it sees the other one at once."""
    if session.turns.is_active:
        primary_button(
            _("Pause"), "pause", "pause", lambda: session.turns.pause(), shortcut="space", width=170
        )
    else:
        primary_button(
            _("Resume") if session.run.trainer.env_step else _("Start"),
            "start",
            "play_arrow",
            lambda: session.turns.start(),
            shortcut="space",
            width=170,
            help=_(PAGE, seconds=ABANDONED_SECONDS.value),
            disabled=_is_over(session),
        )
    if any(st.session_state.get(key) for key in ("start", "pause")):
        time.sleep(ANSWER_SECONDS)


def _is_over(session: Session) -> bool:
    return session.turns.status in (Status.FINISHED, Status.FAILED)


def _shortly(session: Session, begin: Callable[[], None]) -> None:
    """Begin what pauses by itself: where that is in a moment, the page need not be drawn twice."""
    begin()
    session.runner.touch()
    latest = time.monotonic() + MOMENT
    while session.turns.is_active and time.monotonic() < latest:
        time.sleep(MOMENT / 50)


def time_controls(session: Session) -> None:
    """Start and pause first and biggest, then single steps and the ways to begin anew.

    A click acts on the run that there is by then: a value that was typed just before it has made
    another one than was drawn.
    """
    cannot_go_on = session.turns.is_active or _is_over(session)
    with st.container(horizontal=True, vertical_alignment="bottom", key="time_controls"):
        start_or_pause(session)
        button(
            _("One step"),
            "one_step",
            "skip_next",
            lambda: _shortly(session, session.turns.step),
            help=_("One environment step"),
            disabled=cannot_go_on,
        )
        button(
            _("One episode"),
            "one_episode",
            "fast_forward",
            lambda: _shortly(session, session.turns.episode),
            help=_("Trains to the end of the episode"),
            disabled=cannot_go_on,
        )
        button(
            _("Reset"),
            "reset",
            "restart_alt",
            session.reset,
            help=_("A new run from step 0, with the values of the controls and the same seed.")
            + " "
            + _(LEAVES),
        )
        button(
            _("New seed"),
            "new_seed",
            "casino",
            lambda: session.reset(secrets.randbelow(1_000_000)),
            help=_("A new run from step 0, with another seed.") + " " + _(LEAVES),
            disabled="seed" in session.link.fixed_controls,
        )
        _speed(session)


def _speed(session: Session) -> None:
    names, speeds = [_(name) for name in SPEEDS], list(SPEEDS.values())
    chosen = speeds.index(session.run.steps_per_second)
    st.selectbox(
        _("Speed"),
        range(len(speeds)),
        index=chosen,
        format_func=names.__getitem__,
        label_visibility="collapsed",
        width=130,
        **showing("speed", chosen, lambda place: session.set_speed(speeds[place])),
    )
