"""The controls in a real browser, while the run trains at full speed."""

import re

from playwright.sync_api import Locator, Page, expect

from dqn_core import DQNConfig
from tests.browser.train_page import box, enter


def thumb(page: Page, name: str) -> Locator:
    key = f"st-key-control_{name}"
    return page.locator(f".{key}, [class*='{key}-']").get_by_role("slider")


def start(page: Page) -> None:
    page.locator(".st-key-start button").first.click()
    expect(page.locator(".st-key-pause button").first).to_be_visible()
    expect(page.get_by_text("Environment step 0 of")).to_have_count(0)


def begin(page: Page) -> None:
    """A run that has begun, and rests."""
    page.locator(".st-key-one_step button").first.click()
    expect(page.get_by_text("Environment step 1 of")).to_be_visible()


def test_a_box_keeps_its_place_counts_refuses_in_its_own_words_and_shows_the_sliders_value(
    tab: Page,
) -> None:
    expect(tab.locator(".live-chart-plot").first).to_be_visible()  # the scripts listen
    for key, pressed, counted in (
        ("exact_gamma", "ArrowDown", "0.98"),
        ("control_seed", "ArrowUp", "1"),
    ):
        box(tab, key).press(pressed)
        expect(box(tab, key)).to_have_value(counted)
        box(tab, key).press("Enter")
    expect(thumb(tab, "gamma")).to_have_attribute("aria-valuetext", "0.98")
    before = box(tab, "control_seed").bounding_box()
    box(tab, "control_seed").fill("12")
    tab.wait_for_timeout(300)
    assert box(tab, "control_seed").bounding_box() == before
    box(tab, "control_seed").fill("1")
    tab.locator(".st-key-more_learn button").click()
    enter(tab, "exact_n_step", "7")
    expect(tab.get_by_placeholder("Recommended · 2 changed")).to_be_visible()
    expect(box(tab, "exact_n_step")).to_be_visible()
    tab.locator(".st-key-more_learn button").click()
    folded = re.compile(r"Learn · \d+ more, 1 changed")
    expect(tab.get_by_role("button", name=folded)).to_be_visible()
    expect(box(tab, "exact_n_step")).to_have_count(0)

    enter(tab, "exact_gamma", "0.995")
    expect(thumb(tab, "gamma")).to_have_attribute("aria-valuetext", "0.995")
    thumb(tab, "gamma").press("ArrowLeft")
    expect(box(tab, "exact_gamma")).to_have_value("0.99")
    expect(thumb(tab, "gamma")).to_have_attribute("aria-valuetext", "0.99")
    thumb(tab, "gamma").press("End")
    expect(box(tab, "exact_gamma")).to_have_value("1")
    refusal = tab.get_by_test_id("stSidebar").get_by_role("alert")
    for key, typed, words in (
        ("exact_batch_size", "4000", "Batch size must be 1 to 1,024, not 4000."),
        ("exact_gamma", "0,5", "Discount must be 0 to 1, not '0,5'."),
        ("control_seed", "1e", "Seed must be 0 to 9,007,199,254,740,991, not '1e'."),
    ):
        value = box(tab, key).input_value()
        enter(tab, key, typed)
        expect(refusal).to_contain_text(words)
        expect(box(tab, key)).to_have_value(value)
    enter(tab, "exact_learning_rate", "1e-3")
    expect(thumb(tab, "learning_rate")).to_have_attribute("aria-valuetext", "0.001")
    expect(refusal).to_have_count(0)


def test_a_slider_dragged_while_the_run_trains_keeps_its_value_and_other_values_come_meanwhile(
    tab: Page,
) -> None:
    start(tab)
    track = tab.locator(".st-key-control_epsilon_end")
    track.scroll_into_view_if_needed()
    handle = thumb(tab, "epsilon_end").bounding_box()
    whole = track.bounding_box()
    assert handle is not None
    assert whole is not None
    y = handle["y"] + handle["height"] / 2
    tab.mouse.move(handle["x"] + handle["width"] / 2, y)
    tab.mouse.down()

    def shown() -> float:
        return float(str(thumb(tab, "epsilon_end").get_attribute("aria-valuetext")))

    seen = []
    for step in range(1, 16):  # more than a second: several refreshes of the page
        tab.mouse.move(whole["x"] + whole["width"] * step / 30, y)
        tab.wait_for_timeout(80)
        seen.append(shown())
    assert seen == sorted(seen), "the thumb follows the mouse"
    tab.mouse.up()
    expect(box(tab, "exact_epsilon_end")).not_to_have_value(f"{DQNConfig().epsilon_end:g}")
    dropped = shown()
    assert dropped > 0.4
    expect(box(tab, "exact_epsilon_end")).to_have_value(f"{dropped:g}")
    tab.wait_for_timeout(600)
    expect(box(tab, "exact_epsilon_end")).to_have_value(f"{dropped:g}")
    assert shown() == dropped

    enter(tab, "control_env_id", "CartPole-v9")
    refusal = tab.get_by_test_id("stSidebar").get_by_role("alert")
    expect(refusal).to_contain_text("did you mean CartPole-v1?")
    expect(box(tab, "control_env_id")).to_have_value("CartPole-v1")
    tab.locator(".st-key-open_paste button").first.click()
    dialog = tab.get_by_role("dialog")
    field = dialog.locator("textarea")
    field.fill('{"gamma": 0.9, "tau": 7}')
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_contain_text("tau must be 0.0001 to 1, not 7")
    expect(box(tab, "exact_gamma")).to_have_value(f"{DQNConfig().gamma:g}")
    field.fill('{"gamma": 0.9, "tau": 0.7}')
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_have_count(0)
    expect(box(tab, "exact_gamma")).to_have_value("0.9")
    expect(box(tab, "exact_tau")).to_have_value("0.7")
    expect(tab.locator(".st-key-pause button").first).to_be_visible()


def test_a_value_moved_in_mid_run_is_a_change_that_is_undone_and_one_for_the_next_run_waits_for_it(
    tab: Page,
) -> None:
    """The box of the changes stays open meanwhile."""
    begin(tab)
    changes = tab.locator(".st-key-changes")
    enter(tab, "exact_gamma", "0.9")
    expect(changes).to_contain_text("Changes in this run (1)")
    thumb(tab, "gamma").press("ArrowLeft")
    expect(changes).to_contain_text("Changes in this run (2)")
    changes.locator("summary").click()
    expect(changes).to_contain_text("γ 0.9 → 0.8")
    for left in (1, 0):
        changes.locator("[class*=st-key-undo] button").first.click()
        expect(changes).to_contain_text(f"Changes in this run ({left})")
    expect(box(tab, "exact_gamma")).to_have_value(f"{DQNConfig().gamma:g}")
    changes.locator("[class*=st-key-redo] button").first.click()
    expect(changes).to_contain_text("Changes in this run (2)")
    expect(box(tab, "exact_gamma")).to_have_value("0.8")

    tab.get_by_role("radio", name="the next run").click()
    enter(tab, "exact_gamma", "0.5")
    expect(tab.get_by_text("For the next run: γ 0.8 → 0.5. Reset begins it.")).to_be_visible()
    expect(changes).to_contain_text("Changes in this run (2)")
    tab.get_by_role("radio", name="this run").click()
    expect(box(tab, "exact_gamma")).to_have_value("0.8")
    tab.get_by_role("radio", name="the next run").click()
    expect(box(tab, "exact_gamma")).to_have_value("0.5")
    tab.locator(".st-key-reset button").first.click()
    expect(tab.get_by_text("For the next run")).to_have_count(0)
    expect(box(tab, "exact_gamma")).to_have_value("0.5")
