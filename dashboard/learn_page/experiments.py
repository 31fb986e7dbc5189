"""Experiments that fail on purpose: a question, a prediction, arms that train side by side."""

import streamlit as st

from dashboard.session.session import Session


def experiments(session: Session) -> None:
    """The section on the Learn page."""
    st.caption("Experiments that fail on purpose, each with a prediction of yours first.")
