"""Whether an environment's state can be captured and restored: tried out."""

import numpy as np

from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.environment import another


def restores_exactly(spec: EnvironmentSpec) -> bool:
    """Whether an environment's state can be captured: tried out on two fresh copies.

    One plays on from where the other was captured; every observation must be the same to the bit.
    """
    original, twin = another(spec), another(spec)
    chance = np.random.default_rng(0)
    try:
        original.reset(seed=1)
        twin.reset(seed=2)
        for _ in range(10):
            if any(original.step(original.try_action(chance))[2:]):
                original.reset()
        twin.load_state_dict(original.state_dict())
        for _ in range(50):
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
