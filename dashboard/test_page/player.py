"""The episode player: films shown and scrubbed in the browser.

The browser fetches what there is of a film, then asks for the rest until it has everything, and
from then on plays, scrubs and jumps without the server.
"""

from collections.abc import Callable

import streamlit as st

from dashboard.test_page.film import Film
from dashboard.web.envelope import packed
from dashboard.web.static_files import component
from dashboard.web.widgets import received

_ANSWER_SECONDS = 0.25  # how long an answer to the browser waits for something new to send

_component = component("player/player.js")


@st.fragment
def player(*films: Film, key: str, is_page_due: Callable[[], bool]) -> None:
    """Show one film, or two side by side on one clock.

    Pass the same `Film` objects on every run (keep them in `st.session_state`): a new one starts
    to play from the beginning as soon as its first picture is there. While a film is recorded the
    browser asks for what is new by itself, which reruns only this fragment. Where that takes the
    place of a run of the whole page, as Streamlit lets it, ``is_page_due`` tells so.
    """
    if is_page_due():
        st.rerun()
    request_key = f"{key}:request"

    def remember_request() -> None:
        st.session_state[request_key] = received(key, "request")

    request = st.session_state.get(request_key) or {"number": 0, "starts": {}}
    heads, bodies = [], []
    for film in films:
        start = int(request["starts"].get(film.id, 0))
        film.wait_beyond(start, _ANSWER_SECONDS)
        head, body = film.part(start)
        heads.append(head)
        bodies.append(body)
    payload = packed({"answers": request["number"], "films": heads}, *bodies)
    _component(key=key, data=payload, on_request_change=remember_request)
