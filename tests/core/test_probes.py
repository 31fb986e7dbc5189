"""Probe environments with a known Q (Andy Jones, "Debugging RL, without the agonizing pain")."""

from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from dqn_core import DQNConfig, Trainer

GAMMA = 0.9


class Probe(gymnasium.Env[Any, Any]):
    """One number to see, one or two actions, an end after ``steps`` steps."""

    steps = 1
    actions = 1

    def __init__(self, render_mode: str | None = None) -> None:
        self.observation_space = Box(-2, 2, (1,), np.float32)
        self.action_space = Discrete(self.actions)
        self.time = 0
        self.seen = 0.0

    def first(self) -> float:
        return 0.0

    def reward(self, action: int) -> float:
        return 1.0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.time, self.seen = 0, self.first()
        return self.observation(), {}

    def step(self, action: int) -> Any:
        reward = self.reward(int(action))
        self.time += 1
        return self.observation(), reward, self.time == self.steps, False, {}

    def observation(self) -> np.ndarray:
        return np.array([self.seen], np.float32)


class ConstantReward(Probe):
    """Is the loss right? Q is 1."""


class RewardByObservation(Probe):
    """Does the observation reach the network? Q is what is seen, −1 or 1."""

    def first(self) -> float:
        return float(self.np_random.choice([-1, 1]))

    def reward(self, action: int) -> float:
        return self.seen


class RewardTwoStepsAway(Probe):
    """Is the target right? Q is γ, then 1."""

    steps = 2

    def reward(self, action: int) -> float:
        return float(self.time)

    def observation(self) -> np.ndarray:
        return np.array([self.time], np.float32)


class RewardByAction(Probe):
    """Is the taken action's value the one that learns? Q is −1 and 1."""

    actions = 2

    def reward(self, action: int) -> float:
        return 2.0 * action - 1


class ActionByObservation(RewardByObservation):
    """Do observation and action go together? Q is 1 where the action fits and −1 where not."""

    actions = 2

    def reward(self, action: int) -> float:
        return self.seen * (2.0 * action - 1)


class NeverEnds(Probe):
    """Is truncation told from termination? Q is 1 / (1 − γ) = 10 however soon it is cut."""

    steps = -1


class SeesTheTime(NeverEnds):
    """The same, and the network could tell how near the cut is."""

    def observation(self) -> np.ndarray:
        return np.array([self.time / 5], np.float32)


ALL = [
    ConstantReward,
    RewardByObservation,
    RewardTwoStepsAway,
    RewardByAction,
    ActionByObservation,
    NeverEnds,
    SeesTheTime,
]


@pytest.fixture(autouse=True, scope="module")
def registered() -> Iterator[None]:
    probe: Any
    for probe in ALL:
        gymnasium.register(f"{probe.__name__}-v0", probe)
    yield
    for probe in ALL:
        gymnasium.registry.pop(f"{probe.__name__}-v0")


CONFIG = DQNConfig(
    gamma=GAMMA,
    n_step=1,
    hidden_dims="16, 16",
    batch_size=32,
    buffer_capacity=500,
    learning_starts=50,
    train_frequency=1,
    gradient_clip=10.0,
    learning_rate=5e-3,
    learning_rate_end=1e-3,
    epsilon_end=1.0,
    target_update_period=10,
    tau=1.0,
    evaluation_period=0,
    total_steps=1_000,
)

VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {"double_dqn": False},
    "double": {"double_dqn": True},
    "dueling": {"dueling": True},
    "mse by value": {"loss": "mse", "gradient_clipping": "value", "gradient_clip": 1.0},
    "polyak": {"tau": 0.05, "target_update_period": 1},
    "three steps": {"n_step": 3},
    "no clipping": {"gradient_clipping": "none"},
}

KNOWN: dict[type[Probe], dict[float, list[float]]] = {
    ConstantReward: {0.0: [1.0]},
    RewardByObservation: {-1.0: [-1.0], 1.0: [1.0]},
    RewardTwoStepsAway: {0.0: [GAMMA], 1.0: [1.0]},
    RewardByAction: {0.0: [-1.0, 1.0]},
    ActionByObservation: {-1.0: [1.0, -1.0], 1.0: [-1.0, 1.0]},
}


def learned(probe: type[Probe], observation: float, **changes: Any) -> np.ndarray:
    config = CONFIG.replace(env_id=f"{probe.__name__}-v0", **changes)
    trainer = Trainer(config)
    trainer.run()
    return trainer.agent().q_values(np.array([[observation]], np.float32))[0]


@pytest.mark.parametrize(
    ("probe", "variant"),
    [
        *[(probe, "plain") for probe in KNOWN],
        *[(probe, v) for v in VARIANTS for probe in (RewardTwoStepsAway, ActionByObservation)][2:],
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_the_learned_values_are_the_known_ones(probe: type[Probe], variant: str) -> None:
    config = CONFIG.replace(env_id=f"{probe.__name__}-v0", **VARIANTS[variant])
    trainer = Trainer(config)
    trainer.run()
    agent = trainer.agent()
    for observation, expected in KNOWN[probe].items():
        q_values = agent.q_values(np.array([[observation]], np.float32))[0]
        np.testing.assert_allclose(q_values, expected, atol=0.1)
        assert agent.predict(np.array([observation], np.float32)) == np.argmax(expected)


@pytest.mark.parametrize("probe", [NeverEnds, SeesTheTime], ids=lambda probe: probe.__name__)
@pytest.mark.parametrize("n_step", [1, 3])
def test_a_time_limit_is_not_learnt_as_the_end_of_all_reward(
    probe: type[Probe], n_step: int
) -> None:
    taken_for_the_end = np.mean([(1 - GAMMA**left) / (1 - GAMMA) for left in range(1, 6)])
    fixed_point = 1 / (1 - GAMMA * 4 / 5)  # one state, and one cut in five steps
    q_value = learned(
        probe,
        0.0,
        max_episode_steps=5,
        n_step=n_step,
        total_steps=2_000,
        learning_rate=1e-2,
        loss="mse",
    )[0]
    assert q_value == pytest.approx(10.0, abs=0.1)
    assert fixed_point == pytest.approx(3.57, abs=0.01)
    assert taken_for_the_end < 4


def test_a_probe_with_discrete_observations_is_learnt_one_hot() -> None:
    config = CONFIG.replace(env_id="FrozenLake-v1", max_episode_steps=20, total_steps=2_000)
    trainer = Trainer(config)
    trainer.run()
    agent = trainer.agent()
    table = agent.q_values(np.arange(16, dtype=np.float32)[:, None])
    assert table.shape == (16, 4)
    # The square before the goal is worth more than the first: reward 1 lies beyond it alone.
    assert table[14].max() > 0.3 > table[0].max()
