"""Divergence: which Q-values are larger than any policy could earn, and the likely cause."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from dqn_core.base.numbers import number, setting
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.config import DQNConfig
from dqn_core.learner import Learner
from dqn_core.replay import ReplayBuffer

DIVERGENCE_FACTOR = 1_000
"""Q-values this many times larger than the rewards allow count as diverged."""

LONGEST_HORIZON = 1e4
"""The horizon 1 / (1 − γ) in environment steps is cut here: for γ = 1 it would be infinite."""

LARGE_OBSERVATION = 1e4
"""From here on the Q-values of a fresh network can be beyond what the rewards allow."""

LARGEST_NUMBER: float = torch.finfo(torch.float32).max

LARGE_REWARD = 1e15
"""From here on its square, or the sum of what follows, can be beyond float32."""


@dataclass(frozen=True)
class Stop:
    """At which environment step a member was stopped for good, and one sentence that says why."""

    env_step: int
    reason: str


def newest(stops: Sequence[Stop | None]) -> Stop:
    """The latest stop; at least one member has one."""
    return max(filter(None, stops), key=lambda stop: stop.env_step)


def stopped_last(stops: Sequence[Stop | None]) -> list[int]:
    """The members that were stopped last."""
    last = newest(stops)
    return [p for p, stop in enumerate(stops) if stop == last]


def divergences(
    learner: Learner, replay: ReplayBuffer, configs: Sequence[DQNConfig], env_step: int
) -> dict[int, Stop]:
    """The members whose Q-values in the newest update are larger than any policy could earn."""
    last = learner.last
    assert last is not None
    largest_q = last.q_values.abs().amax((1, 2)).tolist()
    # With the Huber loss a target beyond float32 leaves the online network's values finite.
    has_targets = last.targets.isfinite().flatten(1).all(1).tolist()
    largest_reward = last.batch.rewards.abs().amax(1).tolist()
    found = {}
    for p, config in enumerate(configs):
        horizon = (
            min(1 / (1 - config.gamma), LONGEST_HORIZON) if config.gamma < 1 else LONGEST_HORIZON
        )
        limit = DIVERGENCE_FACTOR * max(1.0, largest_reward[p]) * horizon
        largest = largest_q[p] if has_targets[p] else math.inf
        # `not <=` instead of `>`, so that NaN counts as diverged.
        if not largest <= min(limit, LARGEST_NUMBER):
            cause = _too_large(learner, replay, p) or _cause(config)
            found[p] = _stop(largest, cause, env_step)
    return found


def no_longer_finite(
    learner: Learner,
    replay: ReplayBuffer,
    env_step: int,
    p: int,
    config: DQNConfig,
    seen: float,
) -> Stop:
    """The stop of member ``p``, whose Q-values in a greedy evaluation are no longer finite.

    ``seen`` is the largest size of a component of the observations that it began with.
    """
    cause = _too_large(learner, replay, p, seen) or _cause(config)
    return _stop(math.inf, cause, env_step)


def _stop(largest_q: float, cause: Phrase, env_step: int) -> Stop:
    if math.isfinite(largest_q):
        reason = Phrase(
            "Q-values reached {largest} at step {step:,}; most likely {cause}.",
            largest=number(largest_q),
            step=env_step,
            cause=cause,
        )
    else:
        reason = Phrase(
            "Q-values are no longer finite at step {step:,}; most likely {cause}.",
            step=env_step,
            cause=cause,
        )
    return Stop(env_step, reason)


def _too_large(learner: Learner, replay: ReplayBuffer, p: int, seen: float = 0.0) -> Phrase | None:
    """What no network can learn since it is so large: something stored of ``p``, or ``seen``."""
    stored, reward = replay.largest(p)
    observation = max(stored, seen)
    # The index of a state is shown to the network as a 1 and zeros.
    if observation > LARGE_OBSERVATION and not learner.online.shape.n_states:
        return Phrase(
            "observations as large as {largest:.2g} are too large for a network: divide them in "
            "the environment until they are about 1",
            largest=observation,
        )
    if reward > LARGE_REWARD:
        return Phrase(
            "rewards as large as {largest:.2g} are too large for a network: divide them in the "
            "environment until they are about 1",
            largest=reward,
        )
    return None


def _cause(config: DQNConfig) -> Phrase:
    if config.learning_rate > 1e-2:
        return Phrase(
            "learning_rate {rate} is very high: try 0.001", rate=setting(config.learning_rate)
        )
    if config.gamma == 1:
        return Phrase("gamma 1 lets values grow without end: try 0.99")
    return Phrase("the target follows the online network too fast: lower tau or learning_rate")
