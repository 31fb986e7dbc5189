"""Behind the Test page: uploads, conditions, showings, results, and what is taken away."""

import itertools
import json
import pickle
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from dashboard.agents import Chosen, available, load, read_upload
from dashboard.conditions import Conditions
from dashboard.duel import can_duel, prepare
from dashboard.player import encode
from dashboard.run import Run
from dashboard.takeaway import (
    MOST_TILES,
    film_episode,
    film_growth,
    grown_agents,
    load_lines,
    state_dict_bytes,
)
from dashboard.testing import PROGRESS_SECONDS, THRESHOLD_COLOR, Results, Showing
from dqn_core import Agent, DQNConfig, LabError, Trainer, evaluate, record
from dqn_core.checkpoint import agent_bytes, pack
from dqn_core.environments import known_environments
from dqn_core.evaluation import Push
from tests.balancing import balancing_agent

SMALL = DQNConfig(env_id="CartPole-v1", hidden_dim=8, learning_starts=10, batch_size=8)


def chosen(agent: Agent | None = None) -> Chosen:
    return Chosen("Balancer", "balancer", agent or balancing_agent())


def finished(showing: Showing) -> Showing:
    for _ in range(100):
        showing.film.wait_beyond(10**6, 1)
        if showing.film.complete:
            return showing
    pytest.fail("The episode was not filmed.")


def trained_run(members: int = 1) -> Run:
    run = Run([SMALL.replace(seed=seed) for seed in range(members)])
    run.trainer.run(max_steps=200)
    return run


# Uploads ------------------------------------------------------------------------------------------


def with_header(header: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header


def other_version() -> bytes:
    content = agent_bytes(balancing_agent())
    return content.replace(b'\\"version\\": 1', b'\\"version\\": 9')


def diverged() -> bytes:
    agent = balancing_agent()
    agent.network.parameters[0, 0] = torch.nan
    return agent_bytes(agent)


def deep() -> bytes:
    manifest = '{"format":"dqn-lab","version":1,"kind":"agent","state":' + "[" * 900 + "]" * 900
    return with_header(json.dumps({"__metadata__": {"dqn-lab": manifest + "}"}}).encode())


HOSTILE = {
    "empty": b"",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "text": b"gamma: 0.99\n" * 40,
    "a pickle": pickle.dumps({"weights": [1.0] * 50}),
    "cut off": agent_bytes(balancing_agent())[:-40],
    "cut off in the header": agent_bytes(balancing_agent())[:100],
    "another version": other_version(),
    "a header without end": with_header(b"{" * 200)[:150],
    "a header that claims all memory": struct.pack("<Q", 2**63) + b"{}",
    "a header that is a list": with_header(b"[1, 2]"),
    "a manifest that is a number": with_header(b'{"__metadata__":{"dqn-lab":"3"}}'),
    "nested": deep(),
    "no members": pack("run", {"configs": [], "env_step": 0}),
    "strange configuration": pack("agent", {"config": {"env_id": 7}, "env_steps": 0}),
    "an unknown environment": pack(
        "agent", {"config": {"env_id": "os:system"}, "parameters": torch.zeros(1, 4)}
    ),
    "not finite": diverged(),
    "too few weights": pack(
        "agent",
        {
            "config": balancing_agent().config.to_dict(),
            "parameters": torch.zeros(1, 5),
            "env_steps": 0,
        },
    ),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_bad_file_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(LabError) as refusal:
        read_upload("1", "agent.safetensors", content)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 400


def test_a_saved_agent_comes_back() -> None:
    agent = balancing_agent()
    upload = read_upload("1", "mine.safetensors", agent_bytes(agent))
    (choice,) = upload.choices()
    assert choice.name == "Uploaded: mine.safetensors"
    assert torch.equal(choice.load().network.parameters, agent.network.parameters)


def test_a_saved_run_offers_its_members() -> None:
    run = trained_run(members=3)
    content = pack("run", run.state_dict())
    choices = read_upload("1", "run.safetensors", content).choices()
    assert [choice.name[-8:] for choice in choices] == ["member 1", "member 2", "member 3"]
    for member, choice in enumerate(choices):
        mine, theirs = choice.load(), run.agent(member)
        assert torch.equal(mine.network.parameters, theirs.network.parameters)
        assert mine.config.seed == member


# Choices ------------------------------------------------------------------------------------------


def test_choices_of_a_run_that_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    session: Any = SimpleNamespace(run=Run([SMALL]))
    assert [*available(session)] == ["Trained CartPole agent"]
    session.run = trained_run(members=2)
    assert [*available(session)] == [
        "In training, member 1, as it is now",
        "In training, member 2, as it is now",
        "In training, member 1, at step 0",
        "Trained CartPole agent",
    ]
    now = available(session)["In training, member 2, as it is now"]
    assert load(now).title == "In training, member 2, at step 200"
    assert torch.equal(load(now).agent.network.parameters, session.run.agent(1).network.parameters)
    session.run = trained_run()
    assert available(session)["In training, as it is now"].identity != now.identity


def test_an_agent_that_diverged_is_refused() -> None:
    run = trained_run()
    run.trainer.learner.online.parameters[0, 0] = torch.nan
    session: Any = SimpleNamespace(run=run)
    with pytest.raises(LabError, match="diverged"):
        load(available(session)["In training, as it is now"])


# Episodes -----------------------------------------------------------------------------------------


def test_a_showing_films_what_the_agent_does() -> None:
    how = Conditions(epsilon=0.3, parameters={"gravity": 12.0}, push=Push(5, 3, 0.4))
    showing = finished(Showing(chosen(), 7, how))
    expected = record(balancing_agent(), 7, 0.3, parameters={"gravity": 12.0}, push=Push(5, 3, 0.4))
    assert showing.recording is not None
    np.testing.assert_array_equal(showing.recording.observations, expected.observations)
    assert len(showing.film) == len(expected.actions) + 1
    head, _ = showing.film.part(0)
    assert head["failing"] == [0, 2]
    assert head["observationLimits"][0] == [-2.4, 2.4]
    assert head["observationLimits"][2] == pytest.approx([-0.2095, 0.2095], abs=1e-4)


def test_a_showing_that_is_no_longer_wanted_stops() -> None:
    showing = Showing(chosen(), 1, Conditions())
    showing.film.wait_beyond(0, 30)
    showing.stop()
    assert finished(showing).recording is None
    assert len(showing.film) < 500


def test_pictures_are_drawn_again_as_they_were_seen() -> None:
    seen: list[np.ndarray] = []

    def watcher(frame: Any, *_: Any) -> None:
        seen.append(frame)

    changed = {"length": 1.0}
    recording = record(
        balancing_agent(), 3, 0.5, watcher=watcher, parameters=changed, push=Push(4, 3, 1.0)
    )
    again = list(recording.frames)
    assert len(again) == len(seen) == len(recording.frames)
    for mine, theirs in zip(again, seen, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert [t for t, _ in recording.frames.every(7)] == [
        *range(0, len(recording.actions), 7),
        len(recording.actions),
    ]


def test_memory_stays_flat_over_thirty_episodes() -> None:
    agent = balancing_agent(max_episode_steps=40)
    shown = finished(Showing(chosen(agent), 0, Conditions()))
    tracemalloc.start()
    try:
        used = []
        for seed in range(30):
            shown = finished(Showing(chosen(agent), seed, Conditions()))
            used.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert shown.recording is not None
    picture = 400 * 600 * 3
    assert max(used) < picture  # not one picture as it was drawn, of 30 × 41
    assert used[-1] < used[4] + picture / 10
    deadline = time.monotonic() + 10
    while any(thread.name.startswith("film-") for thread in threading.enumerate()):
        assert time.monotonic() < deadline


def test_a_film_ends_before_it_fills_the_memory_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dashboard.testing.MOST_MOMENTS", 20)
    showing = finished(Showing(chosen(), 0, Conditions()))
    head, _ = showing.film.part(0)
    assert head["message"] == "The film ends after 20 steps, not the episode."
    assert 20 <= head["count"] < 60
    with pytest.raises(LabError, match="not recorded to its end"):
        film_episode([showing], Path("film.gif"), overlay=False)


def test_results_are_those_of_evaluate() -> None:
    how = Conditions(episodes=12, first_seed=50, epsilon=0.5)
    results = Results.of(chosen(), how)
    expected = evaluate(balancing_agent(), 12, 50, 0.5)
    np.testing.assert_array_equal(results.evaluation.returns, expected.returns)
    table = results.table()
    assert table["seed"].tolist() == list(range(50, 62))
    assert results.worst_seed == table["seed"][int(table["return"].argmin())]
    replayed = record(balancing_agent(), results.worst_seed, 0.5)
    assert replayed.total == table["return"].min()
    assert results.figures()["Mean"] == f"{expected.returns.mean():.1f}"
    assert results.headline == "**Balancer**: 12 episodes from seed 50, with ε 0.5"
    points, average = results.chart("#0077bb").data
    assert list(points.y) == list(expected.returns)
    assert len(average.y) == 12


def test_a_test_tells_how_far_it_is_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(0.0, PROGRESS_SECONDS / 10)
    monkeypatch.setattr("dashboard.testing.time.monotonic", lambda: next(clock))
    shares: list[float] = []
    results = Results.of(chosen(), Conditions(episodes=2), shares.append)
    assert shares == sorted(set(shares))
    assert 0 < shares[0] < shares[-1] <= results.evaluation.lengths.max() / 500
    assert 2 <= len(shares) <= results.evaluation.lengths.max() / 5, "not at each step"


def test_conditions_in_words() -> None:
    how = Conditions(parameters={"gravity": 12.0}, push=Push(50, 3, -1.5))
    assert how.words("CartPole-v1") == "gravity 12 m/s², a push of -1.5 at step 50"
    assert Conditions().words("Taxi-v4") == ""


# Duel ---------------------------------------------------------------------------------------------


def test_the_duel_has_the_agents_start_physics_and_episode() -> None:
    how = Conditions(parameters={"masspole": 0.3}, push=Push(9, 3, 0.2))
    given = prepare(chosen(), 11, how)
    expected = record(balancing_agent(), 11, parameters={"masspole": 0.3}, push=Push(9, 3, 0.2))
    np.testing.assert_array_equal(np.float32(given["state"]), expected.observations[0])
    assert given["physics"]["masspole"] == 0.3
    assert given["physics"]["time_limit"] == 500
    assert given["physics"]["push"] == {"step": 9, "component": 3, "amount": 0.2}
    np.testing.assert_allclose(given["agent"]["angles"], expected.observations[:, 2], atol=1e-5)
    assert given["agent"]["return"] == expected.total
    assert json.loads(json.dumps(given, allow_nan=False)) == given
    assert can_duel("CartPole-v0")
    assert not can_duel("Acrobot-v1")


# Take it away -------------------------------------------------------------------------------------


def test_the_lines_of_pytorch_load_the_agent(tmp_path: Path) -> None:
    for dueling in (False, True):
        run = Run([SMALL.replace(dueling=dueling)])
        agent = run.agent()
        (tmp_path / "agent.pt").write_bytes(state_dict_bytes(agent))
        lines = load_lines(agent) + "print(network(torch.ones(4)).tolist())"
        output = subprocess.run(
            [sys.executable, "-c", lines], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
        assert json.loads(output) == pytest.approx(
            agent.q_values(np.ones((1, 4), np.float32))[0].tolist(), abs=1e-5
        )


def test_the_growth_is_told_by_evenly_spread_snapshots() -> None:
    run = trained_run()
    run.snapshots = [Agent(SMALL, run.snapshots[0].network, step) for step in range(0, 200, 10)]
    agents = grown_agents(run, chosen())
    assert len(agents) == MOST_TILES
    steps = [agent.env_steps for agent in agents]
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0, 200)
    assert np.ptp(np.diff(steps)) <= 10
    assert grown_agents(Run([SMALL.replace(env_id="Acrobot-v1")]), chosen()) == []


def test_films_of_growth_and_of_two_agents(tmp_path: Path) -> None:
    short = chosen(balancing_agent(max_episode_steps=30))
    showing = finished(Showing(short, 5, Conditions()))
    agents = [balancing_agent(max_episode_steps=limit) for limit in (8, 30, 20, 12)]
    path = tmp_path / "growth.gif"
    film_growth(agents, showing, path, overlay=False)
    with Image.open(path) as gif:
        delays = [frame.info["duration"] for frame in ImageSequence.Iterator(gif)]
        assert gif.size == (3 * 300 + 2 * 6, 2 * (200 + 26) + 6)
        # 31 moments at 50 a second, and the last one stays.
        assert sum(delays) == pytest.approx(1000 * (31 / 50 + 1.5), abs=60)
        gif.seek(gif.n_frames - 1)
        last = np.asarray(gif.convert("L"))
    assert last[26:226, :300].min() > 100  # the first has ended: its picture is paled
    film_episode([showing], tmp_path / "one.gif", overlay=True)
    film_episode([showing, showing], tmp_path / "two.gif", overlay=True)
    with Image.open(tmp_path / "two.gif") as gif:
        assert gif.width == 606
    other = Showing(short, 6, Conditions())
    other.recording = None
    other.stop()
    with pytest.raises(LabError, match="still being recorded"):
        film_episode([showing, other], tmp_path / "early.gif", overlay=False)
    assert not (tmp_path / "early.gif").exists()


@pytest.mark.parametrize("env_id", known_environments())
def test_every_known_environment_is_filmed_in_pictures_or_text(env_id: str) -> None:
    agent = Trainer(DQNConfig(env_id=env_id, hidden_dim=4, max_episode_steps=4)).agent()
    recording = record(agent, 1000)
    frames = list(recording.frames)
    assert len(frames) == len(recording.actions) + 1
    assert all(encode(frames))


def test_the_threshold_is_seen_on_light_and_dark() -> None:
    results = Results.of(Chosen("it", "it", balancing_agent()), Conditions(episodes=2))
    assert results.chart("#0077bb").layout.shapes[0].line.color == THRESHOLD_COLOR
