"""Values in a file that no run or agent comes to."""

from typing import Any

import pytest
import torch

from dqn_core import Trainer, load_agent, load_run
from dqn_core.files.packing import pack
from tests.core.checkpoints import CONFIG, closed, opened, refused, with_wrong


@pytest.mark.parametrize(
    ("column", "wrong"),
    [("name", "foo"), ("name", "env_id"), ("name", 3), ("old", "much"), ("new", 7.0), ("new", 1)],
)
def test_a_history_with_a_change_that_cannot_have_been_is_refused(column: str, wrong: Any) -> None:
    trainer = Trainer(CONFIG)
    trainer.run(max_steps=9)
    trainer.change(gamma=0.5)
    manifest, tensors = opened(pack("run", trainer.state_dict()))
    path = ("state", "history", "changes", column, 0)
    refused(load_run, closed(with_wrong(manifest, path, wrong), tensors))


@pytest.mark.parametrize("column", [-4], ids=["action"])
@pytest.mark.parametrize("value", [-1.0, 2.0, 0.5, 1e30, float("nan")])
def test_a_replay_buffer_with_actions_that_do_not_exist_is_refused(
    run_file: bytes, column: int, value: float
) -> None:
    manifest, tensors = opened(run_file)
    tensors["/replay/rows"][0, 3, column] = value
    assert "actions that do not exist" in refused(load_run, closed(manifest, tensors))


@pytest.mark.parametrize("value", [-1.0, 16.0, 0.5, float("nan")])
def test_a_replay_buffer_with_states_that_do_not_exist_is_refused(value: float) -> None:
    trainer = Trainer(CONFIG.replace(env_id="FrozenLake-v1"))
    trainer.run(max_steps=9)
    manifest, tensors = opened(pack("run", trainer.state_dict()))
    for column in (0, 1):
        changed = tensors | {"/replay/rows": tensors["/replay/rows"].clone()}
        changed["/replay/rows"][0, 3, column] = value
        assert "do not exist" in refused(load_run, closed(manifest, changed))
    tensors["/observations"][0, 0] = value
    assert "do not exist" in refused(load_run, closed(manifest, tensors))


@pytest.mark.parametrize(
    ("path", "wrong", "said"),
    [
        (("seconds",), float("nan"), "seconds cannot be nan"),
        (("seconds",), float("inf"), "seconds cannot be inf"),
        (("seconds",), -1.0, "seconds cannot be -1.0"),
        (("solved_at",), 10**40, "solved_at"),
        (("solved_at",), 36, "solved_at cannot be 36"),
        (("best_steps", 0), -1, "best_steps"),
        (("best_steps", 1), 36, "best_steps cannot be 36"),
        (("episodes", 0), 36, "episodes cannot be 36"),
        (("evaluations_since_best",), -1, "evaluations_since_best"),
        (("exploration", "width"), 2**20, "width"),
        (("replay", "stream", "next"), -1, "next"),
        (("stopped_at", 0), 36, "stopped_at"),
        (("stop_reasons", 0), "a reason", "for no reason"),
    ],
)
def test_numbers_that_no_run_comes_to_are_refused(
    run_file: bytes, path: tuple[Any, ...], wrong: Any, said: str
) -> None:
    manifest, tensors = opened(run_file)
    assert said in refused(load_run, closed(with_wrong(manifest, ("state", *path), wrong), tensors))


@pytest.mark.parametrize("reason", ["two\nlines", "\x1b[31m", "long " * 100])
def test_the_reason_of_a_member_that_stopped_is_one_short_printable_line(
    run_file: bytes, reason: str
) -> None:
    manifest, tensors = opened(run_file)
    manifest["state"]["stopped_at"][0] = 30
    manifest["state"]["stop_reasons"][0] = "It diverged."
    load_run(closed(manifest, tensors)).close()
    manifest["state"]["stop_reasons"][0] = reason
    assert "for no reason" in refused(load_run, closed(manifest, tensors))


@pytest.mark.parametrize(
    ("name", "place", "wrong", "said"),
    [
        ("/lengths", 0, -1, "lengths cannot be -1"),
        ("/lengths", 1, 36, "lengths cannot be 36"),
        ("/explored", 0, -1, "explored more often"),
        ("/explored", 0, 1_000, "explored more often"),
        ("/observations", (0, 2), torch.nan, "not finite"),
        ("/observations", (1, 0), torch.inf, "not finite"),
        ("/replay/rows", (0, 3, -2), 0.5, "neither end an episode nor go on"),
        ("/replay/rows", (1, 3, -1), -1e30, "neither end an episode nor go on"),
        ("/replay/rows", (1, 3, -1), torch.nan, "neither end an episode nor go on"),
        ("/learner/second_moment", (0, 5), -1e-9, "are negative"),
        ("/learner/adam_steps", (), torch.nan, "adam_steps cannot be nan"),
        ("/learner/adam_steps", (), -1, "adam_steps cannot be -1"),
        ("/history/episodes/member", 0, 2, "no such member"),
        ("/history/episodes/member", 0, -1, "no such member"),
        ("/history/updates/env_step", 0, 36, "no such env_step"),
        ("/history/evaluations/seconds", 0, torch.nan, "no such seconds"),
    ],
)
def test_values_in_tensors_that_no_run_has_are_refused(
    run_file: bytes, name: str, place: Any, wrong: float, said: str
) -> None:
    manifest, tensors = opened(run_file)
    tensors[name][place] = wrong
    assert said in refused(load_run, closed(manifest, tensors))


def test_an_episode_under_way_has_its_newest_step_in_the_replay_buffer(run_file: bytes) -> None:
    manifest, tensors = opened(run_file)
    assert tensors["/lengths"].any()
    tensors["/replay/rows"] = tensors["/replay/rows"][:, :0].clone()
    assert "lacks the steps" in refused(load_run, closed(manifest, tensors))


@pytest.mark.parametrize("count", [0, 1, 3, 2_000])
@pytest.mark.parametrize("load", [load_agent, load_run])
def test_a_run_has_as_many_configurations_as_networks(
    load: Any, count: int, run_file: bytes
) -> None:
    manifest, tensors = opened(run_file)
    configs = manifest["state"]["configs"]
    manifest["state"]["configs"] = (configs * count)[:count]
    refused(load, closed(manifest, tensors))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("gamma", 2.0, "gamma must be 0 to 1"),
        ("gamma", "high", "gamma must be"),
        ("env_id", "Nowhere-v0", "There is no environment"),
        ("env_id", "this:CartPole-v1", "names a module"),
        ("env_id", "Pendulum-v1", "Discrete actions"),
        ("env_id", "Acrobot-v1", ""),
        ("hidden_dims", "8, 8", ""),
        ("dueling", True, ""),
        ("learning_ratio", 1, "learning_ratio"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused_with_the_reason(
    run_file: bytes, agent_file: bytes, name: str, value: Any, said: str
) -> None:
    manifest, tensors = opened(agent_file)
    manifest["state"]["config"][name] = value
    assert said in refused(load_agent, closed(manifest, tensors))
    manifest, tensors = opened(run_file)
    for config in manifest["state"]["configs"]:
        config[name] = value
    assert said in refused(load_run, closed(manifest, tensors))
    assert said in refused(load_agent, closed(manifest, tensors))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_an_agent_whose_weights_are_not_finite_is_refused(agent_file: bytes, value: float) -> None:
    manifest, tensors = opened(agent_file)
    tensors["/parameters"][0, 5] = value
    assert "not finite" in refused(load_agent, closed(manifest, tensors))


def test_a_run_that_diverged_can_be_opened_to_look_at_but_gives_no_agent(run_file: bytes) -> None:
    manifest, tensors = opened(run_file)
    tensors["/learner/online"].fill_(torch.nan)
    content = closed(manifest, tensors)
    assert len(load_run(content).history.episodes) > 0
    refused(load_agent, content)


def test_an_agent_of_another_number_of_parameters_says_how_many_are_needed(
    agent_file: bytes,
) -> None:
    manifest, tensors = opened(agent_file)
    tensors["/parameters"] = torch.zeros(1, 7)
    message = refused(load_agent, closed(manifest, tensors))
    assert "7 parameters" in message
    assert "CartPole-v1" in message


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"value_range": 5},
        {"value_range": torch.tensor([[0.0, 0.0]])},
        {"value_range": torch.tensor([[0.0, torch.nan]])},
        {"value_range": torch.tensor([[-3e38, 3e38]])},
        {"value_range": torch.tensor([[0.0, 1.0, 2.0]])},
        {"value_range": torch.zeros(0, 2)},
        {"value_range": torch.tensor([[0, 1]])},
        {"value_range": torch.tensor([[0.0, 1.0]]), "more": 1},
        5,
    ],
    ids=str,
)
@pytest.mark.parametrize("load", [load_agent, load_run])
def test_atoms_that_cannot_be_are_refused(load: Any, wrong: Any) -> None:
    trainer = Trainer(CONFIG.replace(head="categorical"))
    if load is load_agent:
        agent = trainer.agent()
        state = {
            "config": agent.config.to_dict(),
            "parameters": agent.network.parameters,
            "head": wrong,
            "env_steps": 0,
        }
        assert "damaged" in refused(load, pack("agent", state))
    else:
        state = trainer.state_dict()
        state["learner"]["head"] = wrong
        assert "damaged" in refused(load, pack("run", state))
