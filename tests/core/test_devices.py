"""Training where the networks do not live in the processor's memory."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from dqn_core import DQNConfig, Trainer
from dqn_core.compute import chosen_device
from dqn_core.diagnostics import health
from dqn_core.errors import ConfigurationError
from dqn_core.files.checkpoint import load_run, save_run

# Whatever the defaults are: each run is compared with the same one elsewhere.
SMALL = DQNConfig(
    hidden_dims="8, 8",
    batch_size=8,
    buffer_capacity=200,
    learning_starts=10,
    evaluation_period=50,
    evaluation_episodes=3,
)


def trained(configs: list[DQNConfig], steps: int = 60) -> Trainer:
    trainer = Trainer(configs)
    trainer.run(max_steps=steps)
    return trainer


def assert_same(there: torch.Tensor, here: torch.Tensor) -> None:
    """To the last bit where the kernels are the processor's own, to rounding on a GPU."""
    rounding = {"atol": 1e-4, "rtol": 1e-3} if there.is_cuda else {"atol": 0, "rtol": 0}
    torch.testing.assert_close(there.cpu(), here, **rounding)


VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "three-step returns": {"n_step": 3},
    "Double DQN with a dueling head": {"double_dqn": True, "dueling": True},
    "squared error, clamped": {"loss": "mse", "gradient_clipping": "value", "gradient_clip": 1.0},
    "no clipping, hard update": {
        "gradient_clipping": "none",
        "tau": 1.0,
        "target_update_unit": "gradient_updates",
        "target_update_period": 20,
    },
    "one-hot observations": {"env_id": "FrozenLake-v1"},
}


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_a_run_there_learns_as_on_the_processor(device: str, changes: dict[str, Any]) -> None:
    config = SMALL.replace(**changes)
    here, there = trained([config]), trained([config.replace(device="cuda")])
    assert there.learner.online.parameters.device.type == device
    assert_same(there.learner.online.parameters, here.learner.online.parameters)
    assert_same(there.learner.target.parameters, here.learner.target.parameters)


def test_members_that_differ_learn_there_as_on_the_processor(device: str) -> None:
    configs = [
        SMALL,
        SMALL.replace(seed=1, learning_rate=1e-2, gamma=0.9, gradient_clipping="value"),
        SMALL.replace(seed=2, loss="mse", tau=1.0, target_update_unit="episodes"),
    ]
    here, there = trained(configs), trained([c.replace(device="cuda") for c in configs])
    assert_same(there.learner.online.parameters, here.learner.online.parameters)
    assert_same(there.learner.target.parameters, here.learner.target.parameters)


def test_agents_come_from_there_as_they_are_on_the_processor(device: str) -> None:
    here, there = trained([SMALL]), trained([SMALL.replace(device="cuda")])
    evaluations = [trainer.history.evaluations.frame() for trainer in (here, there)]
    assert evaluations[0]["mean_return"].tolist() == evaluations[1]["mean_return"].tolist()
    for agent, twin in (
        (there.agent(), here.agent()),
        (there.best_agent(), here.best_agent()),
    ):
        assert agent.network.parameters.device.type == "cpu"
        assert_same(agent.network.parameters, twin.network.parameters)


def test_signs_of_health_are_read_there_as_on_the_processor(device: str) -> None:
    here, there = trained([SMALL]), trained([SMALL.replace(device="cuda")])
    expected = health(here.learner, here.replay)
    found = health(there.learner, there.replay)
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name] == pytest.approx(values, rel=1e-3 if device == "cuda" else 0), name


def test_a_run_saved_there_goes_on_there_as_if_never_stopped(device: str, tmp_path: Path) -> None:
    whole = trained([SMALL.replace(device="cuda")], steps=160)
    save_run(tmp_path / "run", trained([SMALL.replace(device="cuda")], steps=80))
    resumed = load_run(tmp_path / "run")
    resumed.run(max_steps=80)
    assert resumed.learner.online.parameters.device.type == device
    assert_same(resumed.learner.online.parameters, whole.learner.online.parameters.cpu())


def test_a_run_saved_there_goes_on_where_there_is_no_gpu(
    device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_run(tmp_path / "run", trained([SMALL.replace(device="cuda")], steps=80))
    monkeypatch.undo()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    resumed = load_run(tmp_path / "run")
    resumed.run(max_steps=80)
    assert resumed.device == "cpu"
    assert_same(resumed.learner.online.parameters, trained([SMALL], 160).learner.online.parameters)


def test_what_stands_for_a_gpu_refuses_what_a_gpu_refuses(device: str) -> None:
    there = torch.ones(3).to(device)
    with pytest.raises(RuntimeError, match="devices"):
        there + torch.ones(3)
    with pytest.raises((TypeError, RuntimeError), match="numpy"):
        there.numpy()
    assert (there + torch.tensor(1.0)).cpu().tolist() == [2.0, 2.0, 2.0]


def test_a_device_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigurationError, match="no CUDA GPU"):
        Trainer(SMALL.replace(device="cuda"))
    assert Trainer(SMALL.replace(device="auto")).device == "cpu"


def test_auto_takes_the_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [chosen_device(name) for name in ("auto", "cuda", "cpu")] == [
        "cuda",
        "cuda",
        "cpu",
    ]


class CountedOperations(TorchDispatchMode):
    count = 0

    def __torch_dispatch__(self, op: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += 1
        return op(*args, **(kwargs or {}))


def test_an_update_of_sixteen_members_is_as_many_operations_as_of_two() -> None:
    """On a GPU, where an operation costs its launch, members are free until it is full."""
    counts = []
    for members in (2, 16):
        trainer = trained([SMALL.replace(seed=seed) for seed in range(members)], steps=20)
        batch = trainer.replay.sample(8, trainer.gamma)
        with CountedOperations() as operations:
            trainer.learner.update(batch)
            trainer.learner.update_target()
        counts.append(operations.count)
    assert counts[0] == counts[1]
