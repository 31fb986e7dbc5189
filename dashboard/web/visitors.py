"""Whose runs a visitor sees on a server that others reach: a name that only the own browser has."""

import os
import re
import secrets

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "dqn-lab-visitor"
KEPT_SECONDS = 86_400
"""As long as a visitor's runs are kept, from the last one on that was trained."""

_NAME = re.compile(r"[\w-]{22}", re.ASCII)


def is_private() -> bool:
    """Whether visitors see their own runs alone."""
    return os.environ.get("DQN_LAB_PRIVATE") == "1"


def visitor() -> str | None:
    """The name of whoever looks at the page that is drawn; None where all see all runs.

    A browser that keeps no cookie is another visitor in each session.
    """
    if not is_private():
        return None
    return _named(st.context.cookies.get(COOKIE, "")) or secrets.token_urlsafe(16)


class Visitors:
    """Gives a browser its name with each page that it loads; no script can read it there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_private() or not _asks_for_page(scope):
            await self._app(scope, receive, send)
            return
        own = _named(HTTPConnection(scope).cookies.get(COOKIE, ""))

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = _cookie(own or secrets.token_urlsafe(16))
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_named)


def _asks_for_page(scope: Scope) -> bool:
    """Whether a browser loads a page: where it still has that page, the answer is of no type."""
    return "text/html" in HTTPConnection(scope).headers.get("accept", "")


def _named(cookie: str) -> str:
    return cookie if _NAME.fullmatch(cookie) else ""


def _cookie(name: str) -> str:
    return f"{COOKIE}={name}; Path=/; Max-Age={KEPT_SECONDS}; HttpOnly; SameSite=Lax"
