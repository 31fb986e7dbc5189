"""An episode that is shown: filmed as it happens, stopped, bounded."""

import gc
import multiprocessing
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.test_page.showing import Showing
from dashboard.test_page.takeaway import film_episode
from dqn_core import Conditions, LabError, Push, record
from tests.balancing import balancing_agent
from tests.dashboard.episodes import chosen, finished


def wait_for_the_end_of_film_threads() -> None:
    """Until then one holds a picture as it was drawn."""
    deadline = time.monotonic() + 120
    while any(thread.name.startswith("film-") for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_a_showing_films_what_the_agent_does() -> None:
    conditions = Conditions(0.3, {"gravity": 12.0}, Push(5, 3, 0.4))
    agent = balancing_agent(max_episode_steps=30)
    showing = finished(Showing(chosen(agent), 7, conditions))
    expected = record(agent, 7, conditions)
    assert showing.recording is not None
    np.testing.assert_array_equal(showing.recording.observations, expected.observations)
    assert len(showing.film) == len(expected.actions) + 1
    head, _ = showing.film.part(0)
    assert head["failing"] == [0, 2]
    assert head["observation_limits"][0] == (-2.4, 2.4)
    assert head["observation_limits"][2] == pytest.approx([-0.2095, 0.2095], abs=1e-4)


def test_a_showing_that_is_no_longer_wanted_stops() -> None:
    showing = Showing(chosen(), 1, Conditions())
    showing.film.wait_beyond(0, 30)
    showing.stop()
    assert finished(showing).recording is None
    assert len(showing.film) < 500


def test_pictures_are_drawn_again_as_they_were_seen() -> None:
    seen: list[np.ndarray] = []

    def watcher(frame: Any, *_: Any, **__: Any) -> None:
        seen.append(frame)

    conditions = Conditions(0.5, {"length": 1.0}, Push(4, 3, 1.0))
    recording = record(balancing_agent(), 3, conditions, watcher=watcher)
    again = [picture for _, picture in recording.pictures()]
    assert len(again) == len(seen) == len(recording.actions) + 1
    for mine, theirs in zip(again, seen, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert [t for t, _ in recording.pictures(7)] == [
        *range(0, len(recording.actions), 7),
        len(recording.actions),
    ]


def memory_after_each_of_twelve_episodes() -> list[int]:
    """Bytes that Python holds more than before the first of them."""
    agent = balancing_agent(max_episode_steps=12)
    finished(Showing(chosen(agent), 0, Conditions()))
    gc.freeze()  # what there is by now: to look through it twelve times would take seconds
    tracemalloc.start()
    used = []
    for seed in range(12):
        shown = finished(Showing(chosen(agent), seed, Conditions()))
        assert shown.recording is not None
        wait_for_the_end_of_film_threads()
        gc.collect()
        used.append(tracemalloc.get_traced_memory()[0])
    return used


def test_memory_stays_flat_over_twelve_episodes() -> None:
    # In a process of its own: what threads of other tests take would be counted here.
    with multiprocessing.get_context("spawn").Pool(1) as process:
        used = process.apply(memory_after_each_of_twelve_episodes)
    picture = 400 * 600 * 3
    assert max(used) < picture  # not one picture as it was drawn, of 12 × 13
    assert used[-1] < used[4] + picture / 30


def test_a_film_ends_before_it_fills_the_memory_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dashboard.test_page.showing.MOST_MOMENTS", 20)
    showing = finished(Showing(chosen(), 0, Conditions()))
    head, _ = showing.film.part(0)
    assert head["message"] == "The film ends after 20 steps, but the episode goes on."
    assert 20 <= head["count"] < 60
    with pytest.raises(LabError, match="not recorded to its end"):
        film_episode([showing], Path("film.gif"), overlay=False)
