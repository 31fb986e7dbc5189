"""Who is answered: the server's own pages, under a name that is the server's.

A page of another host, or of another port of this one, could otherwise open a session here from
within a visitor's browser. And a page whose name was made to point to this machine would look like
one of the server's own.
"""

from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config


class Admission:
    """Refuses requests and websockets that do not come from the server's own pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = "" if scope["type"] == "lifespan" else refused(Headers(scope=scope))
        if not refusal:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refusal})
        else:
            await PlainTextResponse(refusal, 403)(scope, receive, send)


def refused(headers: Headers) -> str:
    """Why a request with these headers is not answered, in one sentence; else ""."""
    hosts = [host.lower() for host in headers.getlist("host")]
    # Streamlit itself holds the names against this option, once it is set.
    if not config.get_option("server.allowedHosts"):
        for host in hosts:
            if not _is_own(host):
                return (
                    f"This server does not know the name {host[:100]!r}: open it by its IP "
                    "address, or start it with --browser.serverAddress and that name."
                )
    if config.get_option("server.enableCORS"):
        # A server in front of this one may pass another name than the one that the page has.
        names = hosts if _given_name() == "localhost" else [*hosts, _given_name()]
        for origin in headers.getlist("origin"):
            is_ours = urlsplit(origin).netloc.lower() in names
            if not is_ours and origin not in config.get_option("server.corsAllowedOrigins"):
                return f"This server answers only its own pages, not a page of {origin[:100]!r}."
    return ""


def is_own_machine(headers: Mapping[str, str]) -> bool:
    """Whether whoever sent a request with these headers sits at the server's own machine.

    The server is bound to that machine, was not told how others reach it, and was asked under a
    name of the machine itself, without a server in between.
    """
    others = ("server.allowedHosts", "server.corsAllowedOrigins")
    host = urlsplit(f"//{headers.get('Host', '')}").hostname or ""
    return (
        _is_loopback(str(config.get_option("server.address")))
        and _is_loopback(_given_name())
        and bool(config.get_option("server.enableCORS"))
        and not any(config.get_option(name) for name in others)
        and _is_loopback(host)
        and not any(name in headers for name in ("Forwarded", "X-Forwarded-For"))
    )


def _is_loopback(name: str) -> bool:
    with suppress(ValueError):
        return ip_address(name).is_loopback
    return name == "localhost"


def _is_own(host: str) -> bool:
    """Whether nobody outside can have made this name of a host, with its port, point here."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if not name or "@" in host or parts.path:
        return False
    if name in (_given_name(), config.get_option("server.address")):
        return True
    if "." not in name or name.endswith((".localhost", ".local")):
        return True  # known in the local network alone
    if name.endswith(".streamlit.app"):
        return True  # given by Streamlit Community Cloud alone, to its own machines
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _given_name() -> str:
    """What the server was told to be called; "localhost" if nothing."""
    return urlsplit(f"//{config.get_option('browser.serverAddress')}").hostname or "localhost"
