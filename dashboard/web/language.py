"""The visitor's language: the code speaks English, and what it says is looked up here.

`_("{count} of {total} seeds", count=2, total=5)` is that sentence in the language of whoever looks
at the page, also in a callback and in an answer of the feed. What no catalogue has is said in
English.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.web.catalogues import ENGLISH, LANGUAGES, catalogue
from dashboard.web.keys import LANGUAGE, kept
from dqn_core.base.errors import LONGEST_MESSAGE, LabError, excerpt
from dqn_core.base.phrases import Phrase, filled

PARAMETER = "lang"
"""The parameter of an address that says the language."""

COOKIE = "dqn-lab-language"
"""How a browser remembers what its visitor has chosen (`assets/frame/language.js`)."""

_SPOKEN: ContextVar[str | None] = ContextVar("the language of a script or answer", default=None)


@dataclass(frozen=True)
class Spoken:
    """The language of a session; whether its address says so, and whether it was chosen here."""

    language: str
    is_in_address: bool = False
    is_chosen: bool = False

    @property
    def query(self) -> str:
        """Its part of the address: one that came without it is shared without it."""
        return f"{PARAMETER}={self.language}" if self.is_in_address else ""


def spoken() -> Spoken:
    """What the session of this page speaks."""
    return kept(LANGUAGE, _spoken_at_first)


def _spoken_at_first() -> Spoken:
    """The address decides, then what the browser remembers, then the browser's own language."""
    asked = st.query_params.get(PARAMETER, "").lower()
    if asked in LANGUAGES:
        return Spoken(asked, is_in_address=True)
    remembered = st.context.cookies.get(COOKIE, "")
    own = str(st.context.locale).partition("-")[0]
    known = (language for language in (remembered, own) if language in LANGUAGES)
    return Spoken(next(known, ENGLISH))


def speak(language: str) -> None:
    """Have this session speak another language, and its browser remember that."""
    st.session_state[LANGUAGE] = replace(spoken(), language=language, is_chosen=True)


def begin_to_speak() -> None:
    """For a script that begins: look its session's language up once, as it says hundreds of things.

    Streamlit has a thread for the scripts of one session, and no other's.
    """
    _SPOKEN.set(spoken().language)


def language() -> str:
    """The language of whoever sees what is said now; English where nobody does."""
    known = _SPOKEN.get()
    if known:
        return known
    return spoken().language if get_script_run_ctx(suppress_warning=True) else ENGLISH


@contextmanager
def answering(language: str) -> Iterator[None]:
    """Speak ``language`` where no script of a page runs, as in an answer of the feed."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def _(text: str, /, **values: Any) -> str:
    """``text`` in the visitor's language, with ``values`` in its holes."""
    if isinstance(text, Phrase) and not values:
        return _(text.template, **text.values)
    return _filled(catalogue(language()).gettext(text) if text else "", values)


def n_(one: str, many: str, count: int, /, **values: Any) -> str:
    """The same of a text about one thing or ``many``; ``count`` stands in its hole {count}."""
    found = catalogue(language()).ngettext(one, many, count)
    return _filled(found, {"count": count} | values)


def said(words: LabError | str) -> str:
    """What the program says in an error or a `Phrase`; words from elsewhere stay as they are."""
    if isinstance(words, LabError):
        return excerpt(_(words.phrase), LONGEST_MESSAGE)
    return _(words) if isinstance(words, Phrase) else words


def together(*sentences: str) -> str:
    """As `phrases.paragraph`, of sentences that are said in the visitor's language."""
    first, *others = [*filter(None, sentences)] or [""]
    return _("{first} {others}", first=first, others=together(*others)) if others else first


def _filled(template: str, values: dict[str, Any]) -> str:
    phrases = {n: v.phrase if isinstance(v, LabError) else v for n, v in values.items()}
    return filled(template, phrases, _)
