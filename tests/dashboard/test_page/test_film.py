"""Films: what the browser is handed, part by part."""

import io
import threading
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dashboard.test_page.film import Film
from dqn_core.errors import LabError

STEPS = 60


def recording(frames: str = "picture", steps: int = STEPS) -> Any:
    rng = np.random.default_rng(0)
    pictures: list[Any] = [
        np.full((40, 60, 3), (t, 255 - t, 7), np.uint8) if frames == "picture" else f"step {t}"
        for t in range(steps + 1)
    ]
    return SimpleNamespace(
        observations=rng.normal(size=(steps + 1, 3)).astype(np.float32),
        actions=rng.integers(0, 2, steps),
        rewards=rng.normal(size=steps),
        q_values=rng.normal(size=(steps + 1, 2)).astype(np.float32),
        terminated=True,
        truncated=False,
        frames=[] if frames == "none" else pictures,
        frames_per_second=50.0,
        observation_labels=("x", "v", "angle"),
        observation_limits=((-1.0, 1.0), (-np.inf, np.inf), (-0.2, 0.2)),
        action_labels=("left", "right"),
        gamma=0.99,
    )


def filled(film: Film, episode: Any, start: int = 0) -> Film:
    """``film`` with the moments of ``episode`` from ``start`` on."""
    for t in range(start, len(episode.observations)):
        last = t == len(episode.actions)
        film.add(
            episode.frames[t] if episode.frames else None,
            episode.observations[t],
            episode.q_values[t],
            None if last else episode.actions[t],
            None if last else episode.rewards[t],
        )
    film.finish(terminated=episode.terminated, truncated=episode.truncated)
    return film


def film_of(episode: Any, title: str = "") -> Film:
    return filled(Film(episode, gamma=episode.gamma, title=title), episode)


def finished(film: Film) -> Film:
    film.wait_beyond(10**6, 10)
    assert film.complete
    return film


def unpacked(film: Film, start: int = 0) -> tuple[dict[str, Any], np.ndarray, list[bytes]]:
    head, body = film.part(start)
    width = 2 + len(head["observationLabels"]) + len(head["actionLabels"])
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
    assert head["observationLimits"] == [[-1.0, 1.0], [None, None], [-0.2, 0.2]]
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
    film.wait_beyond(0, 5)
    assert time.monotonic() - began < 2
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
