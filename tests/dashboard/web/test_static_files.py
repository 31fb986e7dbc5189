"""Files for the browser: kept for good, because another content has another address."""

import gzip
import re
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from dashboard.web import static_files
from dashboard.web.static_files import ASSETS, Folder, assets


def get(folder: Folder, address: str, accepts: str = "") -> Response:
    root, name, path = address.split("/", 2)
    assert root == static_files.PATH
    scope = {"type": "http", "path_params": {"folder": name, "name": path}}
    headers = [(b"accept-encoding", accepts.encode())] if accepts else []
    return folder.file(Request(scope | {"headers": headers}))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "chart").mkdir()
    (tmp_path / "chart" / "chart.js").write_text("export const version = 1\n")
    (tmp_path / "chart" / "chart.css").write_text("p {}")
    (tmp_path / "agent.safetensors").write_bytes(b"large")
    return tmp_path


def test_what_a_file_imports_lies_beside_it(root: Path) -> None:
    folder = Folder(root)
    address = folder.address("chart/chart.js")
    response = get(folder, address)
    assert response.body == b"export const version = 1\n"
    assert response.media_type == "text/javascript"
    beside = get(folder, address.replace("chart.js", "chart.css"))
    assert (beside.body, beside.media_type) == (b"p {}", "text/css")


def test_a_file_is_packed_once_for_all_visitors(root: Path) -> None:
    folder = Folder(root)
    address = folder.address("chart/chart.js")
    packed, again = (get(folder, address, "gzip, deflate, br") for _ in range(2))
    assert packed.body is again.body
    assert gzip.decompress(packed.body) == b"export const version = 1\n"
    assert packed.headers["content-encoding"] == "gzip"
    plain = get(folder, address)
    assert plain.body == b"export const version = 1\n"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


def test_another_content_has_another_address(root: Path) -> None:
    first = Folder(root)
    (root / "chart" / "chart.js").write_text("export const version = 2\n")
    second = Folder(root)
    assert first.address("chart/chart.js") != second.address("chart/chart.js")
    assert "immutable" in get(first, first.address("chart/chart.js")).headers["cache-control"]
    assert get(first, first.address("chart/chart.js")).body == b"export const version = 1\n"
    assert get(second, first.address("chart/chart.js")).status_code == 404


def test_another_place_of_the_same_content_has_another_address(root: Path) -> None:
    before = Folder(root).address("chart/chart.css")
    (root / "chart" / "chart.js").rename(root / "chart.js")
    assert Folder(root).address("chart/chart.css") != before


@pytest.mark.parametrize("name", ["other.js", "..", "chart/chart.js.map", "agent.safetensors"])
def test_nothing_else_is_served(root: Path, name: str) -> None:
    folder = Folder(root)
    address = folder.address("chart/chart.js")
    assert get(folder, address.replace("chart/chart.js", name)).status_code == 404
    assert get(folder, f"{static_files.PATH}/unknown/chart/chart.js").status_code == 404
    with pytest.raises(KeyError):
        folder.address(name)


def test_all_that_scripts_name_is_there() -> None:
    """An import that leads nowhere would be seen in the browser alone."""
    named = re.compile(r'(?:from |import |import\(|URL\(|beside\()"([\w./]+\.(?:js|css))"')
    for script in ASSETS.rglob("*.js"):
        for path in named.findall(script.read_text("utf-8")):
            target = (script.parent / path).resolve().relative_to(ASSETS).as_posix()
            assert assets().address(target), script
