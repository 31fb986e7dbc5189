"""Files for the browser: kept for good, because another content has another address."""

from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from dashboard.web import static_files
from dashboard.web.static_files import publish


def get(address: str) -> Response:
    root, folder, name = address.split("/")
    assert root == static_files.PATH
    return static_files.file(
        Request({"type": "http", "path_params": {"folder": folder, "name": name}})
    )


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "chart.js"
    path.write_text("export const version = 1\n")
    return path


def test_what_a_file_imports_lies_beside_it(script: Path) -> None:
    style = script.with_name("chart.css")
    style.write_text("p {}")
    address = publish(script, style)
    response = get(address)
    assert response.body == b"export const version = 1\n"
    assert response.media_type == "text/javascript"
    beside = get(address.replace("chart.js", "chart.css"))
    assert (beside.body, beside.media_type) == (b"p {}", "text/css")


def test_another_content_has_another_address_and_the_first_one_keeps_its_own(script: Path) -> None:
    first = publish(script)
    script.write_text("export const version = 2\n")
    second = publish(script)
    assert first != second
    assert "immutable" in get(first).headers["cache-control"]
    assert get(first).body == b"export const version = 1\n"


@pytest.mark.parametrize("name", ["other.js", "..", "chart.js.map"])
def test_nothing_else_is_served(script: Path, name: str) -> None:
    address = publish(script)
    assert get(address.replace("chart.js", name)).status_code == 404
    assert get(f"{static_files.PATH}/unknown/chart.js").status_code == 404
