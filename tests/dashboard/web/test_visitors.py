"""The name that a browser gets on a private server: one for each, and no script reads it."""

import asyncio
from http.cookies import SimpleCookie

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from dashboard.web.visitors import COOKIE, Visitors

PAGE, FILE, UNCHANGED = HTMLResponse("<p>page</p>"), PlainTextResponse("file"), Response("", 304)
BY_A_TAB, BY_A_PAGE = "text/html,application/xhtml+xml,*/*;q=0.8", "*/*"
"""What a browser accepts where it loads a page, and for all that the page asks for."""


def cookie_with(response: Response, own: str = "", accept: str = BY_A_TAB) -> str:
    """What a browser that has its ``own`` name is told to remember with this response."""
    sent: list[Message] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await response(scope, receive, send)

    async def keep(message: Message) -> None:
        sent.append(message)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    headers = [(b"accept", accept.encode())]
    headers += [(b"cookie", f"{COOKIE}={own}".encode())] if own else []
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


def test_a_browser_that_still_has_the_page_but_no_name_gets_one() -> None:
    assert len(name_in(cookie_with(UNCHANGED))) == 22


def test_what_is_no_page_brings_no_name() -> None:
    assert cookie_with(FILE, accept=BY_A_PAGE) == ""


def test_where_all_see_all_nobody_gets_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DQN_LAB_PRIVATE")
    assert cookie_with(PAGE) == ""
