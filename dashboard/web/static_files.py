"""Scripts and styles that the browser loads by address, and not again with every message.

All of `assets/` is one folder, named after its contents: its scripts import each other by relative
paths, a browser may keep them for good, and it never mixes two versions.
"""

import gzip
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

from dashboard.web.catalogues import ENGLISH, LANGUAGES, words_of_scripts
from dashboard.web.language import _, language
from dqn_core.base.phrases import Phrase

ASSETS = Path(__file__).resolve().parents[2] / "assets"
PATH = "files"
LOST = Phrase(
    "Part of this page could not be loaded: reload it, and if that does not help, start the server "
    "again."
)
_SERVED = (".css", ".js")
_WORDS = "shared/words.js"
_EFFORT = 5
"""Of gzip, from 1 to 9: Plotly is 1 % larger than with 9, and packed in half the time."""


class Folder:
    """Scripts and styles below ``root`` as they are now, and ``more`` by paths in it."""

    def __init__(self, root: Path, more: Mapping[str, bytes] | None = None) -> None:
        contents = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.suffix in _SERVED
        }
        self._contents = contents | dict(more or {})
        self._packed: dict[str, bytes] = {}
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
        content = self._contents[name]
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "Vary": "Accept-Encoding",
        }
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            # Once: to pack Plotly for each visitor would hold all others up for 0.1 s each time.
            if name not in self._packed:
                self._packed[name] = gzip.compress(content, _EFFORT)
            content = self._packed[name]
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type=mimetypes.guess_type(name)[0], headers=headers)


@cache
def assets() -> Folder:
    """`assets/` as it was at the first call, with Plotly's script from its package and the words of
    scripts in other languages than English."""
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    words = {f"words/{name}.json": words_of_scripts(name) for name in LANGUAGES if name != ENGLISH}
    return Folder(ASSETS, {"vendor/plotly.min.js": script.read_bytes(), **words})


def component(script: str, **options: Any) -> Any:
    """The Streamlit component whose module is ``script``, a path below `assets/`."""
    name = f"dqn_lab_{PurePosixPath(script).stem}"
    mounted = st.components.v2.component(name, js=_loader(assets().address(script)), **options)

    def mount(*, data: Any, **arguments: Any) -> Any:
        # In a mapping Streamlit looks for data frames, and imports pandas for it.
        return mounted(data=[data, language(), _(LOST)], **arguments)

    return mount


def _loader(address: str) -> str:
    """Script of a component (`js=`) whose real module lies at ``address``.

    Streamlit sends a component's script again with each change of its data, so this one is short.
    The address is resolved like those of Streamlit's own scripts, against that of the page. What
    the page's language says is there before anything is drawn.
    """
    return f"""
const module = import(new URL("{address}", document.baseURI))
const words = import(new URL("{assets().address(_WORDS)}", document.baseURI))
export default function (component) {{
  const [data, language, lost] = component.data
  let mounted = true
  let unmount
  words.then(({{ speak }}) => speak(language)).then(() => module).then(
    (loaded) => {{
      // Where the page was left meanwhile, the element may be gone before the clean-up is called.
      if (mounted && component.parentElement.isConnected)
        unmount = loaded.default({{ ...component, data }})
    }},
    () => {{ component.parentElement.textContent = lost }},
  )
  return () => {{ mounted = false; unmount?.() }}
}}
"""
