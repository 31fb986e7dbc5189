"""How curves are looked at, which the pages share: horizontal axis and smoothing."""

import streamlit as st

from dashboard.session.session import Session
from dashboard.session.view import XAxis
from dashboard.web.language import _
from dashboard.web.widgets import key_showing, on_change
from dqn_core.base.phrases import Phrase

X_AXES: dict[XAxis, str] = {
    "env_step": Phrase("environment steps"),
    "episode": Phrase("episodes"),
    "seconds": Phrase("training time"),
}


def look_controls(session: Session, page: str = "") -> None:
    """The controls of both, with keys of their own for each ``page``."""
    x_axis = key_showing(f"{page}x_axis", session.link.x_axis)
    smoothing = key_showing(f"{page}smoothing", session.link.smoothing)
    st.segmented_control(
        _("Horizontal axis"),
        list(X_AXES),
        label_visibility="collapsed",
        default=session.link.x_axis,
        required=True,
        format_func=lambda axis: _(X_AXES[axis]),
        key=x_axis,
        on_change=on_change(x_axis, lambda axis: session.look_at(x_axis=axis)),
    )
    st.slider(
        _("Smoothing"),
        0.0,
        0.99,
        session.link.smoothing,
        0.01,
        key=smoothing,
        on_change=on_change(smoothing, lambda weight: session.look_at(smoothing=weight)),
        width=210,
        help=_("Weight of earlier values in the bold average; 0 means no averaging."),
    )
