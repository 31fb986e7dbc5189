"""What acting at random brings: the mean return that any curve has to rise above."""

from collections.abc import Generator, Sequence
from contextlib import closing

import numpy as np

from dqn_core.environments.environment import make_environment
from dqn_core.environments.family import RandomReturn


def random_return(returns: Sequence[float]) -> RandomReturn:
    """The mean of at least two episodes' returns, with its interval by the central limit."""
    deviation = float(np.std(returns, ddof=1))
    return RandomReturn(float(np.mean(returns)), 1.96 * deviation / len(returns) ** 0.5)


def random_episodes(
    env_id: str, max_episode_steps: int = 0, *, env_kwargs: str = ""
) -> Generator[float | None]:
    """Episodes of the random policy without end: None after each step, their return after the last.

    Each `next` makes one step, so that whoever has no time for more can stop or wait in between.
    """
    generator = np.random.default_rng(0)
    with closing(make_environment(env_id, max_episode_steps, env_kwargs=env_kwargs)) as environment:
        environment.reset(0)
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
