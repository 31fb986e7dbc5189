"""What the player's browser asks for: what it lacks of the films, as soon as there is something."""

import threading
import time
from typing import Any

import pytest

from dashboard.test_page.film import Film
from dashboard.test_page.player import parts
from dashboard.web.feed import BadQueryError
from tests.dashboard.envelope import opened
from tests.dashboard.films import filled, film_of, recording


def heads(content: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = opened(content)[0]["films"]
    return found


def test_a_browser_is_told_what_it_lacks_of_each_film() -> None:
    films = [film_of(recording(steps=10)), film_of(recording("text", steps=5), title="After")]
    first, second = heads(parts(films, {films[0].id: "8"}))
    assert (first["id"], first["start"], first["count"]) == (films[0].id, 8, 3)
    assert (second["title"], second["start"], second["count"]) == ("After", 0, 6)
    header, body = opened(parts(films, {films[0].id: "8"}))
    numbers = 3 * (2 + 3 + 2) + 6 * (2 + 3 + 2)
    assert len(body) == 8 * numbers + sum(sum(head["sizes"]) for head in header["films"])


def test_an_answer_that_was_lost_is_given_again() -> None:
    film = film_of(recording(steps=10))
    assert parts([film], {film.id: "4"}) == parts([film], {film.id: "4"})


def test_a_browser_that_has_another_film_gets_this_one_from_its_beginning() -> None:
    earlier, film = film_of(recording(steps=10)), film_of(recording(steps=10))
    (head,) = heads(parts([film], {earlier.id: "11"}))
    assert (head["id"], head["start"], head["count"]) == (film.id, 0, 11)


def test_the_first_picture_is_handed_over_as_soon_as_it_is_there() -> None:
    episode = recording()
    film = Film(episode, gamma=0.9)
    began = time.monotonic()
    threading.Timer(0.02, filled, [film, episode]).start()
    while not heads(parts([film], {}))[0]["count"]:
        assert time.monotonic() - began < 60, "it never came"


def test_a_film_that_failed_tells_why() -> None:
    film = Film(recording(), gamma=0.9)
    film.fail("The environment is gone.")
    (head,) = heads(parts([film], {}))
    assert (head["state"], head["message"]) == ("failed", "The environment is gone.")


def test_what_is_no_number_is_refused() -> None:
    film = film_of(recording(steps=2))
    with pytest.raises(BadQueryError, match="'many'"):
        parts([film], {film.id: "many"})
