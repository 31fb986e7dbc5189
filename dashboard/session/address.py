"""The address bar: read when a session begins, kept up to date from then on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal, TypeAlias, TypedDict, get_args
from urllib.parse import parse_qs

import streamlit as st

from dashboard.session import looks
from dashboard.session.links import Link
from dashboard.session.reading import read
from dashboard.web.buttons import quiet_button
from dashboard.web.catalogues import LANGUAGES
from dashboard.web.keys import widget_values
from dashboard.web.language import PARAMETER, _, spoken
from dashboard.web.notices import listed
from dashboard.web.static_files import component
from dashboard.web.symbols import glossary
from dashboard.web.visitors import ROOM
from dqn_core.base.errors import excerpt
from dqn_core.base.phrases import Phrase, one_of
from dqn_core.comparison import Metric
from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.store.record import Status

_component = component("frame/frame.js")

Section: TypeAlias = Literal["lessons", "experiments", "microscope", "notebook"]

SECTION = "section"
"""The parameter that says which of these the Learn page shows."""

EXPERIMENT = "experiment"
"""The parameter that says which experiment is shown there."""

ANSWER, CURVE = "answer", "curve"
"""The parameters with what was predicted of it: an answer's number, and the heights of a curve."""

LESSON, STEP = "lesson", "step"
"""The lesson that is played, and the step; a `ROOM` has its own lesson."""

BOARD, ROOMS, DRAFT = "board", "rooms", "draft"
"""On the Learn page: the room whose board is shown, in addresses of earlier versions the visitor's
other rooms, and the lesson that is being made."""

_OF_LESSONS = {LESSON, STEP, ROOM, BOARD, ROOMS, DRAFT}
_OTHERS = frozenset({*looks.NAMES, SECTION, EXPERIMENT, ANSWER, CURVE, *_OF_LESSONS, PARAMETER})
"""Every parameter that is no part of the experiment."""

_VIEWS: Mapping[str, Sequence[str]] = {
    SECTION: get_args(Section),
    EXPERIMENT: tuple(EXPERIMENTS),
    "metric": get_args(Metric),
    "since": get_args(looks.Since),
    "status": tuple(Status),
    "hidden": ("on",),
    PARAMETER: tuple(LANGUAGES),
}
"""The values that each parameter of what is shown may have."""


@dataclass(frozen=True)
class Remembered:
    """What a browser's tab knows of its session: its ``name``, the ``run`` that it has in the store
    or "" (of several that take turns their names, with spaces), the ``query`` of the address, how
    far it is in a ``lesson``, and the secrets of the ``rooms`` that it has opened, with spaces;
    ``left`` is the query that it had at last."""

    name: str
    run: str
    query: str
    left: str = ""
    lesson: str = ""
    rooms: str = ""

    @property
    def link(self) -> tuple[Link, list[str]]:
        """What the address says, and what of it cannot be used."""
        return _read(_parsed(self.query))

    @property
    def is_at_its_address(self) -> bool:
        """Whether the address still asks for what the tab had."""
        return _read(_parsed(self.query))[0] == _read(_parsed(self.left))[0]


class FrameData(TypedDict):
    """What the browser's tab is to remember and to show in its address; the ``page``'s position in
    the navigation, what signs mean, the language and whether somebody chose it, and the name of the
    session that was ``answered``."""

    page: int
    symbols: dict[str, str]
    language: str
    is_chosen: bool
    answered: str
    name: str
    run: str
    query: str
    lesson: str
    rooms: str


def read_address() -> tuple[Link, list[str]]:
    """What the link says that opened this session, and what of it was not used."""
    return _read(parameters())


def parameters() -> dict[str, list[str]]:
    """Every parameter of the address that opened this session."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _parsed(query: str) -> dict[str, list[str]]:
    return parse_qs(query, keep_blank_values=True)


def _read(given: Mapping[str, Sequence[str]]) -> tuple[Link, list[str]]:
    link, problems = read(of_experiment(given))
    shown = [name for name in given.get(EXPERIMENT, ()) if name in EXPERIMENTS]
    answers = EXPERIMENTS[shown[-1]].answers if shown else next(iter(EXPERIMENTS.values())).answers
    views = {**_VIEWS, ANSWER: numbered(answers)}
    unknown = [
        not_there(name, value, choices)
        for name, choices in views.items()
        for value in given.get(name, ())
        if value not in choices
    ]
    return link, problems + unknown


def numbered(things: Sequence[object]) -> tuple[str, ...]:
    """What an address calls each of them: 1, 2, …"""
    return tuple(str(position + 1) for position in range(len(things)))


def not_there(name: str, value: str, choices: Sequence[str]) -> Phrase:
    """The sentence for a parameter with a ``value`` that it cannot have."""
    return Phrase(
        "There is no {name} {value}: choose {choices}.",
        name=name,
        value=repr(excerpt(value, 60)),
        choices=one_of(choices),
    )


def of_experiment(given: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """What of an address is the experiment; the rest of it is another page's."""
    return {name: values for name, values in given.items() if name not in _OTHERS}


def keep_address(
    page: int,
    session: Remembered,
    answered: str,
    come_back: Callable[[Remembered], None],
    look: str,
) -> None:
    """Let the address bar carry the experiment, and the browser's tab remember the ``session``.

    ``page`` is the page's position in the navigation: on another page both are done once more.
    ``look`` is the query of what the page shows besides the experiment. When the
    tab remembers another session, as it does where its page was loaded again or the server was
    restarted, ``come_back`` is called with that one; until it hears that this was ``answered`` its
    address stays as it is.
    """

    def back() -> None:
        sent = widget_values()["address"]["back"]
        come_back(Remembered(**{each.name: str(sent[each.name]) for each in fields(Remembered)}))

    language = spoken()
    _component(
        key="address",
        data=FrameData(
            page=page,
            symbols=glossary(),
            language=language.language,
            is_chosen=language.is_chosen,
            answered=answered,
            name=session.name,
            run=session.run,
            query="&".join(filter(None, (language.query, look, session.query))),
            lesson=session.lesson,
            rooms=session.rooms,
        ),
        on_back_change=back,
    )


def tell_problems(problems: list[str]) -> None:
    """One notice for all that was wrong in the link; it stays until it is closed."""
    if not problems:
        return
    with st.container(horizontal=True, wrap=False, gap="xsmall", key="link_problems"):
        st.warning(
            _("**Not all of this link could be used**") + "\n\n" + listed(problems),
            icon=":material/link_off:",
        )
        quiet_button("", "close_link_problems", "close", problems.clear, help=_("Close"))
