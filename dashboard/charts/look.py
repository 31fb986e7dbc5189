"""How curves are looked at, which the pages share: horizontal axis and smoothing."""

import streamlit as st

from dashboard.session.session import Session
from dashboard.session.view import XAxis
from dashboard.web.language import _
from dashboard.web.widgets import showing
from dqn_core.base.phrases import Phrase

X_AXES: dict[XAxis, str] = {
    "env_step": Phrase("steps"),
    "episode": Phrase("episodes"),
    "seconds": Phrase("time"),
}


def look_controls(session: Session, page: str = "") -> None:
    """The controls of both, with keys of their own for each ``page``."""
    st.segmented_control(
        _("Horizontal axis"),
        list(X_AXES),
        label_visibility="collapsed",
        default=session.link.x_axis,
        required=True,
        format_func=lambda axis: _(X_AXES[axis]),
        **showing(f"{page}x_axis", session.link.x_axis, lambda axis: session.look_at(x_axis=axis)),
    )
    st.slider(
        _("Smoothing"),
        0.0,
        0.99,
        session.link.smoothing,
        0.01,
        width=210,
        help=_("Weight of earlier values in the bold average; 0 means no averaging."),
        **showing(
            f"{page}smoothing",
            session.link.smoothing,
            lambda weight: session.look_at(smoothing=weight),
        ),
    )
