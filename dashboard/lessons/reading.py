"""A lesson's file, read: every fault is one sentence with its line.

The format is in `docs/lessons.md`. A ``#`` line has the title, and a ``##`` line begins each step.
Below it stands the state of the controls: a link's parameters, one a line. Then comes simple
Markdown; a line with ``question:``, ``answer:``, ``because:`` or ``check:`` begins that part.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from dashboard.lessons.check import Check, read_check, read_number
from dashboard.lessons.lesson import (
    LONGEST_LINE,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_CHARACTERS,
    MOST_CHOICES,
    MOST_MINUTES,
    MOST_STEPS,
    Answers,
    Choices,
    Lesson,
    Number,
    Question,
    Step,
)
from dashboard.session.links import Link
from dashboard.session.reading import read_all
from dashboard.web.markup import in_lines, one_line
from dqn_core.base.errors import ConfigurationError, excerpt
from dqn_core.base.phrases import Phrase
from dqn_core.presets import AUTO

_LOOKS = ("hide", "lock")
"""Parameters for which no new run has to begin."""

_HEADING = re.compile(r"(#{1,2})(?:\s+(.*))?")
_SETTING = re.compile(r"([a-z][a-z_]*)\s*:\s*(.*)")
_KEYWORD = re.compile(r"(question|answer|because|check)\s*[:：]\s*(.*)", re.IGNORECASE)
_CHOICE = re.compile(r"[(（]\s*([x×]?)\s*[)）]\s*(.*)", re.IGNORECASE)
_MARGIN = re.compile(r"(.+?)\s*(?:±|\+-|\+/-)\s*(.+)")


@dataclass(frozen=True)
class Fault:
    """What is wrong in a line, counted from 1."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}"


class Faults(list[Fault]):
    """What was found wrong so far."""

    def add(self, line: int, reason: Phrase) -> None:
        """Note that something is wrong in this line."""
        self.append(Fault(line, reason))


Lines = list[tuple[int, str]]
"""With their numbers."""


def read_lesson(text: str) -> tuple[Lesson | None, list[Fault]]:
    """The lesson, or what is wrong with the file: a lesson with any fault is none."""
    if len(text) > MOST_CHARACTERS:
        return None, [Fault(1, _too_long(Phrase("A lesson"), len(text), MOST_CHARACTERS))]
    faults = Faults()
    sections = list(_sections(text))
    title, head = sections[0][1], sections[0][2]
    if not title:
        faults.add(1, Phrase("A lesson begins with its title, as # Watch and guess."))
    minutes, about = _head(head, faults)
    steps: list[Step] = []
    for line, name, lines in sections[1 : MOST_STEPS + 1]:
        before = steps[-1] if steps else None
        steps.append(read_step(line, name, lines, before, faults))
    if not steps:
        faults.add(1, Phrase("A lesson has at least one step, which begins as ## First step."))
    elif len(sections) > MOST_STEPS + 1:
        line = sections[MOST_STEPS + 1][0]
        faults.add(
            line,
            Phrase(
                "A lesson has at most {most} steps, not {count}.",
                most=MOST_STEPS,
                count=len(sections) - 1,
            ),
        )
    title = _short(title, LONGEST_TITLE, Phrase("A title"), 1, faults)
    if faults:
        return None, sorted(faults, key=lambda fault: fault.line)
    return Lesson(title, tuple(steps), minutes, about), []


def _sections(text: str) -> Iterator[tuple[int, str, Lines]]:
    """The head with the lesson's title, then each step: line, title, and the lines below."""
    line, title, lines = 1, "", Lines()
    is_head = True
    for number, content in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        heading = _HEADING.fullmatch(content.rstrip())
        if heading and heading[1] == "##":
            yield line, title, lines
            line, title, lines, is_head = number, one_line(heading[2] or ""), Lines(), False
        elif heading and is_head and not title:
            title = one_line(heading[2] or "")
        else:
            lines.append((number, content.strip()))
    yield line, title, lines


def _head(lines: Lines, faults: Faults) -> tuple[int, str]:
    """How many minutes a lesson takes, and what it is about."""
    minutes, rest = 0, Lines()
    for line, content in lines:
        found = re.fullmatch(r"minutes\s*[:：]\s*(.*)", content, re.IGNORECASE)
        if not found:
            rest.append((line, content))
            continue
        given = read_number(found[1]) or 0
        if not 1 <= given <= MOST_MINUTES or given != int(given):
            faults.add(
                line,
                Phrase(
                    "minutes is a whole number from 1 to {most}, not {given!r}.",
                    most=MOST_MINUTES,
                    given=excerpt(found[1]),
                ),
            )
        else:
            minutes = int(given)
    return minutes, _text(rest, faults)


def read_step(line: int, title: str, lines: Lines, before: Step | None, faults: Faults) -> Step:
    """The step of these ``lines`` below its heading in ``line``; what is wrong goes to ``faults``.

    One that sets no value goes on with the run of the step ``before``, if there is one.
    """
    settings, body = _settings(lines)
    link, begins = _state(line, settings, before, faults)
    text, question, check = read_body(body, faults)
    title = _short(title, LONGEST_TITLE, Phrase("A title"), line, faults)
    return Step(title, text, link, begins, question, check)


def _settings(lines: Lines) -> tuple[list[tuple[int, str, str]], Lines]:
    """The parameters directly below a heading, and the lines after them."""
    settings: list[tuple[int, str, str]] = []
    for position, (line, content) in enumerate(lines):
        found = _SETTING.fullmatch(content)
        if not found or _KEYWORD.fullmatch(content):
            return settings, lines[position:]
        settings.append((line, found[1], found[2]))
    return settings, []


def _state(
    line: int,
    settings: Sequence[tuple[int, str, str]],
    before: Step | None,
    faults: Faults,
) -> tuple[Link, bool]:
    """The state that the parameters name, and whether a run begins with it."""
    given: dict[str, list[str]] = {}
    places: dict[str, int] = {}
    for place, name, value in settings:
        places[name] = place
        given.setdefault(name, []).append(value)
    begins = before is None or any(name not in _LOOKS for name in given)
    if given.pop("task", None):
        faults.add(places["task"], Phrase("The text of a step stands below an empty line."))
    link, problems = read_all(({"preset": [AUTO]} if begins else {}) | given)
    for problem in problems:
        own = [places[name] for name in problem.names if name in places]
        faults.add(own[0] if own else line, problem.reason)
    if begins or before is None:
        return link, True
    kept = before.link
    hidden = link.hidden if "hide" in given else kept.hidden
    locked = link.locked if "lock" in given else kept.locked
    return replace(kept, hidden=hidden, locked=locked), False


def read_body(lines: Lines, faults: Faults) -> tuple[str, Question | None, Check | None]:
    """What stands in a step: its text, its question, its check."""
    text, parts = Lines(), list[_Part]()
    for line, content in lines:
        keyword, choice = _KEYWORD.fullmatch(content), _CHOICE.fullmatch(content)
        if keyword:
            parts.append(_Part(keyword[1].lower(), line, [(line, keyword[2])]))
        elif choice and parts and parts[-1].is_asking:
            parts[-1].choices.append((line, bool(choice[1]), one_line(choice[2])))
            parts[-1].is_open = False
        elif content and parts and parts[-1].is_open:
            parts[-1].lines.append((line, content))
        else:
            if parts:
                parts[-1].is_open = False
            text.append((line, content))
    question = _question(parts, faults)
    return _text(text, faults), question, _check(parts, faults)


@dataclass
class _Part:
    """What a keyword begins; it is open until an empty line."""

    keyword: str
    line: int
    lines: Lines
    choices: list[tuple[int, bool, str]] = field(default_factory=list)
    is_open: bool = True

    @property
    def is_asking(self) -> bool:
        return self.keyword == "question"

    @property
    def content(self) -> str:
        return in_lines("\n".join(content for _, content in self.lines))


def _question(parts: Sequence[_Part], faults: Faults) -> Question | None:
    asked, answer, because = (
        _only(parts, keyword, faults) for keyword in ("question", "answer", "because")
    )
    if asked is None:
        for part in filter(None, (answer, because)):
            faults.add(
                part.line, Phrase("{keyword}: belongs below a question:", keyword=part.keyword)
            )
        return None
    answers = _answers(asked, answer, faults)
    text = _short(asked.content, LONGEST_LINE, Phrase("A question"), asked.line, faults)
    why = ""
    if because:
        why = _short(because.content, LONGEST_TEXT, Phrase("An explanation"), because.line, faults)
    if not text:
        faults.add(asked.line, Phrase("The question is empty."))
    return Question(text, answers, why) if answers else None


def _answers(asked: _Part, answer: _Part | None, faults: Faults) -> Answers | None:
    if answer and asked.choices:
        faults.add(
            answer.line, Phrase("A question has answers to choose or a number, and not both.")
        )
        return None
    return _number(answer, faults) if answer else _choices(asked, faults)


def _choices(asked: _Part, faults: Faults) -> Choices | None:
    """Two answers or more, of which one is right."""
    right = [place for place, (_, is_right, _) in enumerate(asked.choices) if is_right]
    labels = tuple(label for _, _, label in asked.choices)
    for line, _, label in asked.choices:
        _short(label, LONGEST_LINE, Phrase("An answer"), line, faults)
    problem: Phrase | None = None
    if not labels:
        problem = Phrase(
            "A question has answers below it, as (x) the right one and ( ) a wrong one, or "
            "answer: with a number."
        )
    elif not 2 <= len(labels) <= MOST_CHOICES:
        problem = Phrase(
            "A question has 2 to {most} answers to choose, not {count}.",
            most=MOST_CHOICES,
            count=len(labels),
        )
    elif len(set(labels)) < len(labels) or not all(labels):
        problem = Phrase("The answers of a question are all different, and none is empty.")
    elif len(right) != 1:
        problem = Phrase(
            "One answer of a question is right, which has an (x), not {count}.", count=len(right)
        )
    if problem:
        faults.add(asked.line, problem)
        return None
    return Choices(labels, right[0])


def _number(answer: _Part, faults: Faults) -> Number | None:
    """A number, with or without a margin."""
    found = _MARGIN.fullmatch(answer.content)
    value = read_number(found[1] if found else answer.content)
    margin = read_number(found[2]) if found else 0.0
    if value is None or margin is None or margin < 0:
        reason = Phrase(
            "An answer is a number such as 22 or 22 ± 3, not {given!r}.",
            given=excerpt(answer.content),
        )
        faults.add(answer.line, reason)
        return None
    return Number(value, margin)


def _check(parts: Sequence[_Part], faults: Faults) -> Check | None:
    part = _only(parts, "check", faults)
    if part is None:
        return None
    try:
        return read_check(one_line(part.content))
    except ConfigurationError as error:
        faults.add(part.line, error.phrase)
        return None


def _only(parts: Sequence[_Part], keyword: str, faults: Faults) -> _Part | None:
    """The part of that keyword: a step has one of each at most."""
    own = [part for part in parts if part.keyword == keyword]
    for part in own[1:]:
        faults.add(
            part.line, Phrase("A step has one {keyword}: and no second one.", keyword=keyword)
        )
    return own[0] if own else None


def _text(lines: Lines, faults: Faults) -> str:
    text = in_lines("\n".join(content for _, content in lines))
    first = next((line for line, content in lines if content), 1)
    return _short(text, LONGEST_TEXT, Phrase("A text"), first, faults)


def _short(text: str, most: int, what: Phrase, line: int, faults: Faults) -> str:
    if len(text) > most:
        faults.add(line, _too_long(what, len(text), most))
    return text


def _too_long(what: Phrase, count: int, most: int) -> Phrase:
    return Phrase(
        "{what} has at most {most:,} characters, not {count:,}.", what=what, most=most, count=count
    )
