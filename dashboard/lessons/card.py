"""A step as a student sees it: text, question, check, and the way to the next one."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard.lessons.check import read_number
from dashboard.lessons.lesson import Choices, Lesson, Question
from dashboard.lessons.progress import LONGEST_ANSWER, Progress
from dashboard.lessons.words import answer_words
from dashboard.web.buttons import button, quiet_button
from dashboard.web.keys import widget_values
from dashboard.web.language import _, together
from dashboard.web.markup import formatted, plain
from dashboard.web.static_files import ASSETS

STYLE = ASSETS / "lesson" / "lesson.css"


def step_card(
    lesson: Lesson,
    progress: Progress,
    key: str,
    go: Callable[[int], None],
    check: Callable[[], None],
    leave: Callable[[], None] | None = None,
) -> None:
    """The step where the student is; ``go`` is called with another one, ``check`` draws the
    check's state, ``leave`` ends the lesson where that is offered, ``key`` begins the keys of its
    widgets."""
    at = progress.at
    step = lesson.steps[at]
    st.html(STYLE)
    with st.container(key=f"{key}_card", border=True, gap="small"):
        if head := _head(lesson, at):
            st.markdown(head)
        # Beside each other they leave room for the curves.
        places = st.columns([3, 2], gap="medium") if step.question else [st.container()]
        with places[0]:
            if step.text:
                with st.container(key=key):
                    st.markdown(formatted(step.text))
            if step.check:
                check()
        if step.question:
            with places[-1]:
                _question(step.question, progress, f"{key}_{at}")
        go_on = partial(_go_on, step.question, progress, f"{key}_{at}", go)
        _ways(lesson, at, key, go, go_on, leave)


def _head(lesson: Lesson, at: int) -> str:
    """The titles of step and lesson, and the place in it; "" in a lesson that is only a task."""
    step = lesson.steps[at]
    where = ""
    if len(lesson.steps) > 1:
        where = _("step {at} of {count}", at=at + 1, count=len(lesson.steps))
    parts = [f"**{plain(step.title)}**" if step.title else "", plain(lesson.title), where]
    return " · ".join(filter(None, parts))


def _question(question: Question, progress: Progress, key: str) -> None:
    """The question; once it is answered, whether that was right, and why."""
    at = progress.at
    given = progress.answers.get(at)
    with st.container(key=f"{key}_question"):
        st.markdown(formatted(question.text))
    field = _field_key(question, key)
    # One that was typed in when it was sent would go on showing what it had before.
    typed = _field(question, progress, field if given is None else f"{field}_given")
    if given is None:
        answer = _usable(question, typed)
        with st.container(horizontal=True, vertical_alignment="center"):
            button(
                _("Answer"),
                f"{key}_give",
                act=partial(_give, question, progress, at, field),
                disabled=not answer,
            )
            if typed and not answer:
                st.caption(_("Type a number, such as 22, or leave the field empty."))
    else:
        _outcome(question, given)


def _field_key(question: Question, key: str) -> str:
    return f"{key}_choice" if isinstance(question.answers, Choices) else f"{key}_number"


def _go_on(
    question: Question | None, progress: Progress, key: str, go: Callable[[int], None]
) -> None:
    """To the next step; an answer that was not sent is sent first, and its outcome is read here."""
    at = progress.at
    if question and at not in progress.answers:
        field = _field_key(question, key)
        if widget_values().get(field) not in (None, ""):
            _give(question, progress, at, field)
            return
    go(at + 1)


def _give(question: Question, progress: Progress, at: int, field: str) -> None:
    """Answer with what the field has by now: a number is often typed just before the click."""
    typed = widget_values()[field]
    if answer := _usable(question, None if typed is None else str(typed)):
        progress.answers[at] = answer
        progress.typed.pop(at, None)


def _keep(progress: Progress, at: int, field: str) -> None:
    """Remember what is typed and not sent: the field itself forgets it with the next step."""
    typed = widget_values()[field]
    progress.typed[at] = "" if typed is None else str(typed)[:LONGEST_ANSWER]


def _field(question: Question, progress: Progress, key: str) -> str | None:
    """Where one answers."""
    at = progress.at
    given = progress.answers.get(at)
    has = progress.typed.get(at, "") if given is None else given
    keep = partial(_keep, progress, at, key)
    if isinstance(question.answers, Choices):
        labels = question.answers.labels
        chosen: int | None = st.radio(
            _("Answer"),
            range(len(labels)),
            index=int(has) if has else None,
            format_func=lambda place: formatted(labels[place]).strip(),
            key=key,
            on_change=keep,
            label_visibility="collapsed",
            disabled=given is not None,
        )
        return None if chosen is None else str(chosen)
    typed: str = st.text_input(
        _("Answer"),
        has,
        key=key,
        on_change=keep,
        label_visibility="collapsed",
        placeholder=_("a number"),
        disabled=given is not None,
        width=160,
    )
    return typed


def _usable(question: Question, typed: str | None) -> str:
    """The answer as it is kept; "" if what was typed can be none."""
    if not typed or isinstance(question.answers, Choices):
        return typed or ""
    value = read_number(typed)
    return "" if value is None else f"{value:.12g}"


def _outcome(question: Question, given: str) -> None:
    because = formatted(question.because)
    if question.answers.is_right(given):
        st.success(together(_("Right."), because), icon=":material/check:")
    else:
        right = formatted(answer_words(question.answers)).strip()
        words = _("Not so. The right answer: {answer}", answer=right)
        st.warning(f"{words}\n\n{because}".strip(), icon=":material/close:")


def _ways(
    lesson: Lesson,
    at: int,
    key: str,
    go: Callable[[int], None],
    go_on: Callable[[], None],
    leave: Callable[[], None] | None,
) -> None:
    """To the other steps, and out of the lesson."""
    last = len(lesson.steps) - 1
    if not last and not leave:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_ways"):
        button(_("Back"), f"{key}_back", "arrow_back", partial(go, at - 1), disabled=at == 0)
        button(_("Next"), f"{key}_next", "arrow_forward", go_on, disabled=at == last)
        if leave:
            quiet_button(_("Leave the lesson"), f"{key}_leave", "logout", leave)
