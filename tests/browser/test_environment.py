"""Choosing an environment in a real browser: its values, those of one's own, lessons, old links."""

import re

from playwright.sync_api import Page, expect

from dqn_core import recommended
from tests.browser.train_page import box, button, enter, open_app

TAXI, ACROBOT = recommended("Taxi-v4"), recommended("Acrobot-v1")


def choose(page: Page, env_id: str) -> None:
    box(page, "control_env_id").click()
    page.get_by_role("option", name=env_id, exact=True).click()
    expect(box(page, "control_env_id")).to_have_value(env_id)


def test_an_environment_brings_its_values_and_one_that_is_chosen_in_mid_run_waits_for_the_next(
    page: Page, app_url: str
) -> None:
    open_app(page, app_url)
    enter(page, "exact_gamma", "0.5")
    choose(page, "Taxi-v4")
    expect(box(page, "exact_epsilon_decay")).to_have_value(str(TAXI.epsilon_decay))
    expect(box(page, "exact_gamma")).to_have_value(f"{TAXI.gamma:g}")
    replaced = page.locator(".st-key-replaced")
    expect(replaced).to_contain_text("The values recommended for Taxi-v4 replaced γ 0.5.")
    button(page, "keep_own").click()
    expect(box(page, "exact_gamma")).to_have_value("0.5")
    expect(box(page, "exact_epsilon_decay")).to_have_value(str(TAXI.epsilon_decay))
    expect(replaced).to_have_count(0)
    page.wait_for_url(re.compile(r"preset=auto&env_id=Taxi-v4&gamma=0\.5&seed=0$"))

    button(page, "one_step").click()
    expect(page.get_by_text("Environment step 1 of")).to_be_visible()
    choose(page, "Acrobot-v1")
    expect(page.get_by_role("radio", name="the next run")).to_be_checked()
    expect(page.get_by_text("For the next run: Environment Taxi-v4 → Acrobot-v1")).to_be_visible()
    button(page, "reset").click()
    expect(page.get_by_text(f"Environment step 0 of {ACROBOT.total_steps:,}")).to_be_visible()


def test_a_link_of_an_earlier_version_keeps_its_values_and_a_lesson_its_locked_control(
    page: Page, app_url: str
) -> None:
    open_app(page, app_url, "?env_id=Taxi-v4&gamma=0.9&lock=gamma")
    expect(box(page, "exact_gamma")).to_have_value("0.9")
    expect(box(page, "exact_epsilon_decay")).to_have_value("5000")
    query = "preset=recommended&env_id=Taxi-v4&gamma=0.9&seed=0&lock=gamma$"
    page.wait_for_url(re.compile(query))
    expect(page.locator(".st-key-other_preset")).to_contain_text("not what is recommended for")
    button(page, "use_recommended").click()
    expect(box(page, "exact_epsilon_decay")).to_have_value(str(TAXI.epsilon_decay))
    expect(page.locator(".st-key-other_preset")).to_have_count(0)
    choose(page, "Acrobot-v1")
    expect(box(page, "exact_epsilon_decay")).to_have_value(str(ACROBOT.epsilon_decay))
    expect(box(page, "exact_gamma")).to_have_value("0.9")
    expect(box(page, "exact_gamma")).to_be_disabled()
