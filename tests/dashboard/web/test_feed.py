"""Questions of a page's components: who gets an answer, and what becomes of odd ones."""

import gc
from collections.abc import Mapping
from typing import Any

import pytest
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from streamlit import config

from dashboard.web import feed
from dashboard.web.routes import routes
from dqn_core.base.errors import StoreError


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def get(address: str, method: str = "GET") -> Response | None:
    """What the server answers; None where no route leads."""
    path, _, query = address.partition("?")
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
    for route in routes():
        match, found = route.matches(scope)
        if match is Match.FULL:
            response = route.endpoint(Request({**scope, **found}))
            assert isinstance(response, Response)
            return response
    return None


def content(address: str) -> bytes:
    response = get(address)
    assert response is not None
    assert response.status_code == 200
    return bytes(response.body)


def status(address: str, method: str = "GET") -> int:
    response = get(address, method)
    assert response is not None
    return response.status_code


def test_a_source_is_asked_with_the_query_and_its_bytes_are_not_kept_by_a_browser(
    session: dict[str, Any],
) -> None:
    address = feed.offer("echo", lambda query: query["say"].encode(), period=0.5)["address"]
    response = get(f"/{address}?say=1%2B1")
    assert response is not None
    assert (response.status_code, bytes(response.body).decode()) == (200, "1+1")
    assert response.headers["cache-control"] == "no-store"


def test_a_new_source_takes_the_place_of_the_earlier_one(session: dict[str, Any]) -> None:
    first = feed.offer("curves", lambda _: b"old", period=0.5)
    second = feed.offer("curves", lambda _: b"new", period=0)
    assert first["address"] == second["address"]
    assert content(f"/{second['address']}") == b"new"
    assert (first["period"], second["period"]) == (500, 0)
    assert first["view"] != second["view"], "Streamlit hands over what differs"


def test_sessions_have_addresses_of_their_own_that_end_with_them(session: dict[str, Any]) -> None:
    mine = feed.offer("curves", lambda _: b"mine", period=0.5)["address"]
    del session["feed"]
    gc.collect()
    yours = feed.offer("curves", lambda _: b"yours", period=0.5)["address"]
    assert content(f"/{yours}") == b"yours"
    assert status(f"/{mine}") == 404


@pytest.mark.parametrize("path", ["live/unknown/curves", "live/{token}/unknown"])
def test_what_is_not_offered_is_not_found(session: dict[str, Any], path: str) -> None:
    feed.offer("curves", lambda _: b"", period=0)
    assert status("/" + path.format(token=session["feed"].token)) == 404


def test_a_command_is_taken_only_with_the_method_that_tells_where_it_comes_from(
    session: dict[str, Any],
) -> None:
    heard: list[str] = []

    def hear(query: Mapping[str, str]) -> bytes:
        heard.append(query["key"])
        return b"heard"

    address = feed.offer("game", hear, period=20, method="POST")["address"]
    for method in ("GET", "HEAD"):
        assert status(f"/{address}?key=left", method) == 404
    assert heard == []
    assert status(f"/{address}?key=right", "POST") == 200
    assert heard == ["right"]
    asked = feed.offer("curves", lambda _: b"", period=0.5)["address"]
    assert status(f"/{asked}", "POST") == 404


def test_no_news_at_the_moment_is_an_answer_without_content(session: dict[str, Any]) -> None:
    address = feed.offer("q_map", lambda _: None, period=1)["address"]
    assert status(f"/{address}") == 204


def test_a_bad_query_is_one_sentence(session: dict[str, Any]) -> None:
    def refuse(_: Mapping[str, str]) -> bytes:
        raise feed.BadQueryError("'many' is no number of rows")

    address = feed.offer("curves", refuse, period=0.5)["address"]
    response = get(f"/{address}?rows=many")
    assert response is not None
    assert response.status_code == 400
    assert bytes(response.body).decode() == "This cannot be answered: 'many' is no number of rows."


def test_what_cannot_be_read_at_the_moment_is_one_sentence_and_is_asked_for_again(
    session: dict[str, Any],
) -> None:
    def source(query: Mapping[str, str]) -> bytes:
        raise StoreError("The store cannot be read.")

    answer = get("/" + feed.offer("curves", source, 0)["address"])
    assert answer is not None
    assert (answer.status_code, bytes(answer.body)) == (503, b"The store cannot be read.")


def test_a_programming_error_of_a_source_stays_loud(session: dict[str, Any]) -> None:
    def fail(_: Mapping[str, str]) -> bytes:
        raise ValueError("operands could not be broadcast together")

    address = feed.offer("curves", fail, period=0.5)["address"]
    with pytest.raises(ValueError, match="broadcast"):
        get(f"/{address}")


def test_addresses_lie_below_the_servers_base_path(
    session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "get_option", {"server.baseUrlPath": "/lab/"}.__getitem__)
    address = feed.offer("curves", lambda _: b"here", period=0.5)["address"]
    assert content(f"/lab/{address}") == b"here"
    assert get(f"/{address}") is None
