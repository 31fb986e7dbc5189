"""Files that earlier versions wrote: what people have saved goes on."""

import json
from pathlib import Path

import numpy as np
import pytest

from dqn_core import load_agent, load_run

FOLDER = Path(__file__).parent / "saved_by_3a861da"
"""Runs after 175 environment steps, γ changed after 150, and their agents."""
NAMES = sorted(path.name.partition(".")[0] for path in FOLDER.glob("*.run.safetensors"))
Q_VALUES = json.loads((FOLDER / "q_values.json").read_text())
"""What each agent thought of observations of zeros and of ones."""


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_an_earlier_version_saved_goes_on(name: str) -> None:
    trainer = load_run(FOLDER / f"{name}.run.safetensors")
    assert trainer.env_step == 175
    assert trainer.config.gamma == 0.9
    assert list(trainer.history.changes.columns()["name"]) == ["gamma"] * trainer.members
    trainer.run(max_steps=100)
    assert trainer.env_step == 275
    assert len(trainer.history.evaluations) == 4 * trainer.members
    trainer.close()


@pytest.mark.parametrize("name", NAMES)
def test_what_an_earlier_version_called_obtained_is_not_shown_as_that(name: str) -> None:
    trainer = load_run(FOLDER / f"{name}.run.safetensors")
    trainer.run(max_steps=100)
    evaluations = trainer.history.evaluations.frame()
    assert evaluations["mean_return"].notna().all()
    is_old = evaluations["env_step"] <= 175
    for column in ("predicted", "obtained", "truncated_share"):
        assert evaluations[column].isna().tolist() == is_old.tolist()
    trainer.close()


@pytest.mark.parametrize("name", NAMES)
def test_an_agent_that_an_earlier_version_saved_thinks_the_same(name: str) -> None:
    agent = load_agent(FOLDER / f"{name}.agent.safetensors")
    observations = np.stack([np.full(agent.network.shape.observation_dim, x) for x in (0, 1)])
    assert agent.q_values(observations) == pytest.approx(np.array(Q_VALUES[name]), abs=1e-4)


def test_every_kind_of_environment_has_its_files() -> None:
    assert len(NAMES) == 7
