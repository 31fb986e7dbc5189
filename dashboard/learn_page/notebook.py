"""The notebook come alive: its sections in order, with what was wrong and why it mattered."""

import streamlit as st

from dashboard.session.session import Session


def notebook(session: Session) -> None:
    """The section on the Learn page."""
    st.caption("The sections of the notebook in their order, with the corrected lines beside.")
