"""A run that is saved, loaded in a new process and trained on is the run that never stopped."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.spaces import Box, Discrete

from dqn_core import Trainer, load_run, save_run
from dqn_core.environments import Environment
from dqn_core.files.packing import pack, unpack
from tests.core.small_runs import SMALL, assert_bit_equal, without_seconds

RUN = SMALL.replace(
    buffer_capacity=150,
    learning_starts=20,
    epsilon_decay=200,
    evaluation_period=70,
    evaluation_episodes=2,
    max_episode_steps=40,
    total_steps=1_000,
)

CONFIGS = {
    "CartPole": [RUN],
    "three members": [RUN.replace(seed=seed, gamma=0.9 + seed / 100) for seed in range(3)],
    "Acrobot": [RUN.replace(env_id="Acrobot-v1", n_step=3)],
    "MountainCar": [RUN.replace(env_id="MountainCar-v0", sampling="sequential")],
    "FrozenLake": [RUN.replace(env_id="FrozenLake-v1", dueling=True, sampling="prioritised")],
    "quantiles": [RUN.replace(head="quantile", munchausen=True, dueling=True)],
    "atoms": [RUN.replace(head="categorical", seed=seed, gamma=0.9 + seed / 50) for seed in (0, 1)],
    "all parts": [
        RUN.replace(head="categorical", dueling=True, noisy=True, sampling="prioritised", n_step=3)
    ],
    "Taxi": [RUN.replace(env_id="Taxi-v4", target_update_unit="episodes")],
    "masked": [RUN.replace(env_id="Taxi-v4", action_masks=True, n_step=2, sampling="prioritised")],
}

GO_ON = """
import sys
from dqn_core import load_run, save_run
for path in sys.argv[1:]:
    trainer = load_run(path)
    trainer.run(max_steps=40)
    save_run(path, trainer)
"""


def test_a_run_continued_in_a_new_process_is_bit_equal_to_one_that_never_stopped(
    tmp_path: Path,
) -> None:
    cuts = {}
    for name, configs in CONFIGS.items():
        for cut in (1, 57, 133):
            path = tmp_path / f"{name} {cut}.safetensors"
            trainer = Trainer(configs)
            trainer.run(max_steps=cut)
            assert cut == 133 or trainer.current_length() > 0, "the cut is in mid-episode"
            save_run(path, trainer)
            trainer.run(max_steps=40)
            cuts[path] = trainer

    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", GO_ON, *map(str, cuts)]
    subprocess.run(command, cwd=root, check=True, timeout=300)

    for path, trainer in cuts.items():
        _, state = unpack(path)
        never_stopped = without_seconds(trainer.state_dict())
        assert_bit_equal(never_stopped, without_seconds(state), path.name)
        assert state["env_step"] == trainer.env_step
        assert trainer.gradient_updates > 0


@pytest.mark.parametrize("name", CONFIGS)
def test_loading_a_state_and_taking_it_again_gives_the_same_state(name: str) -> None:
    trainer = Trainer(CONFIGS[name])
    for steps in (0, 13, 90, 130):
        trainer.run(max_steps=steps)
        state = trainer.state_dict()
        again = Trainer.from_state(state)
        assert_bit_equal(state, again.state_dict())
        assert not again.notice
        # Also into a trainer that has a life of its own behind it.
        other = Trainer(CONFIGS[name])
        other.run(max_steps=33)
        other.load_state_dict(state)
        assert_bit_equal(state, other.state_dict())


def test_a_state_is_a_value_that_training_on_does_not_change() -> None:
    trainer = Trainer(CONFIGS["three members"])
    trainer.run(max_steps=75)
    state = trainer.state_dict()
    before = pack("run", state)
    trainer.run(max_steps=100)
    trainer.change(buffer_capacity=64, gamma=0.5)
    trainer.run(max_steps=50)
    assert pack("run", state) == before


def test_a_fork_goes_its_own_way_and_the_original_its_own() -> None:
    trainer, alone = Trainer(RUN), Trainer(RUN)
    for run in (trainer, alone):
        run.run(max_steps=75)
    state = trainer.state_dict()
    fork, twin = Trainer.from_state(state), Trainer.from_state(state)
    fork.change(gamma=0.1)
    for run in (fork, trainer, twin, alone):
        run.run(max_steps=75)
    states = [without_seconds(run.state_dict()) for run in (trainer, twin, alone)]
    assert_bit_equal(states[0], states[1])
    assert_bit_equal(states[0], states[2])
    assert not torch.equal(fork.learner.online.parameters, trainer.learner.online.parameters)


@pytest.mark.parametrize("field", ["buffer_capacity", "batch_size", "gamma", "max_episode_steps"])
def test_a_changed_run_is_resumed_with_its_change(field: str, tmp_path: Path) -> None:
    values = {"buffer_capacity": 64, "batch_size": 3, "gamma": 0.5, "max_episode_steps": 7}
    trainer = Trainer(RUN)
    trainer.run(max_steps=80)
    change: dict[str, Any] = {field: values[field]}
    trainer.change(**change)
    save_run(tmp_path / "run.safetensors", trainer)
    resumed = load_run(tmp_path / "run.safetensors")
    assert getattr(resumed.config, field) == values[field]
    for run in (trainer, resumed):
        run.run(max_steps=80)
    assert_bit_equal(without_seconds(trainer.state_dict()), without_seconds(resumed.state_dict()))


def test_the_time_spent_adds_up_over_a_pause(tmp_path: Path) -> None:
    trainer = Trainer(RUN)
    trainer.run(max_steps=200)
    save_run(tmp_path / "run.safetensors", trainer)
    resumed = load_run(tmp_path / "run.safetensors")
    assert resumed.seconds == trainer.seconds > 0
    resumed.run(max_steps=100)
    assert resumed.seconds > trainer.seconds
    assert resumed.history.episodes.frame()["seconds"].is_monotonic_increasing


@pytest.mark.usefixtures("box2d")
def test_lunar_lander_says_that_it_starts_a_new_episode_and_trains_on(tmp_path: Path) -> None:
    trainer = Trainer(RUN.replace(env_id="LunarLander-v3", n_step=3, evaluation_period=0))
    trainer.run(max_steps=50)
    assert trainer.current_length() > 0
    assert not trainer.notice
    save_run(tmp_path / "run.safetensors", trainer)
    resumed = load_run(tmp_path / "run.safetensors")
    assert resumed.notice == (
        "LunarLander-v3 cannot be resumed in mid-episode: a new episode was started."
    )
    assert resumed.current_length() == 0
    assert resumed.env_step == 50
    assert torch.equal(resumed.learner.online.parameters, trainer.learner.online.parameters)
    resumed.run(max_steps=100)
    assert resumed.gradient_updates == 50 + 100 - 19
    lengths = resumed.history.episodes.frame()["length"]
    assert (lengths <= 40).all()


class Hidden(gymnasium.Env[Any, Any]):
    """Counts in an object that cannot be captured; its reward is the number of its episode."""

    observation_space = Box(-np.inf, np.inf, (1,))
    action_space = Discrete(2)

    def __init__(self, render_mode: str | None = None) -> None:
        self.counter: Iterator[int] = iter(())
        self.episodes = iter(range(1, 1_000_000))
        self.reward = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.counter = iter(range(int(self.np_random.integers(1 << 30)), 1 << 31))
        self.reward = next(self.episodes)
        return self.seen(), {}

    def seen(self) -> np.ndarray:
        return np.array([next(self.counter) % 1_000], np.float32)

    def step(self, action: Any) -> Any:
        return self.seen(), float(self.reward), False, False, {}


@pytest.fixture
def hidden() -> Iterator[str]:
    environment: Any = Hidden
    gymnasium.register("Hidden-v0", environment)
    yield "Hidden-v0"
    gymnasium.registry.pop("Hidden-v0")


def test_an_n_step_return_does_not_reach_into_the_episode_that_a_resumed_run_started(
    hidden: str,
) -> None:
    config = RUN.replace(env_id=hidden, n_step=3, evaluation_period=0, max_episode_steps=0)
    trainer = Trainer(config)
    trainer.run(max_steps=10)
    resumed = Trainer.from_state(trainer.state_dict())
    assert resumed.notice
    resumed.run(max_steps=10)
    one_step = np.ones((1, 1))
    rewards = resumed.replay.batch(np.arange(20)[None], one_step, 1).rewards[0]
    together = resumed.replay.batch(np.arange(20)[None], one_step, 3).rewards[0]
    first, second = rewards[9].item(), rewards[10].item()
    assert first != second
    assert together[7:10].tolist() == [3 * first, 2 * first, first]
    assert together[10].item() == 3 * second


def test_a_state_of_another_shape_is_refused_and_nothing_of_it_taken_over() -> None:
    trainer = Trainer(RUN)
    trainer.run(max_steps=30)
    before = trainer.state_dict()
    others = [
        Trainer(RUN.replace(hidden_dims="16, 16")).state_dict(),
        Trainer(RUN.replace(env_id="Acrobot-v1")).state_dict(),
        Trainer(CONFIGS["three members"]).state_dict(),
    ]
    for state in others:
        with pytest.raises(Exception, match="The state is of"):
            trainer.load_state_dict(state)
        assert_bit_equal(before, trainer.state_dict())


def test_an_environments_state_is_made_of_plain_values_alone() -> None:
    def check(value: Any) -> None:
        if isinstance(value, dict):
            for item in value.values():
                check(item)
        elif isinstance(value, list | tuple):
            for item in value:
                check(item)
        else:
            plain = bool | int | float | str | np.ndarray | np.generic | torch.Tensor
            assert value is None or isinstance(value, plain)
            assert str(getattr(value, "dtype", "")) != "object"

    for configs in CONFIGS.values():
        trainer = Trainer(configs)
        trainer.run(max_steps=45)
        check(trainer.state_dict())
        assert all(isinstance(e, Environment) for e in trainer.environments)
