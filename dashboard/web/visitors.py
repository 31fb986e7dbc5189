"""Whose runs a visitor sees on a server that others reach: a name that only their browser has."""

import re
import secrets

import streamlit as st
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dqn_core.base.settings import PRIVATE

COOKIE = "dqn-lab-visitor"
ROOM = "room"
"""The parameter of an address whose visitors are told apart on every server."""
KEPT_SECONDS = 86_400
"""How long a visitor's run is kept after it was trained last."""

_NAME = re.compile(r"[\w-]{22}", re.ASCII)


def is_private() -> bool:
    """Whether visitors see their own runs alone."""
    return PRIVATE.value


def visitor() -> str | None:
    """The name of whoever looks at the page that is drawn; None where all see all runs.

    In a room each student sees their own runs alone. A browser that keeps no cookie is another
    visitor in each session.
    """
    if not is_private() and ROOM not in st.query_params:
        return None
    return _named(st.context.cookies.get(COOKIE, "")) or secrets.token_urlsafe(16)


class Visitors:
    """Gives a browser its name with each page that it loads; no script can read it there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_named(scope):
            await self._app(scope, receive, send)
            return
        own = _named(HTTPConnection(scope).cookies.get(COOKIE, ""))

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = _cookie(own or secrets.token_urlsafe(16))
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_named)


def _is_named(scope: Scope) -> bool:
    """Whether the answer gives the browser its name."""
    is_room = ROOM in QueryParams(scope.get("query_string", b""))
    return (is_private() or is_room) and _asks_for_page(scope)


def _asks_for_page(scope: Scope) -> bool:
    """Whether a browser loads a page. The answer does not tell: 304 Not Modified has no type."""
    return "text/html" in HTTPConnection(scope).headers.get("accept", "")


def _named(cookie: str) -> str:
    return cookie if _NAME.fullmatch(cookie) else ""


def _cookie(name: str) -> str:
    return f"{COOKIE}={name}; Path=/; Max-Age={KEPT_SECONDS}; HttpOnly; SameSite=Lax"
