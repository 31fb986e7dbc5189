"""The Train page, and the server: `streamlit run app.py` opens on it.

Streamlit imports this file once, for `app`, the server. Then it runs it as a script whenever a
visitor opens the page or uses a control.
"""

import secrets
from contextlib import suppress
from functools import partial
from typing import Literal

import streamlit as st
from starlette.middleware import Middleware
from streamlit.starlette import App

from dashboard.charts.look import look_controls
from dashboard.frame import leave_presentation, open_page
from dashboard.learn_page.page_state import page_state
from dashboard.lessons.forgetting import forgetting
from dashboard.lessons.playing import current_lesson
from dashboard.session.agents import trained_key
from dashboard.session.earlier import LEAVES
from dashboard.session.going_on import go_on_with
from dashboard.session.links import GROUPS
from dashboard.session.run import Run, Status
from dashboard.session.runner import ABANDONED_SECONDS
from dashboard.session.session import Session
from dashboard.session.store import own_run
from dashboard.train_page.controls import controls_of, sidebar
from dashboard.train_page.curves import curves
from dashboard.train_page.health import health
from dashboard.train_page.paper import values_html
from dashboard.train_page.past import (
    changed_last,
    changes,
    changes_of,
    earlier_runs,
    fork,
)
from dashboard.train_page.playing import lesson
from dashboard.train_page.q_map import member_choice, q_map
from dashboard.train_page.race import race, race_button
from dashboard.train_page.scene import scene
from dashboard.train_page.tour import tour
from dashboard.web.admission import Admission
from dashboard.web.connections import allow_many_connections
from dashboard.web.language import _, n_, said, together
from dashboard.web.markup import plain
from dashboard.web.notices import tell, tell_error
from dashboard.web.routes import routes
from dashboard.web.static_files import ASSETS
from dashboard.web.visitors import Visitors
from dashboard.web.widgets import key_showing, on_change
from dqn_core import LabError
from dqn_core.phrases import Phrase

PAGE = Phrase(
    "The run trains while this page is open, also in a background tab. It pauses when the page is "
    "closed, or sends no request for {seconds:g} seconds. The command under Copy trains without a "
    "page."
)
MOVED_FIRST, MOST_PRESENTED = "gamma", 2
"""The control of a presentation before anything was changed; the most that it has."""
STYLE = ASSETS / "train" / "train.css"
PRESENTATION = ASSETS / "train" / "presentation.css"
SPEEDS: dict[str, float | None] = {
    Phrase("1 step/s"): 1,
    Phrase("10 steps/s"): 10,
    Phrase("50 steps/s"): 50,
    Phrase("500 steps/s"): 500,
    Phrase("full speed"): None,
}
Color = Literal["gray", "green", "orange", "blue", "violet", "red"]
STATUS_BADGES: dict[Status, tuple[str, Color]] = {
    Status.READY: (Phrase("ready"), "gray"),
    Status.RUNNING: (Phrase("training"), "green"),
    Status.WAITING: (Phrase("waiting"), "orange"),
    Status.PAUSED: (Phrase("paused"), "blue"),
    Status.FINISHED: (Phrase("finished"), "violet"),
    Status.INTERRUPTED: (Phrase("interrupted"), "red"),
    Status.FAILED: (Phrase("stopped"), "red"),
}


def start_or_pause(session: Session) -> None:
    """The button that trains, or stops that."""
    turns = session.turns
    if turns.is_active:
        st.button(
            _("Pause"),
            key="pause",
            icon=":material/pause:",
            type="primary",
            shortcut="space",
            width=170,
            on_click=lambda: session.turns.pause(),
        )
    else:
        st.button(
            _("Resume") if session.run.trainer.env_step else _("Start"),
            key="start",
            icon=":material/play_arrow:",
            type="primary",
            shortcut="space",
            width=170,
            help=_(PAGE, seconds=ABANDONED_SECONDS),
            on_click=lambda: session.turns.start(),
            disabled=turns.status in (Status.FINISHED, Status.FAILED),
        )


def time_controls(session: Session) -> None:
    """Start and pause first and biggest, then single steps and the ways to begin anew.

    A click acts on the run that there is by then: a value that was typed just before it has made
    another one than was drawn.
    """
    turns = session.turns
    active = turns.is_active
    over = turns.status in (Status.FINISHED, Status.FAILED)
    with st.container(horizontal=True, vertical_alignment="bottom", key="time_controls"):
        start_or_pause(session)
        st.button(
            _("One step"),
            key="one_step",
            icon=":material/skip_next:",
            help=_("One environment step"),
            on_click=lambda: session.turns.step(),
            disabled=active or over,
        )
        st.button(
            _("One episode"),
            key="one_episode",
            icon=":material/fast_forward:",
            help=_("Trains to the end of the episode"),
            on_click=lambda: session.turns.episode(),
            disabled=active or over,
        )
        st.button(
            _("Reset"),
            key="reset",
            icon=":material/restart_alt:",
            help=_("A new run from step 0, with the values of the controls and the same seed.")
            + " "
            + _(LEAVES),
            on_click=session.reset,
        )
        st.button(
            _("New seed"),
            key="new_seed",
            icon=":material/casino:",
            help=_("A new run from step 0, with another seed.") + " " + _(LEAVES),
            on_click=lambda: session.reset(secrets.randbelow(1_000_000)),
            disabled="seed" in session.link.fixed_controls,
        )
        names, speeds = [_(name) for name in SPEEDS], list(SPEEDS.values())
        chosen = speeds.index(session.run.steps_per_second)
        key = key_showing("speed", chosen)
        st.selectbox(
            _("Speed"),
            range(len(speeds)),
            index=chosen,
            format_func=names.__getitem__,
            key=key,
            on_change=on_change(key, lambda place: session.set_speed(speeds[place])),
            label_visibility="collapsed",
            width=130,
        )


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
            "To continue, raise or switch off that limit under Budget. α falls over the step "
            "budget: a larger one raises it again. Reset begins a new run."
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
        st.button(
            _("Go on with {run}, step {step:,}", run=record.name, step=record.env_steps),
            key="go_on",
            icon=":material/history:",
            on_click=go_on_with,
            args=(session, session.offered),
        )


def view(session: Session) -> None:
    """How the curves are looked at: horizontal axis, smoothing, what they are compared with."""
    with st.container(horizontal=True, vertical_alignment="center", key="view"):
        look_controls(session)
        race_button(session)
        earlier_runs(session)
        fork(session)


def take_apart() -> None:
    """The way to the microscope on the Learn page."""
    if st.button(
        _("Microscope"),
        key="take_apart",
        icon=":material/biotech:",
        type="tertiary",
        help=_(
            "Takes the next update of this run apart on the Learn page, in a copy: the run itself "
            "continues."
        ),
    ):
        page_state().show("microscope")
        st.switch_page("pages/learn.py")


def make_lesson(session: Session) -> None:
    """The way to the lesson editor on the Learn page."""
    page_state().make_lesson(session.link)
    st.switch_page("pages/learn.py")


def aim(session: Session) -> None:
    """The way to an agent that has learnt the run's environment, where the project has one."""
    environment = session.run.config.environment
    key = trained_key(environment)
    if key and st.button(
        _("Watch a trained agent"),
        key="aim",
        icon=":material/flag:",
        type="tertiary",
        help=_(
            "What you are aiming at: an agent that has learnt {environment} plays on the Test "
            "page. The run on this page continues.",
            environment=environment,
        ),
    ):
        session.to_watch = key
        st.switch_page("pages/test.py")


@st.fragment
def inside(session: Session) -> None:
    """What the networks have become; its controls draw no more than this anew."""
    run, member = member_choice(session.turns)
    with st.container(border=True, key="q_map_section"):
        q_map(run, member)
    health(run, member)


def presentation(session: Session, badge: str, drawn: str) -> None:
    """For a class that looks at a wall: what is being changed, and the chart of the return."""
    run, hidden = session.run, session.link.hidden_controls
    names = [name for name in (*changed_last(run), MOVED_FIRST) if name not in hidden]
    with st.container(horizontal=True, vertical_alignment="center", key="presentation"):
        start_or_pause(session)
        controls_of(session, list(dict.fromkeys(names))[:MOST_PRESENTED])
        made = changes_of(run)
        last = ""
        if made:
            last = _("**{change}** at step {step:,}", change=made[-1].label, step=made[-1].env_step)
        st.markdown(f"{badge} {last}")
        leave_presentation(session)
    messages(session)
    st.html(STYLE)
    st.html(PRESENTATION)
    curves(session, drawn)


def page(session: Session, badge: str, drawn: str) -> None:
    """The whole page; ``drawn`` is the state that it shows."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="title"):
        title = _("Train a deep Q-network")
        st.markdown(f"# {title} {badge}", anchors=False, width="content")
        take_apart()
        aim(session)
        tour(session.link, is_lesson=current_lesson(session) is not None)
    st.button(
        _("Present"),
        key="present",
        icon=":material/open_in_full:",
        help=_(
            "Shows only the chart of the return and the changed controls, in large letters. Esc "
            "goes back."
        ),
        on_click=partial(session.look_at, view="presentation"),
    )
    lesson(session)
    time_controls(session)
    with st.container():  # what comes and goes has a place, lest all below it is made anew
        offer(session)
        messages(session)
    st.html(STYLE)
    above_curves = st.container()
    curves(session, drawn)  # early: they ask for their first rows while the rest is drawn
    # After what is to answer at once: its widgets are many.
    sidebar(session, partial(make_lesson, session))
    with above_curves:
        with st.container():
            race(session)
        view(session)
        with st.container():
            changes(session)
        scene(session.run)
    inside(session)
    st.html(values_html(session.run, session.link))


def train_page() -> None:
    """Draw the page; while a run is under way, the browser renews what is live on it."""
    session = open_page("app.py")
    # Read before anything is drawn: the run may pause by itself meanwhile.
    status, drawn = session.turns.status, session.state

    badge, color = STATUS_BADGES[status]
    draw = presentation if session.link.view == "presentation" else page
    draw(session, f":{color}-badge[{_(badge)}]", drawn)
    if session.state != drawn:
        st.rerun()


if __name__ == "__main__":
    train_page()
else:
    allow_many_connections()
    app = App(
        __file__,
        lifespan=forgetting,
        routes=routes(),
        middleware=[Middleware(Admission), Middleware(Visitors)],
    )
