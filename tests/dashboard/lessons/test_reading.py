"""Lessons as files: each comes back as it was written, and each fault is told with its line."""

import zlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.lessons.check import Check
from dashboard.lessons.lesson import MOST_CHARACTERS, Choices, Number, Step
from dashboard.lessons.reading import read_lesson
from dashboard.lessons.source import NAMES, lesson_from, ready_lesson, source_of
from dashboard.lessons.writing import written_lesson
from dqn_core.base.errors import ConfigurationError
from tests.dashboard.lessons.small_lessons import lesson

SMALL = """\
# Watch and guess
minutes: 15

What it is about.

## Look
env_id: CartPole-v1
gamma: 0.9
hide: target, members
lock: seed

Press **Start**.

- one
- two

question: How far
does it look?
( ) 1 step
(x) 10 steps
because: 1 / (1 − 0.9).

## Go on
lock:

question: How much?
answer: 1,000 ± 2

check: Greedy return ≥ 475 within 20,000 steps and 10 runs
"""


def faults(text: str) -> list[str]:
    found, wrong = read_lesson(text)
    assert found is None
    return [str(fault) for fault in wrong]


def test_a_file_says_what_each_step_shows_asks_and_checks() -> None:
    read = lesson(SMALL)
    first, second = read.steps
    assert (read.title, read.minutes, read.about) == ("Watch and guess", 15, "What it is about.")
    assert first.text == "Press **Start**.\n\n- one\n- two"
    assert first.link.config.gamma == 0.9
    assert first.link.preset == "auto"
    assert (first.link.hidden, first.link.locked) == (("target", "members"), ("seed",))
    assert first.question
    assert first.question.text == "How far\ndoes it look?"
    assert first.question.answers == Choices(("1 step", "10 steps"), 1)
    assert first.question.because == "1 / (1 − 0.9)."
    assert second.question
    assert second.question.answers == Number(1000, 2)
    assert second.check == Check("greedy return", ">=", 475, 20_000, 10)


def test_a_step_without_values_goes_on_with_the_run_and_what_it_does_not_say_stays_hidden() -> None:
    first, second = lesson(SMALL).steps
    assert first.begins
    assert not second.begins
    assert second.link.config == first.link.config
    assert (second.link.hidden, second.link.locked) == (first.link.hidden, ())
    assert lesson(SMALL).origin(1) == 0


def test_what_is_written_is_read_back() -> None:
    assert lesson(written_lesson(lesson(SMALL))) == lesson(SMALL)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_ready_lesson_is_right_and_survives_the_way_through_a_link(
    name: str, language: str
) -> None:
    ready = ready_lesson(name, language)
    assert ready.minutes in range(15, 46)
    assert any(step.question for step in ready.steps)
    assert any(step.check for step in ready.steps)
    assert lesson_from(source_of(ready), language) == ready


@pytest.mark.parametrize(
    ("instead", "line", "words"),
    [
        (("gamma: 0.9", "gamma: 9"), 8, "gamma"),
        (("gamma: 0.9", "gama: 0.9"), 8, "did you mean gamma?"),
        (("gamma: 0.9", "task: x"), 8, "stands below an empty line"),
        (("lock: seed", "lock: sed"), 10, "did you mean seed?"),
        (("env_id: CartPole-v1", "env_id: os:system"), 7, "os"),
        (("minutes: 15", "minutes: 1e9"), 2, "from 1 to 240"),
        (("# Watch", "Watch"), 1, "begins with its title"),
        (("(x)", "( )"), 17, "which has an (x), not 0"),
        (("( )", "(x)"), 17, "which has an (x), not 2"),
        (("( ) 1 step\n", ""), 17, "2 to 6 answers"),
        (("( ) 1 step", "( ) 10 steps"), 17, "all different"),
        (("answer: 1,000 ± 2", "answer: many"), 27, "'many'"),
        (("answer: 1,000 ± 2", "answer: inf"), 27, "'inf'"),
        (("question: How much?\n", ""), 26, "belongs below a question"),
        (("Greedy return ≥", "Happiness ≥"), 29, "'happiness'"),
        (("≥ 475", "≥ nan"), 29, "'nan'"),
        (("20,000 steps", "20,000 years"), 29, "'20,000 years'"),
        (("20,000 steps", "0 steps"), 29, "'0 steps'"),
        (("check: Greedy", "check: 7 greedy"), 29, "is not understood"),
        (("Press **Start**.", "x" * 3_001), 12, "at most 3,000 characters"),
    ],
)
def test_each_fault_is_one_sentence_with_its_line(
    instead: tuple[str, str], line: int, words: str
) -> None:
    assert instead[0] in SMALL
    first = faults(SMALL.replace(*instead, 1))[0]
    assert first.startswith(f"Line {line}: ")
    assert words in first


def test_a_number_of_thousands_of_digits_is_refused_in_a_sentence() -> None:
    digits = "9" * 5_000
    assert "limit" in faults(f"# A\n## S\ncheck: steps >= 1 within {digits} steps")[0]
    assert "no number" in faults(f"# A\n## S\ncheck: steps >= {digits}")[0]


def test_a_file_without_a_step_with_too_many_or_too_long_is_refused() -> None:
    assert "at least one step" in faults("# A")[0]
    assert "at most 20 steps, not 21" in faults("# A\n" + "## S\n" * 21)[0]
    assert "at most 20,000 characters" in faults("x" * (MOST_CHARACTERS + 1))[0]


@given(st.text(alphabet=st.sampled_from("#: \n()x±=>check:answer:question:because:lock:gamma09")))
@settings(max_examples=200)
def test_no_text_raises_an_error_and_what_is_read_can_be_written(text: str) -> None:
    found, wrong = read_lesson(f"# T\n## S\n\n{text}")
    assert (found is None) == bool(wrong)
    if found:
        assert lesson(written_lesson(found)) == found


@pytest.mark.parametrize("source", ["no-such", "z.", "z.%%%", "z.AAAA", "../../etc/passwd", "z.é"])
def test_a_link_without_a_lesson_in_it_is_refused_in_one_sentence(source: str) -> None:
    with pytest.raises(ConfigurationError, match="lesson"):
        lesson_from(source, "en")


def test_a_link_that_would_be_unpacked_to_gigabytes_is_refused_before_it_is() -> None:
    bomb = zlib.compress(b"# A\n" + bytes(50_000_000), 9)
    with pytest.raises(ConfigurationError, match="at most 20,000 characters"):
        lesson_from("z." + urlsafe_b64encode(bomb).decode().rstrip("="), "en")


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_in_chinese_has_the_same_steps_answers_and_checks(name: str) -> None:
    english, chinese = ready_lesson(name, "en"), ready_lesson(name, "zh")
    assert chinese.title != english.title
    assert (chinese.minutes, len(chinese.steps)) == (english.minutes, len(english.steps))
    for one, other in zip(english.steps, chinese.steps, strict=True):
        assert other.title != one.title
        assert (other.link, other.begins, other.check) == (one.link, one.begins, one.check)
        assert _key(one) == _key(other)


def _key(step: Step) -> object:
    """What is right, in whatever language."""
    if step.question is None:
        return None
    answers = step.question.answers
    return (len(answers.labels), answers.right) if isinstance(answers, Choices) else answers
