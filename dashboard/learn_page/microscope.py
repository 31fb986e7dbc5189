"""The microscope: the session's own run at this moment, taken apart along Algorithm 1."""

import streamlit as st

from dashboard.session.session import Session


def microscope(session: Session) -> None:
    """The section on the Learn page."""
    trainer = session.run.trainer
    st.caption(
        f"The run on the Train page is at environment step {trainer.env_step:,}, after "
        f"{trainer.gradient_updates:,} gradient updates."
    )
