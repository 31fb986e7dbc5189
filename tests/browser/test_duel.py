"""The duel: its physics are Gymnasium's, and a person can play with keys and with a finger."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboard.test_page.duel import PHYSICS_NAMES
from dqn_core import Push
from dqn_core.environments import Environment, make_environment
from tests.balancing import GAINS

PHYSICS = Path(__file__).parents[2] / "assets" / "play" / "duel_physics.js"
PLAY = """async ([module, cases]) => {
  const { CartPole } = await import(module)
  return cases.map(({ physics, state, actions }) => {
    const game = new CartPole(physics, state)
    const states = []
    for (const action of actions) {
      if (game.over) break
      game.step(action)
      states.push([...game.state])
    }
    return { states, terminated: game.terminated, truncated: game.truncated }
  })
}"""


def physics_of(environment: Environment, push: Push | None) -> dict[str, Any]:
    inner: Any = environment.env.unwrapped
    return {
        **{name: float(getattr(inner, name)) for name in PHYSICS_NAMES},
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


def in_browser(page: Page, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    source = base64.b64encode(PHYSICS.read_bytes()).decode()
    page.goto("about:blank")
    result: list[dict[str, Any]] = page.evaluate(
        PLAY, [f"data:text/javascript;base64,{source}", cases]
    )
    return result


def test_the_physics_are_gymnasiums_over_random_episodes(page: Page) -> None:
    given, expected = zip(*(played(case) for case in range(300)), strict=True)
    ends = {(end["terminated"], end["truncated"]) for end in expected}
    assert {(True, False), (False, True)} <= ends
    for mine, theirs in zip(in_browser(page, list(given)), expected, strict=True):
        assert len(mine["states"]) == len(theirs["states"])
        assert mine["terminated"] == theirs["terminated"]
        assert mine["truncated"] == theirs["truncated"]
        np.testing.assert_allclose(mine["states"], theirs["states"], rtol=0, atol=1e-9)


def test_each_step_of_a_whole_balanced_episode_is_gymnasiums(page: Page) -> None:
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
    found = in_browser(page, cases)
    np.testing.assert_allclose([f["states"][0] for f in found], expected, rtol=0, atol=1e-12)


def steps_to_the_left(seed: int) -> int:
    """How long an episode lasts in which the cart is always pushed left."""
    environment = make_environment("CartPole-v1")
    environment.reset(seed)
    steps, over = 0, False
    while not over:
        _, _, terminated, truncated = environment.step(0)
        steps, over = steps + 1, terminated or truncated
    return steps


def scores(page: Page) -> list[int]:
    return [int(text) for text in page.locator(".duel .score").all_inner_texts()]


def take_the_clock(page: Page) -> None:
    """From here on the page's time passes when the test says so: `page.clock.run_for`."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))


def test_play_with_the_keys(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/test")
    page.locator(".player .readout").wait_for()
    start = page.locator(".duel .start")
    start.wait_for()
    assert scores(page) == [0, 0]
    take_the_clock(page)
    for _ in range(2):
        start.click()
        expect(page.locator(".duel .note").first).to_have_text("3")
        before = page.locator(".player .slider").input_value()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        # The last direction acts, and no other part of the page hears the keys.
        pressed = page.locator(".duel .direction").evaluate_all(
            "nodes => nodes.map((node) => node.ariaPressed)"
        )
        assert pressed == ["true", "false"]
        assert page.locator(".player .slider").input_value() == before
        page.clock.run_for(5_000)
        message = page.locator(".duel .message")
        expect(message).to_have_text(re.compile(r"You \d+, the agent \d+\."))
        mine, theirs = (int(n) for n in re.findall(r"\d+", message.inner_text()))
        assert mine == steps_to_the_left(1000)
        assert scores(page)[0] == mine
        assert theirs > 0
        expect(start).to_have_text("Retry")
    expect(page.locator(".duel .record")).to_have_text(f"Your best so far: {mine}")
    page.clock.run_for(45_000)  # the agent's whole episode, at a quarter of the speed
    expect(page.locator(".duel .score").nth(1)).to_have_text(str(theirs))


def test_play_with_a_finger(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 360, "height": 800}, has_touch=True, color_scheme="dark")
    page.goto(f"{app_url}/test")
    page.locator(".duel .start").wait_for()
    page.locator(".duel .start").tap()
    message = page.locator(".duel .message")
    expect(message).to_have_text("Press ← or → to begin.")
    page.wait_for_timeout(500)
    assert scores(page) == [0, 0]  # nothing moves before the first push
    page.locator(".duel .direction").first.tap()
    expect(message).to_have_text(re.compile(rf"^You {steps_to_the_left(1000)}, "))
    widest = page.locator(".duel *").evaluate_all(
        "nodes => Math.max(...nodes.map((node) => node.getBoundingClientRect().right))"
    )
    assert widest <= 360


@pytest.mark.parametrize("speed", [0.25, 1])
def test_the_clock_keeps_the_chosen_speed(page: Page, app_url: str, speed: float) -> None:
    page.goto(f"{app_url}/test")
    page.locator(".duel .start").wait_for()
    take_the_clock(page)
    page.locator(f".duel [aria-label='Speed {speed:g}×']").click()
    page.locator(".duel .start").click()
    page.keyboard.press("ArrowLeft")
    for _ in range(200):  # the countdown
        if scores(page)[0]:
            break
        page.clock.run_for(20)
    first = scores(page)[0]
    page.clock.run_for(round(6 * 20 / speed))
    assert scores(page)[0] == pytest.approx(first + 6, abs=1)
