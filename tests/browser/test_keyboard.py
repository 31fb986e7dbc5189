"""The pages without a mouse: the space bar, the focus, the way over the sidebar."""

from typing import Literal

from playwright.sync_api import Locator, Page, expect

from tests.browser.train_page import (
    LONG,
    box,
    button,
    choose_speed,
    env_step,
    go_to,
    open_app,
    resting_step,
    wait_for_step,
)
from tests.browser.waiting import until_idle

WITHOUT_A_RING = """() => {
    const within = (root) => [...root.querySelectorAll("*")].flatMap(
        (element) => [element, ...(element.shadowRoot ? within(element.shadowRoot) : [])]
    );
    const focused = () => {
        const element = document.activeElement;
        return element.shadowRoot?.activeElement ?? element;
    };
    const hasRing = (element) => {
        const around = [element];
        while (around.length < 5 && around.at(-1).parentElement) {
            around.push(around.at(-1).parentElement);
        }
        return around.map(getComputedStyle).some(
            ({ outlineStyle, outlineWidth }) => outlineStyle === "solid" && outlineWidth === "2px"
        );
    };
    const found = { reached: 0, without: [] };
    for (const element of within(document.body)) {
        if (element.tabIndex < 0 || element.disabled || !element.checkVisibility()) continue;
        element.focus();  // seen as reached with the keyboard, which was used last
        if (focused() !== element || element.matches("main")) continue;
        found.reached += 1;
        const name = element.ariaLabel || element.textContent || element.tagName;
        if (!hasRing(element)) found.without.push(name.trim().slice(0, 60));
    }
    return found;
}"""
"""How many things can have the focus, and the names of those without a ring around it."""


def test_space_runs_and_pauses_but_is_left_to_what_was_reached_with_the_keyboard_and_to_a_dialog(
    tab: Page,
) -> None:
    expect(tab.locator(".live-chart-plot").first).to_be_visible()  # its script listens
    button(tab, "start").focus()
    tab.keyboard.press("Tab")
    expect(button(tab, "one_step")).to_be_focused()
    tab.keyboard.press("Space")
    wait_for_step(tab, 0)
    tab.wait_for_timeout(700)
    assert env_step(tab) == 1
    expect(button(tab, "one_step")).to_be_focused()  # it rested while the step was made
    button(tab, "start").focus()
    tab.keyboard.press("Enter")
    expect(button(tab, "pause")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(button(tab, "start")).to_be_focused()
    step = resting_step(tab)

    button(tab, "one_step").click()  # with the mouse: what was clicked is done
    wait_for_step(tab, step)
    tab.keyboard.press("Space")
    expect(button(tab, "pause")).to_be_visible()
    tab.keyboard.press("Space")
    expect(button(tab, "start")).to_be_visible()

    box(tab, "exact_batch_size").click(click_count=3)
    tab.keyboard.type("64")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**batch_size=64*")  # Streamlit loses one of two at once
    choose_speed(tab, "10 steps/s")
    expect(tab.locator(".scene-picture")).to_be_visible()
    until_idle(tab)
    tab.keyboard.press("Space")
    expect(button(tab, "pause")).to_be_visible()
    tab.keyboard.press("Space")
    expect(button(tab, "start")).to_be_visible()
    expect(tab.get_by_role("option")).to_have_count(0)
    expect(box(tab, "exact_batch_size")).to_have_value("64")
    choose_speed(tab, "full speed")
    expect(tab.locator(".scene-picture")).to_be_hidden()

    expect(button(tab, "back_batch_size")).to_be_visible()
    until_idle(tab)
    box(tab, "exact_batch_size").focus()
    tab.keyboard.press("Tab")
    expect(button(tab, "back_batch_size")).to_be_focused()

    button(tab, "open_copy").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.keyboard.press("Space")
    tab.wait_for_timeout(700)
    expect(button(tab, "start")).to_be_visible()


def press_space(page: Page, control: Locator) -> None:
    """As a screen reader does, that gives a control the focus without a key."""
    page.mouse.click(700, 5)
    control.focus()
    page.keyboard.press("Space")


def test_the_keys_lead_over_the_sidebar_and_space_does_what_the_control_does_that_has_the_focus(
    page: Page, app_url: str
) -> None:
    open_app(page, app_url, LONG)
    expect(page.locator(".live-chart-plot").first).to_be_visible()  # the scripts listen
    until_idle(page)  # a button that is drawn anew loses the focus
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(button(page, "start")).to_be_focused()
    press_space(page, button(page, "one_step"))
    expect(page.get_by_text("Environment step 1 of")).to_be_visible()
    entry = page.locator(".live-chart-entry").first
    pressed = entry.get_attribute("aria-pressed")
    press_space(page, entry)
    expect(entry).not_to_have_attribute("aria-pressed", str(pressed))
    press_space(page, page.locator("summary").first)
    expect(page.locator("details").first).to_have_attribute("open", "")
    press_space(page, page.get_by_role("radio", name="episodes"))
    expect(page.get_by_role("radio", name="episodes")).to_be_checked()
    press_space(page, button(page, "more_learn"))
    expect(box(page, "exact_n_step")).to_be_visible()
    press_space(page, page.get_by_role("button", name="Help for Smoothing"))
    press_space(page, page.get_by_role("switch").first)
    page.wait_for_timeout(500)
    expect(button(page, "start")).to_be_visible()
    assert env_step(page) == 1
    press_space(page, page.get_by_role("slider").first)  # which a space says nothing to
    expect(button(page, "pause")).to_be_visible()


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def test_each_page_has_one_title_a_marked_link_and_a_ring_around_whatever_has_the_focus(
    tab: Page,
) -> None:
    link = tab.locator(".st-key-navigation a[aria-current=page]")
    expect(tab.locator(".live-chart-plot")).not_to_have_count(0)
    without_a_name = tab.locator(".live-chart-plot:not([aria-label])")
    expect(without_a_name).to_have_count(0)  # also of what lies below the screen
    for name in ("Train", "Test"):
        if name == "Test":
            go_to(tab, "Test", "Watch and test an agent")
            expect(tab.locator(".st-key-player canvas").first).to_be_visible()
        expect(tab.get_by_role("heading", level=1)).to_have_count(1)
        expect(link).to_contain_text(name)
        for scheme in SCHEMES:
            tab.emulate_media(color_scheme=scheme)
            for _ in range(3):
                tab.keyboard.press("Tab")
            found = tab.evaluate(WITHOUT_A_RING)
            assert found["without"] == [], (name, scheme)
            assert found["reached"] > 40, (name, scheme)
