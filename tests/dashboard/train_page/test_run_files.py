"""A run as files: what is saved goes on to the bit, and the script makes the same run again."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from dashboard.session.going_on import open_run
from dashboard.session.links import MOST_MEMBERS, Link
from dashboard.session.run import Run, Status
from dashboard.session.session import Session
from dashboard.train_page.run_files import curves_zip, run_bytes, script
from dashboard.web.slots import Slots
from dqn_core import DQNConfig, Trainer, preset, recommended
from dqn_core.base.errors import DivergenceError
from dqn_core.divergence import Stop
from dqn_core.files.packing import pack
from dqn_core.forking import forked
from dqn_core.history import MEANINGS
from tests.dashboard.session.ways import train, undo

SMALL = preset("recommended").replace(
    hidden_dims="8, 8",
    batch_size=8,
    learning_starts=20,
    evaluation_period=50,
    evaluation_episodes=1,
)


@pytest.fixture
def run() -> Iterator[Run]:
    """A run of two members with changes, two of them at one step and one of these twice."""
    run = Run([SMALL.replace(seed=seed) for seed in (4, 5)])
    run.trainer.run(max_steps=60)
    run.change(gamma=0.9, learning_rate=0.01)
    run.trainer.run(max_steps=30)
    run.change(buffer_capacity=40)
    run.change(buffer_capacity=500)
    run.trainer.run(max_steps=70)
    yield run
    run.close()


def made_by(text: str) -> Trainer:
    names: dict[str, Any] = {}
    exec(text, names)
    trainer = names["trainer"]
    assert isinstance(trainer, Trainer)
    return trainer


def test_the_script_makes_the_same_run_again_with_its_changes(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    again = made_by(script(run, "notebook"))
    assert again.configs == run.trainer.configs
    assert again.env_step == run.trainer.env_step == 160
    assert torch.equal(again.learner.online.parameters, run.trainer.learner.online.parameters)
    assert torch.equal(
        torch.as_tensor(again.replay.state_dict()["rows"]),
        torch.as_tensor(run.trainer.replay.state_dict()["rows"]),
    )
    assert "mean_return" in capsys.readouterr().out


def test_the_script_names_only_what_is_not_the_presets(run: Run) -> None:
    text = script(run, "recommended")
    assert "learning_rate_end" not in text
    lines = text.partition("config = ")[2].splitlines()
    assert lines[1:-1] == [
        "trainer = Trainer([config.replace(seed=seed) for seed in [4, 5]])",
        "trainer.run(max_steps=60)",
        "trainer.change(gamma=0.9, learning_rate=0.01)",
        "trainer.run(max_steps=30)",
        "trainer.change(buffer_capacity=40)",
        "trainer.change(buffer_capacity=500)",
        "trainer.run(max_steps=70)",
    ]


def test_the_script_writes_out_what_is_recommended_for_an_environment() -> None:
    config = recommended("Taxi-v4")
    text = script(Run([config]), "auto")
    assert all(
        f"{name}={value!r}" in text for name, value in config.difference(DQNConfig()).items()
    )
    assert made_by(text).config == config


def test_the_script_of_a_run_that_has_not_begun_makes_one_that_has_not() -> None:
    assert made_by(script(Run([SMALL]), "recommended")).env_step == 0


def test_the_script_needs_no_clock_to_stop_where_a_time_budget_stopped_the_run() -> None:
    run = Run([SMALL.replace(total_seconds=1)])
    run.trainer.run(max_steps=40)
    run.trainer.seconds = 2.0
    assert run.trainer.finished()
    run.change(total_seconds=0, gamma=0.5)
    run.trainer.run(max_steps=20)
    text = script(run, "recommended")
    assert "total_seconds" not in text
    assert made_by(text).env_step == 60


def test_undone_changes_are_not_in_the_script() -> None:
    session = Session(Link(config=SMALL))
    train(session, 20)
    session.set("gamma", 0.5)
    session.set("buffer_capacity", 100)
    undo(session, 1)
    text = script(session.run, "recommended")
    assert "gamma=0.5" in text
    assert "buffer_capacity" not in text


# --- a run with a seed that diverged --------------------------------------------------------------


WILD = SMALL.replace(
    learning_rate=1.0,
    learning_rate_end=1.0,
    tau=1.0,
    loss="mse",
    gradient_clipping="none",
    gamma=1.0,
    double_dqn=False,
    n_step=1,
)
"""With it the seeds 1 and 4 diverge within a few hundred steps, and 2 does not."""


def test_the_script_of_a_run_that_diverged_diverges_at_the_same_step_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = Run([WILD.replace(seed=seed) for seed in (1, 4)])
    with pytest.raises(DivergenceError):
        run.trainer.run(max_steps=2_000)
    run.change(gamma=0.5)
    text = script(run, "recommended")
    for stop, seed in zip(run.trainer.stops, (1, 4), strict=True):
        assert stop is not None
        assert f"# Seed {seed} stopped: {stop.reason}" in text.splitlines()
    again = made_by(text)
    assert again.stops == run.trainer.stops
    assert again.configs == run.trainer.configs
    assert str(again.finished()) in capsys.readouterr().out
    assert (again.env_step, again.gradient_updates) == (
        run.trainer.env_step,
        run.trainer.gradient_updates,
    )


def test_the_script_of_a_run_in_which_one_seed_stopped_stops_it_too() -> None:
    run = Run([WILD.replace(seed=seed) for seed in (1, 2)])
    run.trainer.run(max_steps=500)
    run.change(gamma=0.9)
    run.trainer.run(max_steps=100)
    assert run.trainer.going_on == [1]
    again = made_by(script(run, "recommended"))
    assert again.stops == run.trainer.stops
    assert torch.equal(again.learner.online.parameters, run.trainer.learner.online.parameters)


def test_what_a_file_gives_as_a_reason_is_no_code_of_the_script() -> None:
    run = Run([SMALL, SMALL.replace(seed=1)])
    run.trainer.run(max_steps=1)
    run.trainer._stop({0: Stop(1, 'a\n"""\nraise SystemExit\n"""')})
    assert made_by(script(run, "recommended")).env_step == 1


def test_the_script_names_the_versions_that_it_was_made_with(run: Run) -> None:
    assert f"torch {torch.__version__}, numpy {np.__version__}, " in script(run, "recommended")


# --- curves ---------------------------------------------------------------------------------------


def test_the_curves_are_every_table_of_the_history_with_each_rows_seed(run: Run) -> None:
    with zipfile.ZipFile(io.BytesIO(curves_zip(run))) as archive:
        for name, frame in run.history.frames().items():
            saved = pd.read_csv(archive.open(f"{name}.csv"))
            assert (saved["seed"] == saved["member"] + 4).all()
            columns = saved.drop(columns="seed").columns
            assert columns.tolist() == frame.columns.tolist()
            for column in columns.drop(["old", "new"], errors="ignore"):
                mine, theirs = frame[column].to_numpy(), saved[column].to_numpy()
                np.testing.assert_array_equal(mine, theirs, "every digit")
            assert len(saved) == len(frame) > 0


def test_the_curves_say_of_each_seed_how_it_was_set_and_whether_it_stopped(run: Run) -> None:
    stop = Stop(run.trainer.env_step, "Q-values reached 1e+06 at step 160; most likely so.")
    run.trainer._stop({1: stop})
    with zipfile.ZipFile(io.BytesIO(curves_zip(run))) as archive:
        described = json.loads(archive.read("run.json"))
    assert described["env_step"] == 160
    assert described["gradient_updates"] == run.trainer.gradient_updates
    assert described["versions"]["torch"] == torch.__version__
    for member, (seed, now) in enumerate(zip((4, 5), run.trainer.configs, strict=True)):
        found = described["members"][member]
        assert (found["member"], found["seed"]) == (member, seed)
        assert DQNConfig.from_dict(found["config"]) == now
        assert DQNConfig.from_dict(found["config_at_step_0"]) == SMALL.replace(seed=seed)
    reasons = [member["stopped"] for member in described["members"]]
    assert reasons == [None, {"env_step": 160, "reason": stop.reason}]


def test_every_column_is_explained_and_nothing_else(run: Run) -> None:
    columns = {name for frame in run.history.frames().values() for name in frame}
    assert MEANINGS.keys() == columns | {"seed"}
    with zipfile.ZipFile(io.BytesIO(curves_zip(run))) as archive:
        text = archive.read("README.txt").decode()
    assert all(f"  {name}: " in text for name in columns)


# --- saving and opening ---------------------------------------------------------------------------


def test_an_opened_run_goes_on_to_the_bit(run: Run) -> None:
    session = Session()
    assert open_run(session, "mine.safetensors", run_bytes(run))
    opened = session.run
    assert (opened.status, opened.trainer.env_step) == (Status.PAUSED, 160)
    assert "mine.safetensors" in opened.message
    assert (session.config, session.link.members) == (run.config, 2)
    assert session.needs_reset() == []
    for each in (run, opened):
        each.trainer.run(max_steps=50)
    assert torch.equal(
        opened.trainer.learner.online.parameters, run.trainer.learner.online.parameters
    )
    opened.start()
    opened.advance(Slots(1))
    assert opened.trainer.env_step > 210


def refusal(session: Session, content: bytes) -> str:
    before = session.run
    assert not open_run(session, "odd.safetensors", content)
    assert session.run is before
    assert session.refused == "open"
    assert session.problem.startswith("odd.safetensors was not opened. ")
    return session.problem


def test_what_cannot_be_opened_is_refused_in_a_sentence_and_the_run_stays(run: Run) -> None:
    assert "not a DQN Lab checkpoint" in refusal(Session(), b"nothing")
    agent = pack("agent", {})
    assert "not a run" in refusal(Session(), agent)
    others = Trainer([SMALL.replace(seed=seed) for seed in (3, 9)])
    assert "consecutive seeds" in refusal(Session(), pack("run", others.state_dict()))
    crowd = Trainer(
        [SMALL.replace(seed=seed, hidden_dims="4, 4") for seed in range(MOST_MEMBERS + 1)]
    )
    assert f"1 to {MOST_MEMBERS}" in refusal(Session(), pack("run", crowd.state_dict()))


def test_a_lesson_that_fixes_values_opens_no_run(run: Run) -> None:
    session = Session(Link(locked=("gamma",)))
    assert "lesson has fixed values" in refusal(session, run_bytes(run))


def test_the_script_of_a_race_makes_each_arm_again_from_a_fresh_start_and_from_a_fork() -> None:
    fresh = Run([SMALL.replace(seed=4, gamma=gamma) for gamma in (0.5, 0.9)])
    fresh.trainer.run(max_steps=60)
    (race,) = forked(fresh.trainer, "learning_rate", [0.01, 0.02])
    branched = Run(race)
    branched.trainer.run(max_steps=10)
    branched.change(tau=0.5)
    branched.trainer.run(max_steps=10)
    for run in (fresh, branched):
        again = made_by(script(run, "notebook"))
        assert again.configs == run.trainer.configs
        theirs = run.trainer.learner.online.parameters[: again.members]
        assert torch.equal(again.learner.online.parameters[:2], theirs[:2])
