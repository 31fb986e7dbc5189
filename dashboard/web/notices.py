"""What a page says: it may quote a link, a file or its name, and shows them as text."""

import streamlit as st

from dashboard.web.language import said
from dashboard.web.markup import plain


def tell_error(sentence: str) -> None:
    """Why something was refused or went wrong."""
    st.error(plain(said(sentence)), icon=":material/error:")


def tell(sentence: str) -> None:
    """What the person should know."""
    st.info(plain(said(sentence)), icon=":material/info:")
