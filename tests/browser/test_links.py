"""The address bar in a real browser: written, opened elsewhere, bad, and used for a lesson."""

import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Locator, Page, expect

from dashboard.session.links import Link
from dqn_core import DQNConfig
from tests.browser.train_page import box, close_dialog, enter, open_app
from tests.browser.waiting import until_idle

USUAL = "preset=auto&env_id=CartPole-v1"


def wait_for_query(page: Page, query: str) -> None:
    page.wait_for_url(lambda address: urlsplit(address).query == query)


def configuration(page: Page) -> dict[str, object]:
    """What the page itself says it uses, from its copy dialog."""
    page.locator(".st-key-open_copy button").first.click()
    dialog = page.get_by_role("dialog")
    code = dialog.locator("pre").last
    expect(code).to_contain_text('"device"')
    found: dict[str, object] = json.loads(code.inner_text())
    close_dialog(page)
    return found


def test_the_address_follows_the_controls_opens_the_same_elsewhere_and_is_kept_on_other_pages(
    tab: Page, another_page: Page, app_url: str
) -> None:
    mine = tab
    wait_for_query(mine, f"{USUAL}&total_steps=10000000&seed=0&lock=total_steps")
    entries = mine.evaluate("history.length")
    enter(mine, "exact_gamma", "0.9725")
    more = "&total_steps=10000000"
    wait_for_query(mine, f"{USUAL}&gamma=0.9725{more}&seed=0&lock=total_steps")
    enter(mine, "control_seed", "3")
    mine.get_by_text("episodes", exact=True).click()
    wait_for_query(mine, f"{USUAL}&gamma=0.9725{more}&seed=3&x_axis=episode&lock=total_steps")
    assert mine.evaluate("history.length") == entries, "the way back leads out of the page"

    theirs = another_page
    open_app(theirs, app_url, f"?{urlsplit(mine.url).query}")
    expect(box(theirs, "exact_gamma")).to_have_value("0.9725")
    expect(box(theirs, "control_seed")).to_have_value("3")
    expect(theirs.get_by_role("radio", name="episodes")).to_be_checked()

    query = urlsplit(mine.url).query
    mine.locator(".st-key-one_step button").first.click()  # its agent's film is a short one
    expect(mine.get_by_text("Environment step 1 of")).to_be_visible()
    mine.locator(".st-key-navigation").get_by_role("link", name="Test").click()
    expect(mine.get_by_role("heading", name="Watch and test an agent")).to_be_visible()
    wait_for_query(mine, query)
    assert urlsplit(mine.url).path == "/test"
    mine.reload()
    expect(mine.locator(".player .readout")).to_have_text(re.compile(r"/ \d+$"))
    until_idle(mine)  # what a page asks for when it is loaded would cross the click
    mine.locator(".st-key-navigation").get_by_role("link", name="Train").click()
    expect(box(mine, "exact_gamma")).to_have_value("0.9725")
    wait_for_query(mine, query)
    mine.get_by_text("steps", exact=True).click()


def test_a_bad_link_is_reported_as_text_and_the_rest_of_it_used_as_is_what_a_task_is_laid_out_with(
    page: Page, app_url: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    bad = "?gamma=2&tua=1&env_id=this:foo&batch_size=32&%ff=%00&tau=%F0%9F%92%A5"
    bad = f"{bad}&![x](http://127.0.0.1:9/x.png)=1&n_step=<b>:red[x]</b>"
    open_app(page, app_url, f"{bad}&{urlencode({'task': TASK})}")
    notice = page.locator(".st-key-link_problems")
    expect(notice).to_contain_text("![x](http:\u2060//127.0.0.1:9/x.png)")
    expect(notice).to_contain_text("<b>:red[x]</b>")
    assert notice.locator("img").count() == 0
    assert not [address for address in asked if address.startswith("http://127.0.0.1:9/")]
    expect(notice).to_contain_text("gamma must be 0 to 1, not 2")
    expect(notice).to_contain_text(f"Used instead: {DQNConfig().gamma}.")
    expect(notice).to_contain_text("'tua': did you mean tau?")
    expect(notice).to_contain_text("'this:foo' names a module")
    expect(notice).to_contain_text("tau must be 0.0001 to 1")
    expect(box(page, "exact_batch_size")).to_have_value("32")
    assert_laid_out(page.locator(".st-key-task").get_by_test_id("stMarkdownContainer"))
    wait_for_query(page, Link(config=DQNConfig(batch_size=32), task=TASK).query)
    notice.get_by_role("button").first.click()
    expect(notice).to_have_count(0)


TEXT = (
    "See https://a.example, www.b.example, c@d.example: ![x](/e.png) <b>f</b> "
    ":red[g] :blue-badge[h] :smile: :material/home: :material_home: :streamlit: a -> b <= c "
    "`i` ~~j~~ | k"
)
TASK = (
    "Find **out**:\n1. *why*\n2. $y=r+\\gamma\\max_a Q$, $z$\nthen\n$$\na=b\n$$\n\n"
    f"{TEXT} $\\href{{https://a.example}}{{l}}\\htmlClass{{m}}{{n}}\\color{{red}}$ $o$"
)


def assert_laid_out(task: Locator) -> None:
    """Lines, lists and formulas, and the rest is text."""
    expect(task.locator(".katex")).to_have_count(4)
    expect(task.locator(".katex-display")).to_have_count(1)
    expect(task.locator("strong")).to_have_text("\u2060out\u2060")
    expect(task.locator("ol > li")).to_have_count(2)
    expect(task.locator("li em")).to_have_text("\u2060why\u2060")
    assert TEXT in task.inner_text().replace("\u2060", "")
    markup = "a, img, b, code, del, table, [role=img], p [class*=stMarkdown]"
    assert task.locator(markup).count() == 0


def test_a_lesson_link_is_made_from_the_controls_and_hides_and_locks(
    tab: Page, another_page: Page, app_url: str
) -> None:
    teacher = tab
    enter(teacher, "exact_gamma", "0.9")
    teacher.wait_for_url("**gamma=0.9*")
    teacher.locator(".st-key-open_lesson button").first.click()
    title = teacher.locator("[class*=st-key-draft][class*=_title]").first
    draft = re.search(r"st-key-(draft\d+)_title", title.get_attribute("class") or "")
    assert draft is not None
    for key, label in (
        ("hidden", "Discount γ"),
        ("hidden", "All of “Target”"),
        ("locked", "Learning rate α"),
        ("locked", "Seed"),
    ):
        field = teacher.locator(f".st-key-{draft[1]}_1_0_{key} input")
        field.click()  # what scrolls closes the list
        field.fill(label)
        teacher.get_by_role("option", name=label, exact=True).click()
    code = teacher.get_by_label("link", exact=True)
    expect(code).to_contain_text(re.compile("lock=.*seed"))
    expect(code).to_contain_text("hide=gamma,target")
    link = code.inner_text().strip()
    assert link.startswith(app_url)
    query = parse_qs(urlsplit(link).query)
    assert query["gamma"] == ["0.9"]
    assert {"learning_rate", "seed"} < set(query["lock"][0].split(","))
    teacher.keyboard.press("Escape")  # an open list hides what is around it
    for key, words in (
        ("_title input", "L"),
        ("_1_0_title input", "One"),
        ("_1_0_body textarea", "Go"),
    ):
        field = teacher.locator(f".st-key-{draft[1]}{key}")
        field.fill(words)
        field.blur()
    # For a moment there are two: the list with the new title, and the one that it replaces.
    expect(teacher.locator(".st-key-draft_steps input").last).to_have_value("1. One")
    expect(teacher.locator(".st-key-draft_view").get_by_text("Go")).to_be_visible()

    student = another_page
    open_app(student, app_url, link.removeprefix(f"{app_url}/"))
    expect(box(student, "control_seed")).to_be_disabled()
    expect(box(student, "exact_learning_rate")).to_be_disabled()
    name = ".st-key-control_learning_rate [data-testid=stMarkdownContainer]"
    mark = student.locator(name).first.evaluate("it => getComputedStyle(it, '::before').content")
    assert mark.startswith('"lock"'), "it is marked, but not in its name"
    group = student.get_by_role("group", name="Learning rate α", exact=True)
    expect(group).to_be_attached()
    expect(student.locator(".st-key-control_gamma")).to_have_count(0)
    expect(student.locator(".st-key-control_tau")).to_have_count(0)
    assert configuration(student)["gamma"] == 0.9
