"""The episode player: films shown and scrubbed in the browser.

The browser asks for what is new of a film until it has everything, and from then on plays, scrubs
and jumps without the server.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from dashboard.test_page.film import Film, FilmPart
from dashboard.web.envelope import packed
from dashboard.web.feed import BadQueryError, offer
from dashboard.web.static_files import component

PERIOD_SECONDS = 0.1
"""The time between two questions of the browser while a film is recorded."""

WAIT_SECONDS = 0.25
"""How long an answer waits for something new: the first picture is to be shown at once."""

_component = component("player/player.js")


class PlayerAnswer(TypedDict):
    """What is new of each film. Bodies: of each film its rows and its pictures (`Film.part`)."""

    films: list[FilmPart]


def player(*films: Film, key: str) -> None:
    """Show one film, or two side by side on one clock.

    Pass the same `Film` objects on every run of the page: a new one starts to play from the
    beginning as soon as its first picture is there.
    """
    _component(key=key, data=offer(key, lambda query: parts(films, query), PERIOD_SECONDS))


def parts(films: Sequence[Film], query: Mapping[str, str]) -> bytes:
    """What a browser lacks of the films, which says in ``query`` how many moments it has of each.

    A film is named by its id: of one that the browser does not name it has none. Raises
    `BadQueryError` where these are no numbers.
    """
    heads, bodies = [], []
    for film in films:
        try:
            start = int(query.get(film.id, 0))
        except ValueError as error:
            raise BadQueryError(str(error)) from None
        film.wait_beyond(start, WAIT_SECONDS)
        head, body = film.part(start)
        heads.append(head)
        bodies.append(body)
    return packed(PlayerAnswer(films=heads), *bodies)
