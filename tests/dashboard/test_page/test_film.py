"""Films: what the browser is handed, part by part."""

import io
import threading
import time

import numpy as np
import pytest
from PIL import Image

from dashboard.test_page.film import Film, FilmPart
from dqn_core.agent import Distributions
from dqn_core.base.errors import LabError
from tests.dashboard.films import STEPS, filled, film_of, recording


def finished(film: Film) -> Film:
    film.wait_beyond(10**6, 10)
    assert film.complete
    return film


def unpacked(film: Film, start: int = 0) -> tuple[FilmPart, np.ndarray, list[bytes]]:
    head, body = film.part(start)
    width = 2 + len(head["observation_labels"]) + len(head["action_labels"])
    rows = np.frombuffer(body, "<f8", head["count"] * width).reshape(-1, width)
    pictures, offset = [], rows.nbytes
    for size in head["sizes"]:
        pictures.append(body[offset : offset + size])
        offset += size
    assert offset == len(body)
    return head, rows, pictures


def test_a_film_holds_the_recordings_numbers_and_pictures() -> None:
    episode = recording()
    head, rows, pictures = unpacked(film_of(episode, title="Before"))
    assert (head["start"], head["count"], head["kind"]) == (0, STEPS + 1, "picture")
    assert (head["state"], head["terminated"], head["truncated"]) == ("complete", True, False)
    assert (head["title"], head["fps"], head["gamma"]) == ("Before", 50.0, 0.99)
    assert head["observation_limits"] == [(-1.0, 1.0), (None, None), (-0.2, 0.2)]
    np.testing.assert_array_equal(rows[:-1, 0], episode.actions)
    np.testing.assert_array_equal(rows[:-1, 1], episode.rewards)
    assert np.isnan(rows[-1, :2]).all()
    np.testing.assert_array_equal(rows[:, 2:5], episode.observations)
    np.testing.assert_array_equal(rows[:, 5:], episode.q_values)
    for picture, frame in zip(pictures, episode.frames, strict=True):
        decoded = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
        assert np.abs(decoded - frame).max() <= 4


def test_parts_join_to_the_whole() -> None:
    film = film_of(recording())
    _, rows, pictures = unpacked(film)
    for cut in (0, 1, 17, STEPS + 1):
        head, later_rows, later_pictures = unpacked(film, cut)
        assert head["start"] == cut
        np.testing.assert_array_equal(later_rows, rows[cut:])
        assert later_pictures == pictures[cut:]
    assert unpacked(film, 10**6)[0]["count"] == 0
    assert unpacked(film, -5)[0]["start"] == 0


def test_text_and_no_pictures() -> None:
    head, _, pictures = unpacked(film_of(recording("text")))
    assert head["kind"] == "text"
    assert pictures[7] == b"step 7"
    head, rows, pictures = unpacked(film_of(recording("none")))
    assert (head["kind"], pictures, len(rows)) == ("none", [], STEPS + 1)


def test_the_first_picture_is_there_before_the_episode_has_ended() -> None:
    episode = recording()
    film = Film(episode, gamma=0.9)
    film.add(episode.frames[0], episode.observations[0], episode.q_values[0], 1, 0.5)
    assert len(film) == 1
    assert not film.complete
    assert unpacked(film)[0]["state"] == "recording"
    filled(film, episode, start=1)
    head, rows, _ = unpacked(film)
    assert head["count"] == STEPS + 1
    assert rows[0, 1] == 0.5


def test_waiting_ends_with_something_new() -> None:
    episode = recording()
    film = Film(episode, gamma=0.9)
    threading.Timer(0.1, filled, [film, episode]).start()
    began = time.monotonic()
    film.wait_beyond(0, 120)
    assert time.monotonic() - began < 120
    assert len(film) > 0
    finished(film)
    film.wait_beyond(10**6, 60)  # nothing more will come


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LabError("The environment is gone."), "The environment is gone."),
        (KeyError(1), "the server's log"),
    ],
)
def test_what_breaks_a_recording_is_said_and_the_rest_kept(error: Exception, words: str) -> None:
    episode = recording()

    def record(film: Film) -> None:
        for t in range(5):
            film.add(episode.frames[t], episode.observations[t], episode.q_values[t], 0, 1.0)
        raise error

    head, rows, _ = unpacked(finished(Film(episode, gamma=0.9).start(record)))
    assert head["state"] == "failed"
    assert words in head["message"]
    assert len(rows) == 5


def test_numbers_must_fit_the_names() -> None:
    with pytest.raises(ValueError, match="6 numbers for 5 names"):
        Film(recording(), gamma=0.9).add(None, np.zeros(4), np.zeros(2))


def test_a_moment_holds_the_distributions_that_the_film_was_made_for() -> None:
    episode = recording()
    film = Film(episode, gamma=0.99, atoms=2)
    returns, probabilities = np.arange(4.0).reshape(1, 2, 2), np.full((1, 2, 2), 0.5)
    moment = (None, episode.observations[0], episode.q_values[0], 0, 1.0)
    film.add(*moment, Distributions(returns, probabilities))
    film.finish(terminated=True, truncated=False)
    head, body = film.part(0)
    assert head["atoms"] == 2
    assert np.frombuffer(body, "<f8")[-8:].tolist() == [0, 1, 2, 3, 0.5, 0.5, 0.5, 0.5]
    with pytest.raises(ValueError, match="13 names"):
        Film(episode, gamma=0.99, atoms=2).add(*moment)
