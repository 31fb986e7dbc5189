"""A class in a real browser: a teacher's room, two students of one name, and the board."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.train_page import Open, button, wait_for_step
from tests.browser.waiting import until_idle


def come_in(page: Page, address: str) -> None:
    page.goto(address)
    name = page.get_by_role("textbox", name="Your name")
    expect(name).to_be_visible()
    until_idle(page)
    name.fill("Kim <b>")
    page.get_by_role("button", name="Come in").click()
    expect(page.get_by_text("step 1 of 4")).to_be_visible()
    until_idle(page)


def test_students_play_a_lesson_in_a_room_and_their_teacher_sees_how_far_they_are(
    page: Page, another_page: Page, new_page: Open, app_url: str
) -> None:
    teacher, first, second = page, another_page, new_page()
    teacher.goto(f"{app_url}/learn?section=lessons")
    button(teacher, "room_watch-and-guess").click()
    expect(teacher.get_by_text("Nobody is here yet.")).to_be_visible()
    room = teacher.get_by_label("link", exact=True).inner_text().strip().partition("/?")[2]
    for student in (first, second):
        come_in(student, f"{app_url}/?{room}")
    cards = teacher.locator(".board-card")
    expect(cards.locator("h4")).to_have_text(["Kim <b>", "Kim <b> (2)"])

    number = first.locator(".st-key-task_0_number input")
    number.fill("25")
    number.press("Enter")
    expect(button(first, "task_0_give")).to_be_enabled()
    until_idle(first)  # a click while the page is drawn may be forgotten
    button(first, "task_0_give").click()
    expect(first.get_by_text("Right.")).to_be_visible()
    button(first, "task_next").click()
    expect(first.locator(".lesson-check")).to_contain_text("greedy return ≥ 200")
    button(first, "start").click()
    expect(first.locator(".lesson-check")).to_contain_text("so far it is")
    expect(cards.first).to_contain_text("step 2 of 4")
    expect(cards.first).to_contain_text("1: ✓ 25")
    expect(cards.first.locator("polyline")).to_have_attribute("points", re.compile(","))
    button(first, "pause").click()  # it would train on to the end of the test

    answer_by_next(second)

    first.reload()
    expect(first.get_by_text("step 2 of 4")).to_be_visible()
    wait_for_step(first, 0)  # its run is back: before, that would cross the click
    until_idle(first)
    button(first, "task_back").click()
    expect(first.get_by_text("Right.")).to_be_visible()
    for name in ("env_id", "seed"):
        expect(first.locator(f".st-key-control_{name} input").first).to_be_disabled()
    assert_link_and_picture_are_large_on_a_wall(teacher)
    assert_rooms_are_kept_by_the_tab_alone(teacher)
    with teacher.expect_download() as saved:
        teacher.get_by_role("button", name="Save as CSV").click()
    assert "Kim <b> (2),1," in saved.value.path().read_text("utf-8-sig")
    teacher.get_by_role("button", name="Close the room").click()
    teacher.get_by_role("button", name="Close it for good").click()
    expect(second.get_by_text("The room was closed")).to_be_visible()
    expect(second).to_have_url(re.compile("lesson=watch-and-guess"))


def answer_by_next(student: Page) -> None:
    """What was typed is sent, once it is a number, and shown as it was sent."""
    number = student.locator("[class*=st-key-task_0_number] input")
    number.fill("many")
    button(student, "task_next").click()
    expect(student.get_by_text("leave the field empty")).to_be_visible()
    until_idle(student)
    number.fill("25")
    button(student, "task_next").click()
    expect(student.get_by_text("Right.")).to_be_visible()
    until_idle(student)  # before, the field that was typed in stands beside this one
    expect(number).to_have_value("25")


def assert_link_and_picture_are_large_on_a_wall(teacher: Page) -> None:
    """As on a projector: whoever sits at the back types the one or photographs the other."""
    teacher.set_viewport_size({"width": 1280, "height": 720})
    button(teacher, "present").click()
    expect(teacher.locator(".st-key-navigation")).to_be_hidden()
    link = teacher.get_by_label("link", exact=True)
    assert float(link.evaluate("it => parseFloat(getComputedStyle(it).fontSize)")) > 30
    picture = teacher.get_by_role("img", name="QR code of the link").bounding_box()
    assert picture is not None
    assert picture["width"] > 300
    assert picture["y"] + picture["height"] < 720, "in sight at once"
    teacher.keyboard.press("Escape")
    expect(teacher.locator(".st-key-navigation")).to_be_visible()


def assert_rooms_are_kept_by_the_tab_alone(teacher: Page) -> None:
    """Whoever reads the page's address on the wall gets no board with it."""
    teacher.get_by_role("button", name="Link to this board").click()
    link = teacher.get_by_label("board's link", exact=True).inner_text().strip()
    secret = parse_qs(urlsplit(link).query)["board"][0]
    teacher.keyboard.press("Escape")
    assert secret not in teacher.url
    teacher.reload()
    expect(teacher.locator(".board-card")).to_have_count(2)
    button(teacher, "to_lessons").click()
    button(teacher, "room_luck-or-skill").click()
    expect(teacher.get_by_text("Nobody is here yet.")).to_be_visible()
    assert secret not in teacher.url
    button(teacher, "to_lessons").click()
    boards = teacher.get_by_role("button", name="Board")
    expect(boards).to_have_count(2)
    expect(teacher).not_to_have_url(re.compile("board="))
    teacher.goto(link)
    expect(teacher.locator(".board-card")).to_have_count(2)
    expect(teacher).not_to_have_url(re.compile(secret))
