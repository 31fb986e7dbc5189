"""What is recommended for an environment: what its family declares, or what suits its kind."""

from contextlib import closing, suppress
from functools import lru_cache

import numpy as np

from dqn_core.base.errors import LabError
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.hyperparameter import Value
from dqn_core.environments import environment_spec, make_environment
from dqn_core.environments.families import family
from dqn_core.environments.registration import registration

LONG_EPISODE = 500
"""Steps from which on an episode needs a longer horizon and a longer training."""

LARGE_REWARD = 10.0
"""With larger rewards Huber's loss, linear above errors of 1, would aim at a median of returns."""

REPLAY_BYTES = 2**29
"""The most that an agent's replay takes: of large observations fewer are remembered."""

CAPACITIES = (DQNConfig.buffer_capacity, 20_000, 10_000, 5_000, 2_000, DQNConfig.learning_starts)

TRIED_STEPS = 200
"""Steps of a random episode that show how large rewards are."""


def recommended(env_id: str, env_kwargs: str = "") -> DQNConfig:
    """The configuration that is recommended for an environment made with these arguments.

    Raises `ConfigurationError` for what can be no arguments, and `UnsupportedEnvironmentError`
    where nothing is known of it and it cannot be made.
    """
    config = DQNConfig(env_id=env_id, env_kwargs=env_kwargs)
    kind = config.env_id, config.env_kwargs
    values = family(*kind).recommended
    if values is None:
        values = _of_its_kind(*kind, repr(registration(*kind)))
    return config.replace(**values)


def untuned(env_id: str, env_kwargs: str = "") -> str:
    """One sentence, if what is recommended for it was not found by training in it; else ""."""
    if family(env_id, env_kwargs).recommended is not None:
        return ""
    return Phrase(
        "Nobody has tuned values for {env_id}: they are chosen by its kind.", env_id=env_id
    )


@lru_cache(maxsize=256)
def _of_its_kind(env_id: str, env_kwargs: str, registered: str) -> dict[str, Value]:
    """What its observations and their size, its time limit and the size of its rewards suggest."""
    from dqn_core.replay import transition_bytes  # and PyTorch, for environments that nobody tuned

    spec = environment_spec(env_id, env_kwargs=env_kwargs)
    values: dict[str, Value] = {}
    if spec.n_states:
        # Where the same action may lead elsewhere, several steps carry that into the target.
        values |= {"n_step": 1, "epsilon_decay": 20_000, "total_steps": 100_000}
    if spec.max_episode_steps > LONG_EPISODE:
        values |= {"gamma": 0.995, "epsilon_decay": 20_000, "total_steps": 200_000}
    if _largest_reward(env_id, env_kwargs) > LARGE_REWARD:
        values |= {"loss": "mse", "gradient_clip": 10.0}
    each = transition_bytes(spec.observation_dim, spec.n_actions)
    capacities = (capacity for capacity in CAPACITIES if capacity * each <= REPLAY_BYTES)
    return values | {"buffer_capacity": next(capacities, CAPACITIES[-1])}


def _largest_reward(env_id: str, env_kwargs: str) -> float:
    """The largest reward in the first steps of a random episode, as far as they can be made."""
    largest = 0.0
    with (
        suppress(LabError),
        closing(make_environment(env_id, env_kwargs=env_kwargs)) as environment,
    ):
        chance = np.random.default_rng(0)
        environment.reset(seed=0)
        for _ in range(TRIED_STEPS):
            action = int(chance.integers(environment.spec.n_actions))
            _, reward, terminated, truncated = environment.step(action)
            largest = max(largest, abs(reward))
            if terminated or truncated:
                break
    return largest
