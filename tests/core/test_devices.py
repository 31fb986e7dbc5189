"""Training where the networks do not live in the processor's memory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from dqn_core import DQNConfig, Trainer
from dqn_core.base.compute import chosen_device
from dqn_core.base.errors import ConfigurationError
from dqn_core.diagnostics import health
from dqn_core.files.checkpoint import load_run, save_run
from dqn_core.random_streams import UniformStream
from dqn_core.stretch import prepare_stretch

# Whatever the defaults are: each run is compared with the same one elsewhere.
SMALL = DQNConfig(
    n_step=1,
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


def assert_same(there: torch.Tensor, here: torch.Tensor, rounds: bool = False) -> None:
    """To the last bit where the kernels are the processor's own, to rounding on a GPU."""
    is_exact = not (rounds or there.is_cuda)
    rounding = {"atol": 0, "rtol": 0} if is_exact else {"atol": 1e-4, "rtol": 1e-3}
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
    rounds = config.n_step > 1  # PyTorch sums rewards in another order
    assert_same(there.learner.online.parameters, here.learner.online.parameters, rounds)
    assert_same(there.learner.target.parameters, here.learner.target.parameters, rounds)


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


POPULATIONS: dict[str, dict[str, Any]] = {
    "CartPole": {},
    "Acrobot": {"env_id": "Acrobot-v1"},
    "MountainCar": {"env_id": "MountainCar-v0"},
    "FrozenLake": {"env_id": "FrozenLake-v1"},
    "CliffWalking": {"env_id": "CliffWalkingSlippery-v1"},
    "Taxi, three-step returns": {"env_id": "Taxi-v4", "n_step": 3},
    "targets by episodes": {
        "env_id": "FrozenLake-v1",
        "tau": 1.0,
        "target_update_unit": "episodes",
        "target_update_period": 3,
    },
    "an episode budget, rounds of updates": {
        "env_id": "FrozenLake-v1",
        "total_episodes": 6,
        "train_frequency": 4,
        "gradient_steps": 3,
    },
}
MEMBERS = 5


def population(device: str, **changes: Any) -> Trainer:
    config = SMALL.replace(max_episode_steps=25, device=device).replace(**changes)
    return Trainer([config.replace(seed=seed) for seed in range(MEMBERS)])


def lives_there(trainer: Trainer) -> bool:
    trainer.run(max_steps=1)
    return trainer.interaction.population is not None


def assert_same_run(there: Trainer, here: Trainer) -> None:
    """To rounding: of a cosine the last bit may be another one there."""
    mine, theirs = there.state_dict(), here.state_dict()
    for part in ("exploration", "env_step", "gradient_updates", "episodes"):
        assert mine[part] == theirs[part], part
    for part in ("online", "target"):
        assert_same(mine["learner"][part], theirs["learner"][part], rounds=True)
    assert_same(mine["replay"]["rows"], theirs["replay"]["rows"], rounds=True)
    for part in ("pushed", "stream"):
        assert mine["replay"][part] == theirs["replay"][part]
    for one, other in zip(mine["environments"], theirs["environments"], strict=True):
        assert without_state(one) == without_state(other)
        assert inner_state(one) == pytest.approx(inner_state(other), rel=1e-3, abs=1e-4)
    for part in ("observations", "returns", "lengths", "explored"):
        assert mine[part] == pytest.approx(theirs[part], rel=1e-3, abs=1e-4), part
    rows, expected = (
        trainer.history.episodes.frame().drop(columns="seconds") for trainer in (there, here)
    )
    pandas.testing.assert_frame_equal(rows, expected)


def inner_state(environment: dict[str, Any]) -> list[float]:
    return list(environment["layers"][-1].get("state", []))


def without_state(environment: dict[str, Any]) -> dict[str, Any]:
    """Without the numbers that may be rounded: the generator, counts, and what is no number."""
    *outer, inner = environment["layers"]
    kept = {name: repr(value) for name, value in inner.items() if name != "state"}
    return environment | {"layers": [*outer, kept]}


@pytest.mark.parametrize("changes", POPULATIONS.values(), ids=POPULATIONS)
def test_a_population_that_lives_there_is_the_one_of_the_processor(
    device: str, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dqn_core.population.WIDTH", 256)  # the random numbers run out
    here, there = population("cpu", **changes), population("cuda", **changes)
    assert lives_there(there)
    here.run(max_steps=1)
    for steps in (40, 30):
        for trainer in (here, there):
            trainer.run(max_steps=steps)
    assert_same_run(there, here)


def test_a_population_moves_between_there_and_the_processor_in_mid_episode(device: str) -> None:
    here, there = population("cpu"), population("cuda")
    for trainer in (here, there):
        trainer.run(max_steps=30)
    states = [trainer.state_dict() for trainer in (here, there)]
    for state, name in zip(states, ("cuda", "cpu"), strict=True):
        state["configs"] = [config | {"device": name} for config in state["configs"]]
    gone, come = map(Trainer.from_state, states)
    for trainer in (here, there, gone, come):
        trainer.run(max_steps=30)
    assert gone.interaction.population
    for trainer in (there, gone, come):
        assert_same_run(trainer, here)


def test_a_member_of_a_population_there_stops_without_a_trace_in_the_others(device: str) -> None:
    here, there = population("cpu"), population("cuda")
    for trainer in (here, there):
        trainer.run(max_steps=30)
        trainer.cancel([1])
        trainer.run(max_steps=30)
    assert there.interaction.population
    assert_same_run(there, here)


def test_what_is_changed_while_a_population_is_there_counts_from_the_next_step(device: str) -> None:
    here, there = population("cpu"), population("cuda")
    for trainer in (here, there):
        trainer.run(max_steps=30)
        trainer.change(gamma=0.5, epsilon_start=0.0, epsilon_end=0.0, max_episode_steps=15)
        trainer.change(member=2, learning_rate=1e-2)
        trainer.run(max_episodes=2)
    assert there.env_step == here.env_step
    assert_same_run(there, here)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"noisy": True}, "noise is drawn by the processor"),
        ({"sampling": "prioritised"}, "the tree of priorities is the processor's"),
        ({"sampling": "sequential"}, "the processor chooses where to begin"),
        ({"env_id": "Taxi-v4", "action_masks": True}, "the environment says what is allowed"),
    ],
)
def test_where_a_population_cannot_live_there_its_networks_and_replay_do(
    device: str, changes: dict[str, Any], why: str
) -> None:
    here, there = population("cpu", **changes), population("cuda", **changes)
    assert not lives_there(there), why
    here.run(max_steps=1)
    for trainer in (here, there):
        trainer.run(max_steps=30)
    assert_same_run(there, here)


def test_few_members_do_not_live_there(device: str) -> None:
    assert not lives_there(Trainer([SMALL.replace(device="cuda")] * 3))


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Acrobot-v1", "MountainCar-v0", "Taxi-v4"])
def test_a_step_of_a_population_there_moves_nothing_and_waits_for_nothing(
    env_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two looks; and a look moves as much after few steps as after many."""
    from tests import second_device

    crossings, in_steps, in_looks = second_device.crossings, list[str](), list[int]()

    def apart(looking: Callable[..., Any]) -> Callable[..., Any]:
        def look(*args: Any) -> Any:
            in_steps.extend(crossings)
            crossings.clear()
            found = looking(*args)
            in_looks.append(len(crossings))
            crossings.clear()
            return found

        return look

    monkeypatch.setattr("dqn_core.trainer.chosen_device", lambda _: second_device.NAME)
    monkeypatch.setattr("dqn_core.stretch.STRETCH", 16)
    trainer = population("cuda", env_id=env_id, evaluation_period=0, tau=1.0)
    trainer.change(member=1, target_update_period=3, gradient_clipping="value")
    trainer.run(max_steps=12)  # with an update of which statistics are told
    monkeypatch.setattr(trainer, "_look", apart(trainer._look))
    monkeypatch.setattr("dqn_core.trainer.prepare_stretch", apart(prepare_stretch))
    crossings.clear()
    trainer.run(max_steps=18)
    assert in_steps == crossings == []
    assert len(in_looks) == 4  # to begin, after 16 steps, which prepares the next ones, at the end
    assert 0 < sum(in_looks) <= 20


def test_random_numbers_of_many_blocks_are_there_before_they_are_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests import second_device

    monkeypatch.setattr(UniformStream, "BLOCK", 16)
    here, there = (UniformStream([1, 2], "replay") for _ in range(2))
    there.move(second_device.NAME)
    for _ in range(2):
        there.reserve(7, 6)  # two of a block, whose rest is not used
        second_device.crossings.clear()
        taken = [there.take_below(10, 6) for _ in range(7)]
        assert second_device.crossings == []
        assert [each.tolist() for each in taken] == [
            here.take_below(10, 6).tolist() for _ in range(7)
        ]
    assert there.state_dict() == here.state_dict()
    there.reserve(7, 6)
    there.load_state_dict(here.state_dict())
    assert there.take(6).tolist() == here.take(6).tolist()


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
