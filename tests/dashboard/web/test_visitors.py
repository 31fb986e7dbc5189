"""The name that a browser gets on a private server: one for each, and no script reads it."""

import asyncio
from http.cookies import SimpleCookie

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from dashboard.web.visitors import COOKIE, Visitors

PAGE, FILE = HTMLResponse("<p>page</p>"), PlainTextResponse("file")


def cookie_with(response: Response, own: str = "") -> str:
    """What a browser that has its ``own`` name is told to remember with this response."""
    sent: list[Message] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await response(scope, receive, send)

    async def keep(message: Message) -> None:
        sent.append(message)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    headers = [(b"cookie", f"{COOKIE}={own}".encode())] if own else []
    scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    asyncio.run(Visitors(answer)(scope, nothing, keep))
    return dict(sent[0]["headers"]).get(b"set-cookie", b"").decode()


def name_in(cookie: str) -> str:
    return SimpleCookie(cookie)[COOKIE].value


@pytest.fixture(autouse=True)
def _private(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DQN_LAB_PRIVATE", "1")


def test_each_browser_gets_a_name_that_it_keeps_with_the_next_page() -> None:
    name = name_in(cookie_with(PAGE))
    assert name_in(cookie_with(PAGE, name)) == name
    assert name_in(cookie_with(PAGE)) != name


def test_no_script_and_no_other_site_reads_it() -> None:
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie_with(PAGE).split("; "))


def test_a_name_that_nobody_gave_is_replaced() -> None:
    assert len(name_in(cookie_with(PAGE, "mine"))) == 22


def test_what_is_no_page_brings_no_name() -> None:
    assert cookie_with(FILE) == ""


def test_where_all_see_all_nobody_gets_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DQN_LAB_PRIVATE")
    assert cookie_with(PAGE) == ""
