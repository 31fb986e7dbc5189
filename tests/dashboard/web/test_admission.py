"""Whom the server answers, told by the headers of a request."""

import asyncio
from typing import Any

import pytest
from starlette.datastructures import Headers
from streamlit import config

from dashboard.web.admission import Admission, is_own_machine, refused

OPTIONS = {
    "server.allowedHosts": [],
    "server.enableCORS": True,
    "server.corsAllowedOrigins": [],
    "server.address": "127.0.0.1",
    "browser.serverAddress": "localhost",
}


@pytest.fixture(autouse=True)
def options(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    options = dict(OPTIONS)
    monkeypatch.setattr(config, "get_option", options.__getitem__)
    return options


def from_page(origin: str, host: str) -> str:
    return refused(Headers({"host": host, "origin": origin}))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1:8501", "localhost:8501", "[::1]:8501", "10.0.0.5", "[fd00::2]:8501"),
        *("lab-pc:8501", "lab-pc.local:8501", "LOCALHOST.:8501"),
        "dqn-lab.streamlit.app",
    ],
)
def test_the_servers_own_pages_are_answered(host: str) -> None:
    assert from_page(f"http://{host}", host) == ""
    assert refused(Headers({"host": host})) == "", "no page, but a program"


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "http://evil.example",
            "http://127.0.0.1:9999",
            "http://127.0.0.1",
            "http://localhost:8501",
        ),
        *(
            "http://localhost",
            "null",
            "",
            "file://",
            "http://127.0.0.1:8501.evil.example",
            "http://x@127.0.0.1:8501",
        ),
    ],
)
def test_a_page_of_another_host_or_port_is_refused_with_its_name(origin: str) -> None:
    assert f"not a page of {origin!r}" in from_page(origin, "127.0.0.1:8501")


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8501", "127.0.0.1.evil.example", "evil.localhost.example"),
        *("evil.example@127.0.0.1", "127.0.0.1:x", "[::1", "", "127.0.0.1/a.b"),
        *("streamlit.app.evil.example", "evilstreamlit.app"),
    ],
)
def test_a_name_that_anybody_can_have_made_point_here_is_refused(host: str) -> None:
    assert "does not know the name" in from_page(f"http://{host}", host)
    assert len(from_page("http://a.b", "a." * 40_000)) < 300


def test_of_several_origins_each_must_be_a_page_of_the_server() -> None:
    host = (b"host", b"127.0.0.1:8501")
    mine, other = (b"origin", b"http://127.0.0.1:8501"), (b"origin", b"http://evil.example")
    assert refused(Headers(raw=[host, mine])) == ""
    assert refused(Headers(raw=[host, mine, other]))
    assert refused(Headers(raw=[host, (b"host", b"evil.example"), mine]))


def test_names_and_pages_that_the_options_give_are_answered(options: dict[str, Any]) -> None:
    options["browser.serverAddress"] = "lab.example"
    assert from_page("https://lab.example", "lab.example") == ""
    assert from_page("https://lab.example", "127.0.0.1:8501") == "", "behind another server"
    assert from_page("http://lab.example:9999", "127.0.0.1:8501")
    options["server.corsAllowedOrigins"] = ["https://school.example"]
    assert from_page("https://school.example", "lab.example") == ""
    options["server.allowedHosts"] = ["other.example"]
    assert from_page("https://other.example", "other.example") == ""
    options["server.enableCORS"] = False
    assert from_page("null", "lab.example") == ""


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_request_that_is_refused_never_reaches_the_app(kind: str) -> None:
    sent: list[Any] = []

    async def app(*_: Any) -> None:
        raise AssertionError("it was let in")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": kind, "headers": [(b"host", b"evil.example")]}
    asyncio.run(Admission(app)(scope, None, send))  # type: ignore[arg-type]
    assert sent[0].get("status") == (403 if kind == "http" else None)
    assert sent[0]["type"] == ("http.response.start" if kind == "http" else "websocket.close")


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "[::1]:8501"])
def test_who_opens_a_server_of_this_machine_by_its_own_name_sits_at_it(host: str) -> None:
    assert is_own_machine(Headers({"host": host}))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "10.0.0.5:8501"},
        {"host": "lab-pc:8501"},
        {"host": "dqn-lab.streamlit.app"},
        {"host": "localhost:8501", "x-forwarded-for": "10.0.0.9"},
        {"host": "localhost:8501", "forwarded": "for=10.0.0.9"},
    ],
)
def test_who_comes_by_another_name_or_through_another_server_does_not(
    headers: dict[str, str],
) -> None:
    assert not is_own_machine(Headers(headers))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("server.address", "0.0.0.0"),
        ("server.address", None),
        ("server.address", "10.0.0.5"),
        ("browser.serverAddress", "lab.school.example"),
        ("server.allowedHosts", ["lab.school.example"]),
        ("server.corsAllowedOrigins", ["https://lab.school.example"]),
        ("server.enableCORS", False),
    ],
)
def test_a_server_that_others_may_reach_trusts_nobody_to_sit_at_it(
    options: dict[str, Any], option: str, value: Any
) -> None:
    options[option] = value
    assert not is_own_machine(Headers({"host": "localhost:8501"}))
