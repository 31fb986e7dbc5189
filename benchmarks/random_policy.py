"""What does acting at random bring in the environments that are known?

    python benchmarks/random_policy.py

Where Gymnasium gives the table of transitions, the mean return is worked out exactly; elsewhere at
least 5,000 episodes are played. The rows printed are those that the families declare in
`dqn_core/environments/families`.
"""

from typing import Any

import gymnasium
import numpy as np
from report import Report, arguments

from dqn_core.base.compute import set_threads
from dqn_core.environments import environment_spec, known_environments
from dqn_core.environments.family import RandomReturn
from dqn_core.environments.random_returns import random_episodes, random_return

LEAST_EPISODES = 5_000
LEAST_STEPS = 2_000_000


def exact_return(env_id: str, time_limit: int) -> RandomReturn | None:
    """By the table of transitions, step for step backwards from the time limit."""
    environment: Any = gymnasium.make(env_id).unwrapped
    if not hasattr(environment, "P"):
        return None
    n_states, n_actions = environment.observation_space.n, environment.action_space.n
    following, reward = np.zeros((n_states, n_states)), np.zeros(n_states)
    for state, actions in environment.P.items():
        for transitions in actions.values():
            for probability, next_state, gain, terminated in transitions:
                reward[state] += probability * gain / n_actions
                if not terminated:
                    following[state, next_state] += probability / n_actions
    still_to_come = np.zeros(n_states)
    for _ in range(time_limit):
        still_to_come = reward + following @ still_to_come
    return RandomReturn(float(environment.initial_state_distrib @ still_to_come))


def measured_return(env_id: str, episodes: int, steps: int) -> tuple[RandomReturn, int]:
    """The mean return, and of how many episodes."""
    returns: list[float] = []
    for step, total in enumerate(random_episodes(env_id)):
        if total is not None:
            returns.append(total)
        if len(returns) >= episodes and step >= steps:
            break
    return random_return(returns), len(returns)


def main() -> None:
    options = arguments(__doc__).parse_args()
    set_threads()
    episodes, steps = (20, 0) if options.quick else (LEAST_EPISODES, LEAST_STEPS)
    report = Report("The random policy")
    rows = []
    for env_id in known_environments():
        time_limit = environment_spec(env_id).max_episode_steps
        found, how = exact_return(env_id, time_limit), "exact"
        if found is None:
            found, played = measured_return(env_id, episodes, steps)
            how = f"{played:,} episodes"
        rows.append([env_id, time_limit, f"{found.mean:.7g}", f"{found.margin:.2g}", how])
    columns = ["environment", "time limit", "mean return", "± (95 %)", "from"]
    report.table(columns, rows)
    print(report.markdown)


if __name__ == "__main__":
    main()
