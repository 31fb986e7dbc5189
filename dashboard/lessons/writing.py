"""A lesson as its file, which `read_lesson` reads back."""

from urllib.parse import parse_qsl

from dashboard.lessons.check import written_check
from dashboard.lessons.lesson import Choices, Lesson, Question, Step


def written_lesson(lesson: Lesson) -> str:
    """The text of the file."""
    head = [f"# {lesson.title}"]
    head += [f"minutes: {lesson.minutes}"] if lesson.minutes else []
    head += ["", lesson.about] if lesson.about else []
    parts = ["\n".join(head)]
    before: Step | None = None
    for step in lesson.steps:
        parts.append(_step(step, before))
        before = step
    return "\n\n".join(parts) + "\n"


def written_body(step: Step) -> str:
    """What stands in a step below its state: text, question, check."""
    parts = [step.text] if step.text else []
    parts += [_question(step.question)] if step.question else []
    parts += [f"check: {written_check(step.check)}"] if step.check else []
    return "\n\n".join(parts)


def _step(step: Step, before: Step | None) -> str:
    head = [f"## {step.title}", *_state(step, before)]
    return "\n".join(head) + f"\n\n{written_body(step)}"


def _state(step: Step, before: Step | None) -> list[str]:
    if step.begins or before is None:
        return [f"{name}: {value}" for name, value in parse_qsl(step.link.query)]
    looks = (
        ("hide", step.link.hidden, before.link.hidden),
        ("lock", step.link.locked, before.link.locked),
    )
    return [f"{name}: {','.join(own)}".rstrip() for name, own, kept in looks if own != kept]


def _question(question: Question) -> str:
    lines = [f"question: {question.text}"]
    if isinstance(question.answers, Choices):
        lines += [
            f"({'x' if place == question.answers.right else ' '}) {label}"
            for place, label in enumerate(question.answers.labels)
        ]
    else:
        value, margin = question.answers.value, question.answers.margin
        lines.append(f"answer: {value:.12g}" + (f" ± {margin:.12g}" if margin else ""))
    if question.because:
        lines.append(f"because: {question.because}")
    return "\n".join(lines)
