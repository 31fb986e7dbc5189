"""What acting at random brings: the mean return that any curve has to rise above."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from dqn_core.environments.environment import make_environment


@dataclass(frozen=True)
class RandomReturn:
    """Mean return of the random policy; ``margin`` is half of its 95 % interval, 0 if exact."""

    mean: float
    margin: float = 0.0


KNOWN: dict[tuple[str, int], RandomReturn] = {
    ("Acrobot-v1", 500): RandomReturn(-498.92, 0.31),
    ("CartPole-v0", 200): RandomReturn(22.239, 0.077),
    ("CartPole-v1", 500): RandomReturn(22.239, 0.077),
    ("CliffWalking-v1", 1_000): RandomReturn(-9512.059),
    ("CliffWalkingSlippery-v1", 1_000): RandomReturn(-9512.059),
    ("FrozenLake-v1", 100): RandomReturn(0.0139398),
    ("FrozenLake8x8-v1", 200): RandomReturn(0.001901395),
    ("LunarLander-v3", 1_000): RandomReturn(-182.64, 1.5),
    ("MountainCar-v0", 200): RandomReturn(-200.0),
    ("Taxi-v4", 200): RandomReturn(-771.091),
}
"""By environment and time limit, from `benchmarks/random_policy.py`."""


def random_return(returns: Sequence[float]) -> RandomReturn:
    """The mean of at least two episodes' returns, with its interval by the central limit."""
    deviation = float(np.std(returns, ddof=1))
    return RandomReturn(float(np.mean(returns)), 1.96 * deviation / len(returns) ** 0.5)


def random_episodes(
    env_id: str, max_episode_steps: int = 0, seed: int = 0
) -> Generator[float | None]:
    """Episodes of the random policy without end: None after each step, their return after the last.

    Each `next` makes one step, so that whoever has no time for more can stop or wait in between.
    """
    environment = make_environment(env_id, max_episode_steps)
    generator = np.random.default_rng(seed)
    try:
        environment.reset(seed)
        total = 0.0
        while True:
            action = int(generator.integers(environment.spec.n_actions))
            _, reward, terminated, truncated = environment.step(action)
            total += reward
            if terminated or truncated:
                yield total
                environment.reset()
                total = 0.0
            else:
                yield None
    finally:
        environment.close()
