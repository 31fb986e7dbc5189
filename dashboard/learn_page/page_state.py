"""What the Learn page of one browser session shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast, get_args

from dashboard.learn_page.experiments_state import ExperimentsState
from dashboard.learn_page.lessons_state import LessonsState, read_lessons_state
from dashboard.session.address import SECTION, Section, parameters
from dashboard.session.links import Link
from dashboard.web.keys import LEARN_PAGE, kept


@dataclass
class PageState:
    """Kept from one run of the page to the next."""

    section: Section = "lessons"
    experiments: ExperimentsState = field(default_factory=ExperimentsState)
    lessons: LessonsState = field(default_factory=LessonsState)

    @property
    def query(self) -> str:
        """Its part of the address."""
        section = "" if self.section == "lessons" else f"{SECTION}={self.section}"
        lessons = self.lessons.query if self.section == "lessons" else ""
        return "&".join(filter(None, (section, self.experiments.query, lessons)))

    def show(self, section: Section) -> None:
        """Show that section from now on."""
        self.section = section

    def make_lesson(self, link: Link) -> None:
        """Show the editor, with a lesson of the state in ``link`` or with the one being made."""
        self.show("lessons")
        self.lessons.make(link)


def page_state() -> PageState:
    """The browser session's own; it begins with what the address says."""
    return kept(LEARN_PAGE, lambda: _read(parameters()))


def _read(given: Mapping[str, Sequence[str]]) -> PageState:
    state = PageState(experiments=ExperimentsState.read(given), lessons=read_lessons_state(given))
    for name in given.get(SECTION, ()):
        if name in get_args(Section):
            state.show(cast(Section, name))
    return state
