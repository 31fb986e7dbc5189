"""The Train page, and the server: `streamlit run app.py` opens on it.

Streamlit imports this file once, for `app`, the server. Then it runs it as a script whenever a
visitor opens the page or uses a control.
"""

import sys
from functools import partial
from typing import Literal

import streamlit as st
from starlette.middleware import Middleware
from streamlit.starlette import App

from dashboard.charts.look import look_controls
from dashboard.frame import Frame, begin_page, leave_presentation, present
from dashboard.learn_page.page_state import page_state
from dashboard.lessons.forgetting import forgetting
from dashboard.session.agents import trained_key
from dashboard.session.run import Status
from dashboard.session.session import Session
from dashboard.train_page.controls import controls_of, sidebar
from dashboard.train_page.curves import curves
from dashboard.train_page.health import health
from dashboard.train_page.messages import messages, offer
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
from dashboard.train_page.time_controls import start_or_pause, time_controls
from dashboard.train_page.tour import tour
from dashboard.web.admission import Admission
from dashboard.web.buttons import quiet_button
from dashboard.web.connections import allow_many_connections, send_at_once
from dashboard.web.language import _
from dashboard.web.routes import routes
from dashboard.web.static_files import ASSETS
from dashboard.web.visitors import Visitors
from dqn_core.base.errors import LabError
from dqn_core.base.phrases import Phrase
from dqn_core.base.settings import check_settings

MOVED_FIRST, MOST_PRESENTED = "gamma", 2
"""The control of a presentation before anything was changed; the most that it has."""
STYLE = ASSETS / "train" / "train.css"
PRESENTATION = ASSETS / "train" / "presentation.css"
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


def view(session: Session) -> None:
    """How the curves are looked at: horizontal axis, smoothing, what they are compared with."""
    with st.container(horizontal=True, vertical_alignment="center", key="view"):
        look_controls(session)
        race_button(session)
        earlier_runs(session)
        fork(session)


def take_apart() -> None:
    """The way to the microscope on the Learn page."""
    if quiet_button(
        _("Microscope"),
        "take_apart",
        "biotech",
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
    if key and quiet_button(
        _("Watch a trained agent"),
        "aim",
        "flag",
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


def presentation(frame: Frame, badge: str, drawn: str) -> None:
    """For a class that looks at a wall: what is being changed, and the chart of the return."""
    session = frame.session
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
    frame.draw()
    messages(session)
    st.html(STYLE)
    st.html(PRESENTATION)
    curves(session, drawn)


def page(frame: Frame, badge: str, drawn: str) -> None:
    """The whole page; ``drawn`` is the state that it shows."""
    session = frame.session
    title = st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="title")
    task = st.container()
    time_controls(session)  # before what stands above them: whoever clicks waits for their answer
    frame.draw()
    with title:
        name = _("Train a deep Q-network")
        st.markdown(f"# {name} {badge}", anchors=False, width="content")
        take_apart()
        aim(session)
        tour(session.link, is_lesson=frame.lesson is not None)
        present(
            session,
            _(
                "Shows only the chart of the return and the changed controls, in large letters. "
                "Esc goes back."
            ),
        )
    with task:
        lesson(session)
    with st.container():  # a fixed place: what comes and goes in it moves nothing below
        offer(session)
        messages(session)
    st.html(STYLE)
    with st.container():
        race(session)
    view(session)
    with st.container():
        changes(session)
    scene(session.turns)
    # Before the sidebar, whose widgets are many: they ask for their first rows while it is drawn.
    curves(session, drawn)
    sidebar(session, partial(make_lesson, session))
    inside(session)
    st.html(values_html(session.run, session.link))


def train_page() -> None:
    """Draw the page; while a run is under way, the browser renews what is live on it."""
    frame = begin_page("app.py")
    session = frame.session
    # Read before anything is drawn: the run may pause by itself meanwhile.
    status, drawn = session.turns.status, session.state

    badge, color = STATUS_BADGES[status]
    draw = presentation if session.link.view == "presentation" else page
    draw(frame, f":{color}-badge[{_(badge)}]", drawn)
    if session.state != drawn:
        st.rerun()


if __name__ == "__main__":
    train_page()
else:
    try:
        check_settings()
    except LabError as error:
        sys.exit(f"DQN Lab did not start. {error}")
    allow_many_connections()
    send_at_once()
    app = App(
        __file__,
        lifespan=forgetting,
        routes=routes(),
        middleware=[Middleware(Admission), Middleware(Visitors)],
    )
