"""What every page begins with: page settings, the session, the way to the other pages."""

import gc
import os
from dataclasses import dataclass, replace
from functools import cache, partial

# Rollouts render without a window.
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.lessons.opened_rooms import opened_rooms, remember_rooms
from dashboard.lessons.playing import Playing, come_back_to_lesson, current_lesson
from dashboard.session.address import Remembered, keep_address, tell_problems
from dashboard.session.session import Session
from dashboard.session.visits import come_back, current_session
from dashboard.web.buttons import button, quiet_button
from dashboard.web.catalogues import LANGUAGES
from dashboard.web.keys import PAGE
from dashboard.web.language import _, begin_to_speak, language, speak
from dashboard.web.static_files import ASSETS
from dashboard.web.streamlit_words import streamlit_words
from dashboard.web.theme import custom_properties
from dashboard.web.widgets import renew_keys
from dqn_core.base.compute import set_threads
from dqn_core.base.phrases import Phrase

SIDEBAR_WIDTH = 315
LOGO = ASSETS / "images" / "logo.png"
HEAD = ASSETS / "frame" / "frame.css"
STYLES = (
    ASSETS / "shared" / "paper.css",
    ASSETS / "frame" / "focus.css",
    ASSETS / "frame" / "controls.css",
)

PAGES = {
    "app.py": (Phrase("Train"), ":material/play_circle:"),
    "pages/learn.py": (Phrase("Learn"), ":material/school:"),
    "pages/test.py": (Phrase("Test"), ":material/movie:"),
    "pages/compare.py": (Phrase("Compare"), ":material/query_stats:"),
}
"""Name and symbol of every page by its script, in the order of the navigation."""


@dataclass(frozen=True)
class Frame:
    """A page that was begun; what stands around it is drawn when the page has drawn what is urgent.

    So the answer to a click on Start or Pause is sent before all else.
    """

    script: str
    session: Session
    lesson: Playing | None
    navigation: DeltaGenerator

    def draw(self, look: str = "") -> None:
        """The ways to other pages, the languages, the address; ``look`` as for `open_page`."""
        st.logo(str(LOGO), size="large")
        # The sidebar is there once something is in it, and then moves everything to the right.
        st.sidebar.empty()
        with self.navigation:
            for page, (name, symbol) in PAGES.items():
                st.page_link(page, label=_(name), icon=symbol)
            _language_switch()
            keep_address(
                list(PAGES).index(self.script),
                replace(
                    self.session.remembered,
                    lesson=self.lesson.remembered if self.lesson else "",
                    rooms=" ".join(opened_rooms()),
                ),
                self.session.answered,
                partial(_come_back, self.session),
                "&".join(filter(None, (look, self.lesson.query if self.lesson else ""))),
            )


def begin_page(script: str) -> Frame:
    """Set the page up; its frame has the browser session's own session, and is to be drawn."""
    begin_to_speak()
    st.set_page_config(
        page_title=f"{_(PAGES[script][0])} · DQN Lab",
        page_icon=str(LOGO),
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    st.session_state[PAGE] = script
    _prepare_process()
    st.html(_style(not st.context.is_embedded, language()))
    navigation = st.container(horizontal=True, gap="small", key="navigation")
    session = current_session()
    frame = Frame(script, session, current_lesson(session), navigation)
    tell_problems(session.link_problems)
    return frame


def open_page(script: str, look: str = "") -> Session:
    """Begin the page with its frame, and return the browser session's own session.

    ``look`` is what the address says of the page besides the experiment.
    """
    frame = begin_page(script)
    frame.draw(look)
    return frame.session


@cache
def _style(has_head: bool, spoken: str) -> str:
    """The style of all pages, in one piece: the browser goes through every element of a page."""
    files = (*STYLES, HEAD) if has_head else STYLES
    rules = (file.read_text(encoding="utf-8") for file in files)
    return f"<style>{custom_properties()}{''.join(rules)}{streamlit_words(spoken)}</style>"


def present(session: Session, words: str) -> None:
    """The way to the page in large letters; ``words`` say what they show."""
    act = partial(session.look_at, view="presentation")
    button(_("Present"), "present", "open_in_full", act, help=words)


def leave_presentation(session: Session) -> None:
    """The way back from a page in large letters, also by Esc."""
    act, words = partial(session.look_at, view="page"), _("Back to the whole page")
    button("", "leave", "close_fullscreen", act, help=words, shortcut="esc")


def _language_switch() -> None:
    """A button for each language that the page does not speak, named as its speakers call it."""
    for other, name in LANGUAGES.items():
        if other != language():
            quiet_button(name, f"speak_{other}", act=partial(_switch_to, other))


def _switch_to(language: str) -> None:
    speak(language)
    renew_keys()


def _come_back(session: Session, left: Remembered) -> None:
    """Go on with what the tab had: its values, its run, its lesson, its rooms."""
    come_back(session, left)
    come_back_to_lesson(session, left)
    remember_rooms(*left.rooms.split())


@st.cache_resource(show_spinner=False)
def _prepare_process() -> bool:
    """Once a server: what the imports left never needs to be searched for garbage again.

    One thread for PyTorch, since two spin against each other as soon as a core is busy.
    """
    set_threads()
    gc.collect()
    gc.freeze()
    return True
