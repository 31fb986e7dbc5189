"""What is taken away: the agent as plain PyTorch, films."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence

from dashboard.session.agents import Chosen, InTraining, Moment
from dashboard.session.run import Run
from dashboard.test_page.showing import Showing
from dashboard.test_page.takeaway import (
    MOST_TILES,
    film_episode,
    film_growth,
    grown_agents,
    load_lines,
    state_dict_bytes,
)
from dqn_core import Agent, Conditions, DQNConfig, LabError, Trainer, record
from dqn_core.environments import known_environments
from dqn_core.episodes.pictures import encode
from tests.balancing import balancing_agent
from tests.dashboard.episodes import SMALL, chosen, finished, trained_run

SHAPES: tuple[dict[str, Any], ...] = (
    {"hidden_dims": "8"},
    {"dueling": True, "layer_norm": True, "hidden_dims": "8, 6, 5"},
    {"dueling": True, "head": "categorical"},
    {"head": "quantile"},
)
EACH_ALONE = """
import os, sys
for folder in sys.argv[1:]:
    os.chdir(folder)
    exec(open("lines.py").read(), {})
"""


def test_the_lines_of_pytorch_load_the_agent(tmp_path: Path) -> None:
    folders: list[str] = []
    expected = []
    for number, values in enumerate(SHAPES):
        agent = Run([SMALL.replace(**values)]).agent()
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "agent.pt").write_bytes(state_dict_bytes(agent))
        lines = load_lines(agent) + "print(network(torch.ones(4)).tolist())"
        (folder / "lines.py").write_text(lines)
        folders.append(str(folder))
        expected.append(agent.q_values(np.ones((1, 4), np.float32))[0].tolist())
    # One process for all: loading PyTorch takes longer than the rest.
    command = [sys.executable, "-c", EACH_ALONE, *folders]
    output = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in output.stdout.splitlines()]
    assert len(found) == len(SHAPES)
    for mine, theirs in zip(found, expected, strict=True):
        assert mine == pytest.approx(theirs, abs=1e-5)


def of_the_run(
    run: Run, member: int = 0, moment: Moment = "now", agent: Agent | None = None
) -> Chosen:
    which = InTraining(run.id, member, moment)
    return Chosen("In training", "id", agent or run.agent(member), which)


def test_the_growth_is_told_by_agents_at_evenly_spread_steps() -> None:
    run = trained_run()
    network = run.passed_agents[0].network
    run.passed_agents = [Agent(SMALL, network, step) for step in range(0, 200, 10)]
    agents = grown_agents([run], of_the_run(run))
    assert len(agents) == MOST_TILES
    steps = [agent.env_steps for agent in agents]
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0, 200)
    assert np.ptp(np.diff(steps)) <= 10


def test_the_growth_ends_with_the_agent_that_was_chosen() -> None:
    run = trained_run()
    network = run.passed_agents[0].network
    run.passed_agents = [Agent(SMALL, network, step) for step in range(0, 200, 10)]
    moments: tuple[Moment, ...] = ("passed", "best")
    for moment in moments:
        agents = grown_agents([run], of_the_run(run, 0, moment, run.passed_agents[3]))
        assert [agent.env_steps for agent in agents] == [0, 10, 20, 30]


def test_there_is_no_growth_of_an_agent_that_is_not_the_runs_first_member() -> None:
    run = trained_run(members=2)
    assert grown_agents([run], chosen()) == [], "one that was loaded"
    assert grown_agents([run], of_the_run(run, 1)) == []
    assert grown_agents([run], of_the_run(trained_run())) == [], "one of an earlier run"


def test_films_of_growth_and_of_two_agents(tmp_path: Path) -> None:
    short = chosen(balancing_agent(max_episode_steps=30))
    showing = finished(Showing(short, 5, Conditions()))
    agents = [balancing_agent(max_episode_steps=limit) for limit in (8, 30, 20, 12)]
    path = tmp_path / "growth.gif"
    shares: list[float] = []
    film_growth(agents, showing, path, overlay=False, progress=shares.append)
    assert len(shares) == len({*shares})
    assert shares[-1] == 1
    with Image.open(path) as gif:
        delays = [frame.info["duration"] for frame in ImageSequence.Iterator(gif)]
        assert gif.size == (3 * 300 + 2 * 6, 2 * (200 + 26) + 6)
        # 31 moments at 50 a second, and the last one stays.
        assert sum(delays) == pytest.approx(1000 * (31 / 50 + 1.5), abs=60)
        gif.seek(gif.n_frames - 1)  # type: ignore[attr-defined]
        last = np.asarray(gif.convert("L"))
    assert last[26:226, :300].min() > 100  # the first has ended: its picture is paled
    film_episode([showing], tmp_path / "one.gif", overlay=True)
    film_episode([showing, showing], tmp_path / "two.gif", overlay=True)
    with Image.open(tmp_path / "two.gif") as gif:
        assert gif.width == 606
    under_way: Any = SimpleNamespace(recording=None, film=SimpleNamespace(complete=False))
    with pytest.raises(LabError, match="still being recorded"):
        film_episode([showing, under_way], tmp_path / "early.gif", overlay=False)
    assert not (tmp_path / "early.gif").exists()


@pytest.mark.parametrize("env_id", known_environments())
def test_every_known_environment_is_filmed_in_pictures_or_text(env_id: str) -> None:
    agent = Trainer(DQNConfig(env_id=env_id, hidden_dims="4, 4", max_episode_steps=4)).agent()
    recording = record(agent, 1000)
    frames = [picture for _, picture in recording.pictures()]
    assert len(frames) == len(recording.actions) + 1
    assert all(encode(frames))
