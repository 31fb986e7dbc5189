"""A match of CartPole for the browser: its physics, a start, and what the agent did from there."""

from dataclasses import asdict
from typing import Any, TypedDict, cast

import numpy as np

from dashboard.session.agents import Chosen
from dqn_core import record
from dqn_core.environments.configured import environment_for
from dqn_core.episodes.conditions import Conditions, Push


class Variables(TypedDict):
    """Gymnasium's variables of CartPole: ``length`` is half the pole's, ``tau`` the seconds of a
    step."""

    gravity: float
    masscart: float
    masspole: float
    length: float
    force_mag: float
    tau: float
    x_threshold: float
    theta_threshold_radians: float


class Physics(Variables):
    """The time limit in steps, and the push that a run's environment gives."""

    time_limit: int | None
    push: Push | None


class DuelEpisode(TypedDict):
    """What the agent did: the cart's place and the pole's angle at each moment."""

    positions: list[float]
    angles: list[float]
    terminated: bool
    total: float


class Match(TypedDict):
    """A start, and what the agent did from there."""

    id: str
    physics: Physics
    state: list[float]
    agent: DuelEpisode


def prepared(chosen: Chosen, seed: int, conditions: Conditions) -> Match:
    """The physics, the inner start state, and the agent's episode."""
    agent = chosen.agent
    config = agent.config
    environment = environment_for(config, parameters=conditions.parameters)
    environment.reset(seed)
    inner: Any = environment.env.unwrapped
    names = Variables.__annotations__
    variables = cast(Variables, {name: float(getattr(inner, name)) for name in names})
    physics: Physics = {
        **variables,
        "time_limit": environment.spec.max_episode_steps,
        "push": conditions.push and cast(Push, asdict(conditions.push)),
    }
    start = np.asarray(inner.state, dtype=np.float64).tolist()
    environment.close()

    episode = record(agent, seed, conditions)
    positions, angles = episode.observations[:, 0], episode.observations[:, 2]
    return {
        "id": f"{chosen.identity}:{agent.env_steps}:{seed}:{conditions}",
        "physics": physics,
        "state": start,
        "agent": {
            "positions": positions.astype(np.float64).round(5).tolist(),
            "angles": angles.astype(np.float64).round(5).tolist(),
            "total": episode.total,
            "terminated": episode.terminated,
        },
    }
