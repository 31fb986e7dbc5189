"""The Train page's sidebar without a browser."""

import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard.session.session import Session
from dashboard.train_page.controls import GROUP_SYMBOLS

APP = Path(__file__).parents[2] / "app.py"


def opened(**parameters: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=120)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def unfold(app: AppTest) -> None:
    """Open all that is folded away."""
    app.session_state["unfolded"] = {*GROUP_SYMBOLS}
    app.run()


def session(app: AppTest) -> Session:
    found: Session = app.session_state["session"]
    return found


def control(app: AppTest, name: str, prefix: str = "control") -> Any:
    for kind in ("select_slider", "text_input", "selectbox", "toggle"):
        for widget in app.sidebar.get(kind):
            if re.fullmatch(rf"{prefix}_{name}(-\d+)?", widget.key or ""):
                return widget
    raise AssertionError(f"there is no {prefix}_{name}")


def marks(app: AppTest, kind: str) -> dict[str, str]:
    """The marks of a kind that stand behind the labels, by control."""
    sheets = " ".join(html.proto.body for html in app.get("html"))
    return dict(re.findall(rf'\.st-key-control_(\w+), [^}}]*--{kind}: "(.+?)"', sheets))


def captions(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.sidebar.caption)
