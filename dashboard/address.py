"""The address bar: read when a session begins, kept up to date from then on."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dashboard.links import Link, read
from dashboard.markup import plain
from dashboard.widgets import received

_component = st.components.v2.component(
    "dqn_lab_address",
    js=(Path(__file__).resolve().parent.parent / "assets" / "address.js").read_text("utf-8"),
)


def read_address() -> tuple[Link, list[str]]:
    """What the link says that opened this session, and what of it was not used."""
    return read({name: st.query_params.get_all(name) for name in st.query_params})


def keep_address(
    page: str, link: Link, session: str, answered: str, come_back: Callable[[str], None]
) -> None:
    """Let the address bar carry ``link``, and the browser's tab the name of the ``session``.

    The page's name has a new page write them once more. When the tab had another session before,
    as it has where its page was loaded again, ``come_back`` is called with that one's name; the
    tab keeps it until it hears that this was ``answered``.
    """
    _component(
        key="address",
        data={"page": page, "query": link.query, "session": session, "answered": answered},
        on_back_change=lambda: come_back(str(received("address", "back"))),
    )


def tell_problems(problems: list[str]) -> None:
    """One notice for all that was wrong in the link; it stays until it is closed."""
    if not problems:
        return
    with st.container(horizontal=True, wrap=False, gap="xsmall", key="link_problems"):
        st.warning(
            "**Not all of this link could be used**\n\n"
            + "\n".join(f"- {plain(problem)}" for problem in problems),
            icon=":material/link_off:",
        )
        st.button(
            "",
            key="close_link_problems",
            icon=":material/close:",
            type="tertiary",
            help="Close",
            on_click=problems.clear,
        )
