"""The physics of the duel are Gymnasium's."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dashboard.test_page.match import Variables
from dqn_core import Push
from dqn_core.environments import Environment, make_environment
from tests.balancing import GAINS

PLAY = """
    const { CartPole } = await import("./play/duel_physics.js");
    return given.map(({ physics, state, actions }) => {
        const game = new CartPole(physics, state);
        const states = [];
        for (const action of actions) {
            if (game.over) break;
            game.step(action);
            states.push([...game.state]);
        }
        return { states, terminated: game.terminated, truncated: game.truncated };
    });
"""

InNode = Callable[[str, Any], Any]


def physics_of(environment: Environment, push: Push | None) -> dict[str, Any]:
    inner: Any = environment.env.unwrapped
    return {
        **{name: float(getattr(inner, name)) for name in Variables.__annotations__},
        "time_limit": environment.spec.max_episode_steps,
        "push": push and {"step": push.step, "component": 3, "amount": push.amount},
    }


def played(case: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """One episode of Gymnasium's: what the browser is given, and what it must come to."""
    random = np.random.default_rng(case)
    usual = case % 4 == 0
    parameters = (
        {}
        if usual
        else {
            "gravity": random.uniform(0, 30),
            "length": random.uniform(0.1, 3),
            "masspole": random.uniform(0.01, 2),
            "masscart": random.uniform(0.1, 5),
            "force_mag": random.uniform(1, 30),
        }
    )
    push = None if usual else Push(int(random.integers(0, 20)), 3, random.uniform(-1, 1))
    environment = make_environment("CartPole-v1", 40 if case % 3 else 0, parameters=parameters)
    environment.reset(case)
    inner: Any = environment.env.unwrapped
    start = inner.state.tolist()
    actions = random.integers(0, 2, 500).tolist()
    states: list[list[float]] = []
    terminated = truncated = False
    for step, action in enumerate(actions):
        if push and push.step == step:
            environment.nudge(push.component, push.amount)
        _, reward, terminated, truncated = environment.step(action)
        assert reward == 1  # the browser counts steps
        states.append(np.asarray(inner.state).tolist())
        if terminated or truncated:
            break
    given = {"physics": physics_of(environment, push), "state": start, "actions": actions}
    return given, {"states": states, "terminated": terminated, "truncated": truncated}


def test_the_physics_are_gymnasiums_over_random_episodes(in_node: InNode) -> None:
    given, expected = zip(*(played(case) for case in range(300)), strict=True)
    ends = {(end["terminated"], end["truncated"]) for end in expected}
    assert {(True, False), (False, True)} <= ends
    for mine, theirs in zip(in_node(PLAY, given), expected, strict=True):
        assert len(mine["states"]) == len(theirs["states"])
        assert mine["terminated"] == theirs["terminated"]
        assert mine["truncated"] == theirs["truncated"]
        np.testing.assert_allclose(mine["states"], theirs["states"], rtol=0, atol=1e-9)


def test_each_step_of_a_whole_balanced_episode_is_gymnasiums(in_node: InNode) -> None:
    environment = make_environment("CartPole-v1")
    environment.reset(1)
    inner: Any = environment.env.unwrapped
    cases, expected = [], []
    for step in range(500):
        action = int(np.dot(GAINS, inner.state) > 0)
        state = np.asarray(inner.state).tolist()
        cases.append({"physics": physics_of(environment, None), "state": state})
        cases[-1]["actions"] = [action]
        _, _, terminated, truncated = environment.step(action)
        assert (terminated, truncated) == (False, step == 499)
        expected.append(np.asarray(inner.state).tolist())
    found = in_node(PLAY, cases)
    np.testing.assert_allclose([f["states"][0] for f in found], expected, rtol=0, atol=1e-12)
