"""You against the agent where the server steps the environment."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.waiting import until

PIXELS = "(canvas) => canvas.toDataURL()"


def begin(page: Page, url: str, query: str) -> None:
    """Train for a step, so that there is an agent, and begin a game against it."""
    page.goto(f"{url}/?{query}")
    page.locator(".st-key-one_step button").first.click()
    expect(page.get_by_text("Environment step 1 of")).to_be_visible()
    page.locator(".st-key-navigation").get_by_role("link", name="Test").click()
    page.locator(".st-key-game_begin button").first.click()
    expect(page.locator(".game canvas")).to_have_count(2)


def test_each_key_is_one_step_also_where_its_answer_is_lost(page: Page, app_url: str) -> None:
    begin(page, app_url, "env_id=FrozenLake-v1&max_episode_steps=2")
    message, mine = page.locator(".game .message"), page.locator(".game canvas").first
    expect(message).to_have_text("Each key press is one step for you and the agent.")
    expect(page.locator(".st-key-game_speed")).to_have_count(0)
    before = mine.evaluate(PIXELS)
    page.keyboard.press("ArrowRight")
    expect(message).to_have_text("")
    page.keyboard.press("ArrowDown")
    expect(message).to_have_text(re.compile(r"Over at step 2: you 0, the agent 0\. A draw\."))
    assert mine.evaluate(PIXELS) != before
    page.locator(".st-key-game_begin button").first.click()
    expect(message).to_have_text("Each key press is one step for you and the agent.")
    lost: list[str] = []

    def lose_the_first_that_tells_a_key(route: Route) -> None:
        question = route.request.url
        if lost or question.endswith("keys=%5B%5D"):
            route.continue_()
            return
        lost.append(question)
        route.fetch()
        route.abort()

    page.route("**/live/*/game*", lose_the_first_that_tells_a_key)
    page.keyboard.press("ArrowRight")
    until(page, lambda: lost)
    expect(message).to_have_text("")
    page.wait_for_timeout(500)
    expect(message).to_have_text("")
    page.keyboard.press("ArrowDown")
    expect(message).to_have_text(re.compile("Over at step 2: "))


def test_the_clock_runs_from_the_first_key_on_and_pads_are_keys(page: Page, app_url: str) -> None:
    begin(page, app_url, "env_id=MountainCar-v0&max_episode_steps=8")
    score, message = page.locator(".game .score").first, page.locator(".game .message")
    expect(message).to_have_text("Press a key to begin. It acts while you hold it.")
    page.wait_for_timeout(500)
    expect(score).to_have_text("0")
    page.locator(".game .pad").first.click()
    expect(message).to_have_text("Over at step 8: you −8, the agent −8. A draw.")
    expect(score).to_have_text("−8")
