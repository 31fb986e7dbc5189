"""Scripts and styles that the browser loads by address, and not again with every message.

All of `assets/` is one folder, named after its contents: its scripts import each other by relative
paths, a browser may keep them for good, and it never mixes two versions.
"""

import hashlib
import mimetypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

ASSETS = Path(__file__).resolve().parents[2] / "assets"
PATH = "files"
_SERVED = (".css", ".js")


class Folder:
    """Scripts and styles below ``root``, and ``more`` by their paths in it, as they are now."""

    def __init__(self, root: Path, more: Mapping[str, Path] | None = None) -> None:
        files = {
            path.relative_to(root).as_posix(): path
            for path in sorted(root.rglob("*"))
            if path.suffix in _SERVED
        }
        files |= more or {}
        self._contents = {name: path.read_bytes() for name, path in files.items()}
        together = hashlib.sha256()
        for name, content in self._contents.items():
            together.update(b"%d %s %d " % (len(name), name.encode(), len(content)) + content)
        self._name = together.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where a file is, relative to the root of the app; `KeyError` where there is none."""
        self._contents[name]
        return f"{PATH}/{self._name}/{name}"

    def file(self, request: Request) -> Response:
        """One of the files."""
        name = request.path_params["name"]
        if request.path_params["folder"] != self._name or name not in self._contents:
            return Response(status_code=404)
        return Response(
            self._contents[name],
            media_type=mimetypes.guess_type(name)[0],
            headers={"Cache-Control": "public, max-age=31536000, immutable"},
        )


@cache
def assets() -> Folder:
    """`assets/` as it was at first, with Plotly's script, which comes with its package."""
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return Folder(ASSETS, {"vendor/plotly.min.js": script})


def component(script: str, **options: Any) -> Any:
    """The Streamlit component whose module is ``script``, a path below `assets/`."""
    name = f"dqn_lab_{PurePosixPath(script).stem}"
    mounted = st.components.v2.component(name, js=_loader(assets().address(script)), **options)

    def mount(*, data: Any, **arguments: Any) -> Any:
        # In a mapping Streamlit looks for data frames, and imports pandas for it.
        return mounted(data=[data], **arguments)

    return mount


def _loader(address: str) -> str:
    """Script of a component (`js=`) whose real module lies at ``address``.

    Streamlit sends a component's script again with each change of its data, so this one is short.
    The address is resolved like those of Streamlit's own scripts, against that of the page.
    """
    return f"""
const module = import(new URL("{address}", document.baseURI))
export default function (component) {{
  let mounted = true
  let unmount
  module.then(
    (loaded) => {{
      // Where the page was left meanwhile, the element may be gone before the clean-up is called.
      if (mounted && component.parentElement.isConnected)
        unmount = loaded.default({{ ...component, data: component.data[0] }})
    }},
    () => {{ component.parentElement.textContent =
      "Part of this page could not be loaded: reload it, and if that does not help, start " +
      "the server again." }},
  )
  return () => {{ mounted = false; unmount?.() }}
}}
"""
