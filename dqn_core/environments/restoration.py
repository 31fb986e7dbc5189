"""Whether an environment's state can be captured and restored: tried out."""

from functools import lru_cache

import numpy as np

from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.environment import make_environment
from dqn_core.environments.registration import registration

_TRIALS = (10, 50), (7, 20)
"""Steps before the capture and after it. If one comes right after a reset, where nothing may be
hidden yet, the other one does not."""


def restores_exactly(spec: EnvironmentSpec) -> bool:
    """Whether an environment's state can be captured: tried out on two fresh copies.

    One plays on from where the other was captured; every observation must be the same to the bit.
    """
    kind = spec.env_id, spec.env_kwargs, spec.max_episode_steps
    if spec.family.is_known:
        return _restores_known(*kind, repr(registration(spec.env_id, spec.env_kwargs)))
    return _restores(*kind)


@lru_cache(maxsize=64)
def _restores_known(env_id: str, env_kwargs: str, max_episode_steps: int, registered: str) -> bool:
    """`_restores` where the code is known: the same each time, so it is remembered."""
    return _restores(env_id, env_kwargs, max_episode_steps)


def _restores(env_id: str, env_kwargs: str, max_episode_steps: int) -> bool:
    original, twin = (
        make_environment(env_id, max_episode_steps, env_kwargs=env_kwargs) for _ in range(2)
    )
    chance = np.random.default_rng(0)
    try:
        original.reset(seed=1)
        twin.reset(seed=2)
        for before, after in _TRIALS:
            for _ in range(before):
                if any(original.step(original.try_action(chance))[2:]):
                    original.reset()
            twin.load_state_dict(original.state_dict())
            for _ in range(after):
                action = original.try_action(chance)
                mine, theirs = original.step(action), twin.step(action)
                if mine[1:] != theirs[1:] or not np.array_equal(mine[0], theirs[0]):
                    return False
                if any(mine[2:]) and not np.array_equal(original.reset(), twin.reset()):
                    return False
        return np.array_equal(original.reset(), twin.reset())
    except Exception:  # whatever a foreign environment raises here, it was not restored
        return False
    finally:
        original.close()
        twin.close()
