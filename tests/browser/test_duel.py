"""The duel: a person can play with keys and with a finger."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dqn_core.environments import make_environment
from tests.browser.waiting import take_the_clock


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


def test_play_with_the_keys_at_the_chosen_speed(
    new_page: Callable[..., Page], app_url: str
) -> None:
    page = new_page()
    page.goto(f"{app_url}/test")
    page.locator(".player .readout").wait_for()
    start = page.locator(".duel .start")
    start.wait_for()
    assert scores(page) == [0, 0]
    take_the_clock(page)
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
    for _ in range(45):  # the agent's whole episode, at a quarter of the speed
        page.clock.fast_forward(1_000)  # few of its pictures
    expect(page.locator(".duel .score").nth(1)).to_have_text(str(theirs))
    for speed in (1, 0.25):
        page.locator(f".duel [aria-label='Speed {speed:g}×']").click()
        start.click()
        page.keyboard.press("ArrowLeft")
        for _ in range(200):  # the countdown
            if scores(page)[0]:
                break
            page.clock.run_for(20)
        first = scores(page)[0]
        page.clock.run_for(round(6 * 20 / speed))
        assert scores(page)[0] == pytest.approx(first + 6, abs=1)
        page.clock.run_for(5_000)


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
