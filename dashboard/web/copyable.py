"""Text with a button that copies it.

`st.code` has one, too, that does nothing where a page is not served over https or from this
machine, as in a class.
"""

from pathlib import Path

import streamlit as st

from dashboard.web.static_files import loader, publish

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_component = st.components.v2.component(
    "dqn_lab_copyable",
    js=loader(publish(*(_ASSETS / name for name in ("copyable.js", "copyable.css")))),
    isolate_styles=False,
)


def copyable(name: str, text: str, key: str) -> None:
    """``text`` as it is; ``name`` says what it is to who cannot see it."""
    _component(key=key, data={"name": name, "text": text})
