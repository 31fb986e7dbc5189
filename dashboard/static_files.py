"""Files that the browser loads by address instead of receiving them with every message."""

import hashlib
import os
import tempfile
from pathlib import Path

from streamlit.runtime.scriptrunner import get_script_run_ctx

_PROJECT = Path(__file__).resolve().parent.parent


def publish(*sources: Path) -> str:
    """Copy files side by side into the folder that Streamlit serves (`server.enableStaticServing`).

    The folder `static/` lies beside the script that `streamlit run` was given. The copies lie in a
    subfolder named after the files' contents, so that a browser never mixes two versions.

    Returns: the address of the first file, relative to the root of the app, for example
        `app/static/0123456789ab/player.js`.
    """
    contents = [source.read_bytes() for source in sources]
    digest = hashlib.sha256(b"\0".join(contents)).hexdigest()[:12]
    context = get_script_run_ctx(suppress_warning=True)
    root = Path(context.main_script_path).resolve().parent if context else _PROJECT
    folder = root / "static" / digest
    folder.mkdir(parents=True, exist_ok=True)
    (root / "static" / ".gitignore").write_text("*\n")  # copies only
    for source, content in zip(sources, contents, strict=True):
        target = folder / source.name
        if not target.exists():
            # A second server may publish at the same moment: nobody must see half a file.
            descriptor, unfinished = tempfile.mkstemp(dir=folder)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(unfinished).chmod(0o644)
            Path(unfinished).replace(target)
    return f"app/static/{digest}/{sources[0].name}"


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
      "the app with server.enableStaticServing = true." }},
  )
  return () => {{ mounted = false; unmount?.() }}
}}
"""
