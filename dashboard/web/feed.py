"""What a page asks for by itself while a run goes on: answers to plain requests, without a script.

Streamlit refreshes a page by running its script. That costs the browser several passes over every
element of the page, and the server a thread and what it allocates, twice a second for each visitor.
A component that knows an address of this module fetches what is new instead
(`assets/shared/feed.js`).
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Literal, TypedDict
from weakref import WeakValueDictionary

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

from dashboard.web.keys import FEED, kept
from dashboard.web.language import answering, language, said
from dqn_core.base.errors import LabError

Source = Callable[[Mapping[str, str]], bytes | None]
"""Answers a request, given its query parameters; None is "not now"."""

Method = Literal["GET", "POST"]

PATH = "live"

CURVES_SECONDS = 0.5
INSIDE_SECONDS = 1.0
"""The time between two questions of a page during a run: for its figures and curves, and
for what is inside the networks, which costs more to compute."""


class Followed(TypedDict):
    """Data of a component that asks for what is new: an ``address`` relative to the app's root, the
    ``period`` in milliseconds, and a ``view`` that is new at each draw of the page."""

    address: str
    period: int
    view: str


class BadQueryError(Exception):
    """What a source raises for query parameters that it cannot read."""


class Feed:
    """The sources of one browser session, under a name that nobody can guess, and its language."""

    language: str

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(16)
        self.sources: dict[tuple[str, str], Source] = {}
        """By method and name."""


def offer(name: str, source: Source, period: float, method: Method = "GET") -> Followed:
    """Let this session's page ask for ``source``, in place of an earlier one of that name.

    Args:
        period: seconds from one question to the next; 0 is only one.
        method: "POST" where a question is also a command. A page of another site can make a
            visitor's browser send a GET without a word of where it comes from, as for a picture;
            a POST always carries its origin, which `Admission` checks.

    Returns: what the component needs to know. Streamlit hands over only what differs, and there may
        be news whenever the page is drawn: so there is a new `view` each time.
    """
    feed = kept(FEED, Feed)
    _feeds()[feed.token] = feed
    feed.language = language()
    feed.sources[method, name] = source
    return {
        "address": f"{PATH}/{feed.token}/{name}",
        "period": round(1000 * period),
        "view": secrets.token_hex(4),
    }


def answer(request: Request) -> Response:
    """What a source says; in a thread of the server's pool, since it may wait for a step to end."""
    feed = _feeds().get(request.path_params["token"])
    source = feed.sources.get((request.method, request.path_params["name"])) if feed else None
    if feed is None or source is None:
        return Response(status_code=404)
    try:
        with answering(feed.language):
            content = source(request.query_params)
    except BadQueryError as error:
        return Response(f"This cannot be answered: {error}.", 400, media_type="text/plain")
    except LabError as error:  # for example the store cannot be read: the page asks again
        with answering(feed.language):
            return Response(said(error), 503, media_type="text/plain")
    if content is None:
        return Response(status_code=204)
    return Response(
        content, media_type="application/octet-stream", headers={"Cache-Control": "no-store"}
    )


@st.cache_resource(show_spinner=False)
def _feeds() -> WeakValueDictionary[str, Feed]:
    """The feeds by their tokens; a feed goes when its session goes."""
    return WeakValueDictionary()
