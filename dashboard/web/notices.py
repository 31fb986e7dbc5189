"""What a page says: it may quote a link, a file or its name, and shows them as text."""

from collections.abc import Sequence

import streamlit as st

from dashboard.web.language import _, said
from dashboard.web.markup import plain

MOST_LISTED = 20
"""Sentences at a time: more of them nobody reads."""


def listed(sentences: Sequence[str]) -> str:
    """The first sentences as a list, and how many more there are."""
    lines = [plain(said(sentence)) for sentence in sentences[:MOST_LISTED]]
    if sentences[MOST_LISTED:]:
        lines.append(_("{count} more", count=len(sentences) - MOST_LISTED))
    return "\n".join(f"- {line}" for line in lines)


def tell_error(sentence: str) -> None:
    """Why something was refused or went wrong."""
    st.error(plain(said(sentence)), icon=":material/error:")


def tell_errors(sentences: Sequence[str]) -> None:
    """What is wrong, as a list."""
    if sentences:
        st.error(listed(sentences), icon=":material/error:")


def tell(sentence: str) -> None:
    """What the person should know."""
    st.info(plain(said(sentence)), icon=":material/info:")
