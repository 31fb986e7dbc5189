"""You against the agent: CartPole played in the browser from the start that the agent had."""

from dataclasses import asdict
from typing import Any

import numpy as np

from dashboard.session.agents import Chosen
from dashboard.test_page.page_state import PageState
from dashboard.web.language import said
from dashboard.web.static_files import component
from dqn_core import record
from dqn_core.environments.configured import environment_for
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.episodes.conditions import Conditions

PHYSICS_NAMES = (
    "gravity",
    "masscart",
    "masspole",
    "length",
    "force_mag",
    "tau",
    "x_threshold",
    "theta_threshold_radians",
)
"""Gymnasium's variables that the browser's physics needs."""

_component = component("play/duel.js")


def can_duel(spec: EnvironmentSpec) -> bool:
    """Whether the browser knows the physics of this environment, and what a step is worth."""
    return spec.family.is_in_browser and spec.step_reward is not None


def duel(state: PageState, chosen: Chosen, seed: int, conditions: Conditions) -> None:
    """The game; the agent's episode is played here, once for each start."""
    wanted = (chosen.identity, chosen.agent.env_steps, seed, conditions)
    if state.duel is None or state.duel[0] != wanted:
        state.duel = wanted, prepare(chosen, seed, conditions)
    _component(key="duel", data={**state.duel[1], "title": said(chosen.title)})


def prepare(chosen: Chosen, seed: int, conditions: Conditions) -> dict[str, Any]:
    """What the browser needs: the physics, the inner start state, and the agent's episode."""
    agent = chosen.agent
    config = agent.config
    environment = environment_for(config, parameters=conditions.parameters)
    environment.reset(seed)
    inner: Any = environment.env.unwrapped
    physics: dict[str, Any] = {name: float(getattr(inner, name)) for name in PHYSICS_NAMES}
    physics["time_limit"] = environment.spec.max_episode_steps
    physics["push"] = conditions.push and asdict(conditions.push)
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
            "return": episode.total,
            "terminated": episode.terminated,
        },
    }
