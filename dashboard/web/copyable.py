"""Text with a button that copies it.

`st.code` has one, too, that does nothing where a page is not served over https or from this
machine, as in a class.
"""

from typing import TypedDict

from dashboard.web.static_files import component

_component = component("copyable/copyable.js", isolate_styles=False)


class CopyableData(TypedDict):
    """A text, and what it is called."""

    name: str
    text: str


def copyable(name: str, text: str, key: str) -> None:
    """``text`` as it is; ``name`` says what it is to those who cannot see it."""
    _component(key=key, data=CopyableData(name=name, text=text))
