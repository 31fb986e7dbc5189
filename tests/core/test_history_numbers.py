"""Every number in the tables of a run against the same one worked out another way."""

import math
from dataclasses import dataclass

import gymnasium
import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from dqn_core import Agent, Trainer
from dqn_core.networks import MLP, QNetwork
from dqn_core.random_streams import CONCERNS
from tests.core.small_runs import SMALL

LIMIT = 15
CONFIG = SMALL.replace(
    max_episode_steps=LIMIT, evaluation_period=40, evaluation_episodes=3, total_steps=500
)
SEEDS = (3, 4)
STEPS = 107  # the 98th update, of which there is a row


@dataclass
class Before:
    """What there was just before the last update, and at the second evaluation."""

    online: torch.Tensor
    target: torch.Tensor
    evaluated: list[Agent]


@pytest.fixture(scope="module")
def run() -> tuple[Trainer, Before]:
    trainer = Trainer([CONFIG.replace(seed=seed) for seed in SEEDS])
    trainer.run(max_steps=60)
    trainer.change(gamma=0.9)
    trainer.run(max_steps=20)
    agents = [trainer.agent(p) for p in range(len(SEEDS))]
    trainer.run(max_steps=STEPS - 81)
    learner = trainer.learner
    before = Before(learner.online.parameters.clone(), learner.target.parameters.clone(), agents)
    trainer.run(max_steps=1)
    assert trainer.gradient_updates == 98
    return trainer, before


def stored(trainer: Trainer, p: int) -> np.ndarray:
    """That member's transitions, all there were."""
    rows: np.ndarray = trainer.replay.state_dict()["rows"][p].numpy()
    assert len(rows) == STEPS
    return rows


def of(frame: pd.DataFrame, p: int) -> pd.DataFrame:
    return frame[frame["member"] == p].reset_index(drop=True)


def generator(seed: int, concern: str) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=(CONCERNS.index(concern),))


@pytest.mark.parametrize("p", [0, 1])
def test_episodes_are_those_of_the_transitions_and_of_the_draws(
    run: tuple[Trainer, Before], p: int
) -> None:
    trainer, _ = run
    rewards, terminated, truncated = stored(trainer, p)[:, -3:].T
    draws = np.random.default_rng(generator(SEEDS[p], "exploration")).random(4_096)
    epsilon = [1 + (CONFIG.epsilon_end - 1) * min(1, t / 100) for t in range(STEPS + 1)]
    explored = draws[: 2 * STEPS : 2] < epsilon[:-1]
    ends = np.flatnonzero(terminated + truncated) + 1
    frame = of(trainer.history.episodes.frame(), p)
    assert frame["env_step"].tolist() == ends.tolist()
    assert frame["episode"].tolist() == list(range(1, len(ends) + 1))
    parts = list(zip([0, *ends[:-1]], ends, strict=True))
    assert frame["return"].tolist() == [rewards[a:b].sum() for a, b in parts]
    assert frame["length"].tolist() == [b - a for a, b in parts]
    assert frame["exploration_share"].tolist() == [explored[a:b].mean() for a, b in parts]
    np.testing.assert_allclose(frame["epsilon"], [epsilon[b] for b in ends])
    assert frame["terminated"].tolist() == [terminated[b - 1] == 1 for b in ends]
    assert (frame["length"][~frame["terminated"]] == LIMIT).all()


@pytest.mark.parametrize("p", [0, 1])
def test_an_evaluation_is_that_of_the_episodes_played_by_hand(
    run: tuple[Trainer, Before], p: int
) -> None:
    trainer, before = run
    words = generator(SEEDS[p], "evaluation").generate_state(2)
    seeds = np.random.SeedSequence(int(words[1])).generate_state(3)
    policy = before.evaluated[p].network.to_module()
    returns, predicted, obtained, cut = [], [], [], []
    for seed in seeds:
        env = gymnasium.make("CartPole-v1", max_episode_steps=LIMIT)
        observation, _ = env.reset(seed=int(seed))
        predicted.append(policy(torch.from_numpy(observation)).max().item())
        rewards: list[float] = []
        terminated = truncated = False
        while not (terminated or truncated):
            action = policy(torch.from_numpy(observation)).argmax().item()
            observation, reward, terminated, truncated, _ = env.step(action)
            rewards.append(float(reward))
        returns.append(sum(rewards))
        obtained.append(sum(0.9**t * reward for t, reward in enumerate(rewards)))
        cut.append(not terminated)
    row = of(trainer.history.evaluations.frame(), p).iloc[1]
    assert (row["env_step"], row["mean_return"]) == (80, np.mean(returns))
    assert row["predicted"] == pytest.approx(np.mean(predicted), rel=1e-5)
    assert row["obtained"] == pytest.approx(np.mean(obtained))
    assert row["truncated_share"] == pytest.approx(np.mean(cut))


@pytest.mark.parametrize("p", [0, 1])
def test_an_update_is_that_of_autograd_on_its_batch(run: tuple[Trainer, Before], p: int) -> None:
    trainer, before = run
    shape, last = trainer.learner.online.shape, trainer.learner.last
    assert last is not None
    batch = last.batch
    observations, actions = batch.observations[p].clone(), batch.actions[p].clone()
    rewards, discounts = batch.rewards[p].clone(), batch.discounts[p].clone()
    following = batch.next_observations[p].clone()
    online, target = (
        QNetwork(shape, weights).to_module(p) for weights in (before.online, before.target)
    )
    with torch.no_grad():
        chosen = online(following).argmax(-1, keepdim=True)
        aims = rewards + discounts * target(following).gather(-1, chosen)[:, 0]
    q_values = online(observations)
    taken = q_values.gather(-1, actions)[:, 0]
    loss = nn.SmoothL1Loss()(taken, aims)
    loss.backward()
    gradient = parameters_to_vector(
        weight.grad for weight in online.parameters() if weight.grad is not None
    )
    errors = (taken - aims).detach().abs().numpy()
    after, behind = (net.parameters[p] for net in (trainer.learner.online, trainer.learner.target))
    expected = {
        "gradient_update": 98,
        "env_step": STEPS,
        "loss": loss.item(),
        "mean_q": q_values.amax(-1).mean().item(),
        "gradient_norm": gradient.norm().item(),
        "td_error_p10": np.quantile(errors, 0.1),
        "td_error_p50": np.quantile(errors, 0.5),
        "td_error_p90": np.quantile(errors, 0.9),
        "target_distance": ((after - behind).norm() / after.norm()).item(),
        "update_ratio": ((after - before.online[p]).norm() / after.norm()).item(),
        "epsilon": CONFIG.epsilon_end,
        "learning_rate": 1e-3 + (1e-4 - 1e-3) * STEPS / 500,
    }
    states = stored(trainer, p)[:, :4]
    silent = silent_shares(trainer.learner.online.to_module(p), states)
    expected |= dict(zip(("dormant_1", "dormant_2"), silent, strict=True))
    row = of(trainer.history.updates.frame(), p).iloc[-1]
    missing = ("dormant_3", "dormant_4", *(f"noise_{n}" for n in range(1, 6)))
    expected |= dict.fromkeys(missing, math.nan)  # there are no such layers, and there is no noise
    for name, value in expected.items():
        assert row[name] == pytest.approx(value, rel=1e-3, nan_ok=True), name
    explained = expected.keys() | {"member", "episode", "seconds"}
    assert explained == set(trainer.history.updates.columns())


def silent_shares(module: MLP, observations: np.ndarray) -> list[float]:
    """Share of the units of each hidden layer whose mean is at most 2.5 % of the layer's."""
    fc1, fc2, _ = module.children()
    with torch.no_grad():
        first = fc1(torch.from_numpy(observations)).clamp(min=0)
        second = fc2(first).clamp(min=0)
    means = [layer.numpy().mean(0) for layer in (first, second)]
    return [float(np.mean(mean <= 0.025 * mean.mean())) for mean in means]


def test_a_change_is_told_with_its_step_and_both_values(run: tuple[Trainer, Before]) -> None:
    changes = run[0].history.changes.frame()
    assert changes[["member", "env_step", "name", "old", "new"]].to_numpy().tolist() == [
        [0, 60, "gamma", 0.99, 0.9],
        [1, 60, "gamma", 0.99, 0.9],
    ]


def test_rows_say_how_many_episodes_had_ended_and_how_long_the_training_had_taken(
    run: tuple[Trainer, Before],
) -> None:
    trainer, _ = run
    ends = trainer.history.episodes.frame()
    for name, frame in trainer.history.frames().items():
        assert frame["seconds"].is_monotonic_increasing
        assert frame["seconds"].between(0, trainer.seconds).all()
        if name == "episodes":
            continue
        for _, row in frame.iterrows():
            mine = of(ends, row["member"])
            assert row["episode"] == (mine["env_step"] <= row["env_step"]).sum()
