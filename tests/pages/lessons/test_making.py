"""A lesson that is made: in the editor, from the controls, or from a file."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.learn_page.lessons import _opened
from dashboard.lessons.source import NAMES
from dashboard.web.keys import LEARN_PAGE
from tests.pages.lessons.lesson_page import opened
from tests.pages.sessions import session


def test_a_teacher_makes_a_lesson_from_the_state_of_the_controls() -> None:
    at = opened("pages/learn.py", section="lessons", gamma="0.9")
    at.button(key="make_lesson").click().run()
    draft = at.session_state[LEARN_PAGE].lessons.draft
    assert draft.step.link.config.gamma == 0.9
    assert any("Nothing yet" in caption.value for caption in at.caption), "the preview is empty"
    title, body = (f"draft1_1_0_{name}" for name in ("title", "body"))
    at.text_area(key=body).set_value("Look.\n\ncheck: steps >= 1").run()
    assert "Give the lesson a title" in at.error[0].value
    at.text_input(key="draft1_title").set_value("Mine")
    boxes = [step_box(at)]
    at.text_input(key=title).set_value("One").run()
    assert step_box(at) not in boxes, "the browser holds the name that the step had"
    at.text_area(key=body).set_value("Look.\n\ncheck: happiness >= 1").run()
    assert "Step 1. Line 3: A check cannot speak of" in at.error[0].value
    at.text_area(key=body).set_value("Look.\n\ncheck: steps >= 1").run()
    assert not at.error
    at.text_area(key=body).set_value("1?\n\nquestion: 1?\n( ) a\n(x) b\n\ncheck: steps >= 1").run()
    at.radio(key="draft_view_0_choice").set_value(1).run()
    at.button(key="draft_view_0_give").click().run()
    assert "Right." in at.success[0].value, "the preview answers"
    at.text_area(key=body).set_value("Look.\n\ncheck: steps >= 1").run()
    at.button(key="draft_add").click().run()
    session(at).set("gamma", 0.5)
    at.button(key="draft_take").click().run()
    made = draft.read()[0]
    assert [step.link.config.gamma for step in made.steps] == [0.9, 0.5]
    assert made.steps[1].begins
    query = at.session_state[LEARN_PAGE].query
    again = opened("pages/learn.py", section="lessons", draft=query.split("draft=")[1])
    assert again.session_state[LEARN_PAGE].lessons.draft.read()[0] == made


def step_box(at: AppTest) -> str:
    """The key of the box with the steps of a lesson that is made."""
    (key,) = [str(box.key) for box in at.selectbox if box.label == "Step"]
    return key


def test_the_editors_choices_have_their_words_anew_in_another_language() -> None:
    """The browser goes on showing the words that were chosen in the language before."""
    at = opened("pages/learn.py", section="lessons", lang="zh")
    at.button(key="make_lesson").click().run()
    keys = {choice.key for choice in at.multiselect}
    assert keys == {"draft1_1_0_hidden_zh", "draft1_1_0_locked_zh"}


def lesson_of_controls(at: AppTest) -> None:
    """As the button of the Train page has it done: `AppTest` cannot go to the other page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streamlit.switch_page", lambda page: None)
        at.switch_page("app.py").run()
        at.button(key="open_lesson").click().run()
    at.switch_page("pages/learn.py").run()


def shared_link(at: AppTest) -> str:
    components = [element.proto for element in at.get("bidi_component")]
    (data,) = [json.loads(p.json)[0] for p in components if p.component_name.endswith("copyable")]
    link: str = data["text"]
    return link


def test_the_train_page_leads_to_a_lesson_of_its_values_and_a_task_alone_has_the_newest() -> None:
    at = opened(gamma="0.9")
    lesson_of_controls(at)
    draft = at.session_state[LEARN_PAGE].lessons.draft
    for name, names in (("hidden", ["target"]), ("locked", ["env_id", "seed"])):
        at.multiselect(key=f"draft1_1_0_{name}").set_value(names)
    at.text_area(key="draft1_1_0_body").set_value(" Which γ? ").run()
    task = "seed=0&hide=target&lock=env_id,seed&task=Which+%CE%B3%3F"
    assert shared_link(at).endswith(f"gamma=0.9&{task}")
    session(at).set("gamma", 0.5)
    lesson_of_controls(at)
    assert shared_link(at).endswith(f"gamma=0.5&{task}")
    at.text_input(key="draft2_title").set_value("Mine").run()
    session(at).set("gamma", 0.3)
    lesson_of_controls(at)
    assert at.session_state[LEARN_PAGE].lessons.draft is draft
    assert draft.step.link.config.gamma == 0.5, "what is more than a task stays as it is"


@pytest.mark.parametrize("name", NAMES)
def test_each_ready_lesson_opens_in_the_editor(name: str) -> None:
    at = opened("pages/learn.py", section="lessons")
    at.button(key=f"change_{name}").click().run()
    assert not at.exception
    assert not at.error


def test_of_a_file_that_is_too_long_its_own_length_is_said() -> None:
    for text, length in (("课" * 90_000, "90,000"), ("a" * 200_000, "200,000")):
        lesson, (fault,) = _opened(text.encode())
        assert lesson is None
        assert f"at most 20,000 characters, not {length}" in fault
