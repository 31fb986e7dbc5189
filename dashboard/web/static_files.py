"""Files that the browser loads by address instead of receiving them with every message."""

import hashlib
import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

PATH = "files"

_published: dict[str, dict[str, bytes]] = {}  # contents by folder and name, filled by imports


def publish(*sources: Path) -> str:
    """Serve files side by side, in a folder named after their contents.

    So a browser may keep them for good, and never mixes two versions.

    Returns: the address of the first file, relative to the root of the app.
    """
    contents = {source.name: source.read_bytes() for source in sources}
    folder = hashlib.sha256(b"\0".join(contents.values())).hexdigest()[:12]
    _published[folder] = contents
    return f"{PATH}/{folder}/{sources[0].name}"


def file(request: Request) -> Response:
    """A published file."""
    name = request.path_params["name"]
    content = _published.get(request.path_params["folder"], {}).get(name)
    if content is None:
        return Response(status_code=404)
    return Response(
        content,
        media_type=mimetypes.guess_type(name)[0],
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


def loader(address: str) -> str:
    """Script of a component (`js=`) whose real module lies at `address` (from `publish`).

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
      if (mounted && component.parentElement.isConnected) unmount = loaded.default(component)
    }},
    () => {{ component.parentElement.textContent =
      "Part of this page could not be loaded: reload it, and if that does not help, start " +
      "the server again." }},
  )
  return () => {{ mounted = false; unmount?.() }}
}}
"""
