"""A lesson that is played: from the address, from step to step, and after a reload."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.lessons.lesson import of_link
from dashboard.lessons.playing import come_back_to_lesson
from dashboard.lessons.progress import Progress, read_progress
from dashboard.lessons.source import NAMES, source_of
from dashboard.session.address import Remembered
from dashboard.session.links import Link
from dashboard.web.keys import LESSON
from dqn_core import DQNConfig
from tests.dashboard.lessons.small_lessons import lesson
from tests.pages.lessons.lesson_page import STEPS, opened, playing, shown
from tests.pages.sessions import session


def test_a_lesson_sets_the_values_of_its_steps_and_what_they_hide_and_lock() -> None:
    at = opened(lesson=source_of(STEPS))
    assert session(at).config == DQNConfig(gamma=0.9)
    assert session(at).link.hidden == ("target",)
    assert "**First** · Two steps · step 1 of 3" in shown(at)
    session(at).set("batch_size", 64)
    at.button(key="task_next").click().run()
    assert session(at).config == DQNConfig(gamma=0.9, batch_size=64), "it goes on with its run"
    assert (session(at).link.hidden, session(at).link.locked) == (("target",), ())
    at.button(key="task_next").click().run()
    assert session(at).config == DQNConfig(gamma=0.5)
    assert at.button(key="task_next").disabled
    at.button(key="task_back").click().run()
    assert session(at).config == DQNConfig(gamma=0.9), "with its run anew"
    at.button(key="task_leave").click().run()
    assert session(at).link == Link(config=DQNConfig(gamma=0.9))
    assert "First" not in shown(at)


def test_a_question_is_answered_once_and_then_says_what_is_right() -> None:
    at = opened(lesson=source_of(STEPS))
    at.text_input(key="task_0_number").set_value("two").run()
    assert at.button(key="task_0_give").disabled
    at.text_input(key="task_0_number").set_value("2").run()
    at.text_input(key="task_0_number").set_value("3")
    at.button(key="task_0_give").click().run()
    assert playing(at).progress.answers == {0: "3"}, "what was typed just before the click"
    (words,) = [warning.value.replace("\u2060", "") for warning in at.warning]
    assert "The right answer: 2" in words
    assert "So it is." in words
    assert at.text_input(key="task_0_number_given").disabled


def test_next_sends_an_answer_that_was_typed_and_shows_its_outcome_before_it_goes_on() -> None:
    at = opened(lesson=source_of(STEPS))
    at.text_input(key="task_0_number").set_value("two")
    at.button(key="task_next").click().run()
    assert (playing(at).progress.at, playing(at).progress.answers) == (0, {})
    assert "leave the field empty" in at.caption[0].value
    at.text_input(key="task_0_number").set_value("2")
    at.button(key="task_next").click().run()
    assert (playing(at).progress.at, playing(at).progress.answers) == (0, {0: "2"})
    assert "Right." in at.success[0].value
    at.button(key="task_next").click().run()
    assert playing(at).progress.at == 1


def test_what_was_typed_and_not_sent_is_there_again_after_a_step_another_page_or_a_reload() -> None:
    two = lesson("# T\n## A\nquestion: 1?\nanswer: 2\n## B\nquestion: 1?\n( ) a\n(x) b\n")
    at = opened(lesson=source_of(two))
    at.text_input(key="task_0_number").set_value("2").run()
    playing(at).go(session(at), 1)
    at.run()
    at.radio(key="task_1_choice").set_value(1)
    at.button(key="task_back").click().run()
    assert at.text_input(key="task_0_number").value == "2"
    at.switch_page("pages/learn.py").run()
    at.switch_page("app.py").run()
    assert at.text_input(key="task_0_number").value == "2"
    assert playing(at).progress.answers == {}
    assert read_progress(playing(at).remembered, two).typed == {0: "2", 1: "1"}
    at.button(key="task_0_give").click().run()
    assert (playing(at).progress.answers, playing(at).progress.typed) == ({0: "2"}, {1: "1"})


def test_next_goes_on_where_nothing_was_answered() -> None:
    at = opened(lesson=source_of(STEPS))
    at.button(key="task_next").click().run()
    assert (playing(at).progress.at, playing(at).progress.answers) == (1, {})


def test_an_address_goes_on_at_its_step_and_cannot_unlock_what_that_locks() -> None:
    at = opened(lesson=source_of(STEPS), step="1", gamma="0.3", batch_size="64", seed="7")
    assert session(at).config == DQNConfig(gamma=0.9, batch_size=64), "γ and the seed are locked"
    assert session(at).link.locked == ("gamma", "seed")
    at = opened(lesson=source_of(STEPS), step="2", gamma="0.3")
    assert session(at).config.gamma == 0.3
    at = opened(lesson=source_of(STEPS), step="99", gamma="0.3")
    assert session(at).config.gamma == 0.9, "a step that there is not"
    assert "There is no step '99': choose 1 or 2 or 3." in at.warning[0].value
    (told,) = opened(step="2").warning
    assert "step is a place in a lesson" in told.value
    at = opened(lesson=source_of(STEPS), step="3")
    assert (session(at).config.gamma, playing(at).progress.at) == (0.5, 2), "the step's own values"


@pytest.mark.parametrize(
    ("fixed", "asked"),
    [
        ("head: quantile\nloss: huber\nlock: head", {"loss": "mse"}),
        ("members: 16\nlock: members", {"race": "gamma=0.5,0.6,0.7", "members": "2"}),
    ],
)
def test_an_address_that_does_not_go_with_what_its_step_locks_has_none_of_its_values(
    fixed: str, asked: dict[str, str]
) -> None:
    locking = lesson(f"# T\n## A\n{fixed}\n\nLook.\n## B\n")
    at = opened(lesson=source_of(locking), step="1", gamma="0.3", **asked)
    assert len(at.warning) == 1
    link = session(at).link
    assert (link.config, link.members) == (
        locking.steps[0].link.config,
        locking.steps[0].link.members,
    )
    assert link.race is None


def test_the_next_step_is_not_judged_by_the_run_of_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = opened(lesson=source_of(STEPS))
    played, begun = playing(at), session(at).begin
    judged_at: list[int] = []

    def begin(link: Link) -> None:
        judged_at.append(played.progress.at)
        begun(link)

    monkeypatch.setattr(session(at), "begin", begin)
    played.go(session(at), 2)
    assert (judged_at, played.progress.at) == ([0], 2)


def test_a_page_that_is_loaded_again_takes_up_what_the_tab_remembers() -> None:
    at = opened(lesson=source_of(STEPS))
    before = playing(at)
    before.progress.answers[0] = "2"
    before.go(session(at), 2)
    query = f"{before.query}&{session(at).link.query}"
    left = Remembered("x", "", query, query, before.remembered)
    at = opened(lesson=source_of(STEPS), step="3", gamma="0.5")
    at.session_state[LESSON] = None
    come_back_to_lesson_in(at, left)
    assert playing(at).progress == before.progress
    assert session(at).config.gamma == 0.5


def test_what_a_student_does_before_the_tab_has_told_where_it_was_is_not_lost() -> None:
    at = opened(lesson=source_of(STEPS), step="3")
    left = Remembered("x", "", playing(at).query, playing(at).query, playing(at).remembered)
    playing(at).go(session(at), 0)
    playing(at).progress.answers[0] = "2"
    come_back_to_lesson_in(at, left)
    assert (playing(at).progress.at, playing(at).progress.answers) == (0, {0: "2"})


def test_a_lesson_that_was_left_before_the_tab_has_told_where_it_was_stays_left() -> None:
    query = f"lesson={source_of(STEPS)}&step=1&hide=target&lock=gamma&gamma=0.9"
    left = Remembered("x", "", query, query, Progress(answers={0: "2"}).written)
    at = opened(lesson=source_of(STEPS))
    at.button(key="task_leave").click().run()
    session(at).begin_anew(*left.link)  # as the page does first, when its tab has told
    come_back_to_lesson_in(at, left)
    assert playing(at) is None
    link = session(at).link
    assert (link.hidden, link.locked, link.config.gamma) == ((), (), 0.9)


def test_a_lesson_that_was_begun_before_the_tab_has_told_where_it_was_is_played() -> None:
    query = f"lesson={source_of(STEPS)}&step=1&gamma=0.9"
    at = opened("pages/learn.py", lesson=source_of(STEPS), section="lessons")
    at.button(key=f"begin_{NAMES[0]}").click().run()
    begun = session(at).link
    left = Remembered("x", "", query, query, Progress(answers={0: "2"}).written)
    session(at).begin_anew(*left.link)
    come_back_to_lesson_in(at, left)
    assert (playing(at).source, session(at).link) == (NAMES[0], begun)


def test_another_lesson_in_the_same_tab_has_none_of_the_answers_of_the_one_before() -> None:
    had = f"lesson={source_of(STEPS)}&step=1"
    at = opened(lesson=NAMES[1])
    left = Remembered("x", "", f"lesson={NAMES[1]}", had, Progress(answers={0: "2"}).written)
    come_back_to_lesson_in(at, left)
    assert (playing(at).source, playing(at).progress) == (NAMES[1], Progress())


def come_back_to_lesson_in(at: AppTest, left: Remembered) -> None:
    """As the browser's message has it done: `AppTest` has no component's messages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.lessons.playing.st.session_state", at.session_state)
        come_back_to_lesson(session(at), left)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("lesson", "no-such", "There is no lesson"),
        ("lesson", "z.AAAA", "not complete"),
        ("room", "NOSUCH", "There is no room"),
    ],
)
def test_a_link_without_a_lesson_says_so_and_opens_the_page(
    name: str, value: str, words: str
) -> None:
    at = opened(**{name: value}, gamma="0.9")
    assert words in at.warning[0].value
    assert session(at).config.gamma == 0.9


def test_a_task_in_a_link_is_a_lesson_of_one_step() -> None:
    at = opened(task="Look.", gamma="0.9")
    assert playing(at).lesson == of_link(session(at).link)
    assert "Look." in shown(at)
    assert not [button for button in at.button if button.key == "task_next"]


def test_a_lesson_that_is_played_follows_the_language_with_what_was_answered() -> None:
    at = opened(lesson="two-networks")
    at.radio(key="task_0_choice").set_value(1).run()
    at.button(key="task_0_give").click().run()
    english = playing(at).lesson.title
    playing(at).speak("zh")
    assert playing(at).lesson.title != english
    assert playing(at).progress.answers == {0: "1"}


def test_where_a_lesson_is_gone_nothing_stays_hidden() -> None:
    at = opened(room="NOSUCH", step="2", hide="target", lock="gamma")
    assert (session(at).link.hidden, session(at).link.locked) == ((), ())
