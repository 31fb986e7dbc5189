"""Files of runs and agents: what was saved comes back as it was."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dqn_core import Trainer, load_agent, load_run, save_agent, save_run
from dqn_core.files.checkpoint import agent_bytes
from dqn_core.files.packing import pack, unpack
from tests.core.checkpoints import (
    CONFIG,
    closed,
    opened,
    refused,
)


def test_a_state_comes_out_of_a_file_as_it_went_in(trainer: Trainer) -> None:
    state = trainer.state_dict()
    kind, again = unpack(pack("run", state))
    assert kind == "run"
    assert_same(state, again)


def assert_same(mine: Any, theirs: Any) -> None:
    assert type(mine) is type(theirs)
    if isinstance(mine, dict):
        assert mine.keys() == theirs.keys()
        for name in mine:
            assert_same(mine[name], theirs[name])
    elif isinstance(mine, list | tuple):
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            assert_same(one, other)
    elif isinstance(mine, torch.Tensor | np.ndarray):
        assert mine.dtype == theirs.dtype
        assert mine.shape == theirs.shape
        np.testing.assert_array_equal(mine, theirs)  # NaN is where there is no such layer
    else:
        assert mine == theirs


@pytest.mark.parametrize(
    "value",
    [
        np.int64(3),
        np.float32(0.1),
        np.bool_(True),
        (1, (2, [3, None])),
        2**100,
        0.1 + 0.2,
        float("inf"),
        "ε",
        np.zeros((0, 3)),
        torch.zeros(2, 0),
        torch.tensor(3.0),
        np.arange(6).reshape(2, 3).T,
    ],
    ids=repr,
)
def test_every_kind_of_value_that_a_state_may_hold_survives_a_file(value: Any) -> None:
    _, again = unpack(pack("run", {"value": value, "nested": [{"value": copy.deepcopy(value)}]}))
    assert_same(value, again["value"])
    assert_same(value, again["nested"][0]["value"])


def test_an_agent_saved_and_loaded_has_the_same_values(trainer: Trainer, tmp_path: Path) -> None:
    observations = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
    for member in range(2):
        agent = trainer.agent(member)
        save_agent(tmp_path / "agent.safetensors", agent)
        loaded = load_agent(tmp_path / "agent.safetensors")
        np.testing.assert_array_equal(loaded.q_values(observations), agent.q_values(observations))
        assert (loaded.config, loaded.env_steps) == (agent.config, 35)


def test_a_members_agent_can_be_taken_out_of_a_run(trainer: Trainer, tmp_path: Path) -> None:
    save_run(tmp_path / "run.safetensors", trainer)
    for member in range(2):
        agent = load_agent(tmp_path / "run.safetensors", member)
        assert torch.equal(agent.network.parameters, trainer.agent(member).network.parameters)
        assert agent.config.seed == member
    refused(lambda source: load_agent(source, 2), tmp_path / "run.safetensors")


def test_saving_replaces_a_file_whole_or_not_at_all(trainer: Trainer, tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    save_run(path, trainer)
    save_run(path, trainer)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.safetensors"]
    for place in (tmp_path / "no" / "such" / "folder", tmp_path, tmp_path / ("x" * 300)):
        message = refused(lambda p: save_run(p, trainer), place)
        assert "cannot be written" in message
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.safetensors"]


@pytest.mark.parametrize("path", ["", ".", "/", "a\0b"])
def test_a_path_that_can_be_no_file_is_one_sentence(path: str, trainer: Trainer) -> None:
    refused(load_agent, path)
    refused(load_run, path)
    refused(lambda p: save_run(p, trainer), path)


def test_a_run_saved_before_a_round_of_updates_could_be_stopped_still_loads(
    run_file: bytes,
) -> None:
    manifest, tensors = opened(run_file)
    assert manifest["state"].pop("updates_due") == 0
    assert load_run(closed(manifest, tensors)).is_between_steps


@pytest.mark.parametrize("kind", ["categorical", "quantile"])
def test_an_agent_with_a_distributional_head_comes_back_as_it_was(kind: str) -> None:
    trainer = Trainer([CONFIG.replace(head=kind, dueling=True, seed=seed) for seed in (0, 1)])
    trainer.run(max_steps=20)
    observations = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    run_file = pack("run", trainer.state_dict())
    for p in (0, 1):
        expected = trainer.agent(p).q_values(observations)
        assert np.ptp(expected) > 0
        for content in (agent_bytes(trainer.agent(p)), run_file):
            agent = load_agent(content, p if content is run_file else 0)
            np.testing.assert_array_equal(agent.q_values(observations), expected)
