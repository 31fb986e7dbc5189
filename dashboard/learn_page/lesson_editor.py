"""A lesson in the making: one of its steps in fields, beside it as a student will see it."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard.learn_page.lessons_state import LessonsState
from dashboard.lessons.card import step_card
from dashboard.lessons.draft import Draft
from dashboard.lessons.lesson import LONGEST_TITLE, MOST_MINUTES, MOST_STEPS, Lesson
from dashboard.lessons.playing import play
from dashboard.lessons.progress import Progress, is_answer, may_be_typed
from dashboard.lessons.reading import Fault
from dashboard.lessons.rooms import rooms
from dashboard.lessons.source import MOST_SHARED, source_of
from dashboard.lessons.words import check_words, fault_words
from dashboard.lessons.writing import written_lesson
from dashboard.session.address import LESSON
from dashboard.session.control_names import control_name
from dashboard.session.links import CONTROLS, GROUPS
from dashboard.session.session import Session
from dashboard.session.sharing import share_query, show_qr_code
from dashboard.session.words import named_value
from dashboard.web.buttons import button, download_button, quiet_button
from dashboard.web.keys import widget_values
from dashboard.web.language import _, together
from dashboard.web.markup import plain
from dashboard.web.notices import tell_errors
from dashboard.web.widgets import worded_key
from dqn_core.base.errors import LabError
from dqn_core.base.phrases import Phrase

BODY = Phrase(
    "The text of the step, with **bold**, *italic*, lists and $formulas$.\n\n"
    "question: What do you expect?\n( ) This.\n(x) That.\nbecause: …\n\n"
    "check: greedy return >= 475 within 20,000 steps"
)
"""What an empty step says of the form of one."""


def lesson_editor(session: Session, state: LessonsState, draft: Draft) -> None:
    """The fields, the preview, what is wrong, and the ways to give the lesson away."""
    fields, preview = st.columns(2)
    key = f"draft{state.version}"
    with fields:
        _whole(draft, key)
        _steps(draft)
        _step(session, draft, f"{key}_{len(draft.steps)}_{draft.at}")
    lesson, faults = draft.read()
    with preview:
        st.markdown(f"**{_('As a student sees it')}**")
        if lesson:
            _preview(lesson, draft, state.tried)
        _tell(faults)
        if lesson:
            _give_away(session, state, lesson)
    quiet_button(_("Back to the list"), "to_lessons", act=state.show_list)


def _whole(draft: Draft, key: str) -> None:
    """What is said of the lesson as a whole."""
    with st.container(horizontal=True):
        title, minutes = f"{key}_title", f"{key}_minutes"
        st.text_input(
            _("Title of the lesson"),
            draft.title,
            key=title,
            max_chars=LONGEST_TITLE,
            on_change=_set(draft, "title", title),
        )
        st.number_input(
            _("Minutes"),
            0,
            MOST_MINUTES,
            draft.minutes,
            key=minutes,
            width=130,
            on_change=_set(draft, "minutes", minutes),
        )
    about = f"{key}_about"
    st.text_input(
        _("What it is about"), draft.about, key=about, on_change=_set(draft, "about", about)
    )


def _set(target: object, name: str, key: str) -> Callable[[], None]:
    """The callback that puts what a field has into the draft."""
    return lambda: setattr(target, name, widget_values()[key])


def _steps(draft: Draft) -> None:
    """Which step is edited, and what can be done with it."""
    count = len(draft.steps)
    key = worded_key(f"draft_at_{count}_{draft.at}", draft.step.title)
    with st.container(horizontal=True, vertical_alignment="bottom", key="draft_steps"):
        st.selectbox(
            _("Step"),
            range(count),
            draft.at,
            format_func=lambda at: f"{at + 1}. {draft.steps[at].title}",
            key=key,
            on_change=_set(draft, "at", key),
            width=260,
        )
        up, down = partial(draft.move, -1), partial(draft.move, 1)
        quiet_button(_("Add"), "draft_add", "add", draft.add, disabled=count >= MOST_STEPS)
        quiet_button(_("Up"), "draft_up", "arrow_upward", up, disabled=draft.at == 0)
        quiet_button(
            _("Down"), "draft_down", "arrow_downward", down, disabled=draft.at == count - 1
        )
        quiet_button(_("Remove"), "draft_remove", "delete", draft.remove, disabled=count == 1)


def _step(session: Session, draft: Draft, key: str) -> None:
    step = draft.step
    title, body = f"{key}_title", f"{key}_body"
    st.text_input(
        _("Title of the step"),
        step.title,
        key=title,
        max_chars=LONGEST_TITLE,
        on_change=_set(step, "title", title),
    )
    st.text_area(
        _("Text, question and check"),
        step.body,
        key=body,
        height=260,
        placeholder=_(BODY),
        help=_(
            "A question has answers below it: (x) before the right one, ( ) before the others; or "
            "answer: 22 ± 3. The explanation after because: is shown once it is answered. A check "
            "is judged by the page itself, as check: greedy return >= 475 within 20,000 steps."
        ),
        on_change=_set(step, "body", body),
    )
    _state(session, draft, key)
    _kept_from_students(draft, key)


def _state(session: Session, draft: Draft, key: str) -> None:
    """The state of the controls that the step begins with."""
    step = draft.step
    if draft.at:
        st.toggle(
            _("Goes on with the run of the step before"),
            not step.begins,
            key=f"{key}_goes_on",
            on_change=lambda: draft.go_on(widget_values()[f"{key}_goes_on"]),
        )
    if step.begins:
        values = [named_value(name, value) for name, value in step.link.differences.items()]
        st.caption(
            _(
                "Begins a run with {values}.",
                values=plain(", ".join((step.link.config.environment, *values))),
            )
        )
    button(
        _("Take the state of the controls now"),
        "draft_take",
        "tune",
        lambda: draft.take(session.link),
        help=_("The values that the Train page shows at the moment become those of this step."),
    )


def _kept_from_students(draft: Draft, key: str) -> None:
    """Which controls are hidden and locked in the step."""
    hidden, locked = worded_key(f"{key}_hidden"), worded_key(f"{key}_locked")

    def look() -> None:
        values = widget_values()
        draft.look(tuple(values[hidden]), tuple(values[locked]))

    link, names = draft.step.link, [*GROUPS, *CONTROLS]
    for name, label, own, words in (
        (
            hidden,
            _("Hidden"),
            link.hidden,
            _("Students do not see them; the values are still used."),
        ),
        (locked, _("Locked"), link.locked, _("Students see them but cannot change them.")),
    ):
        st.multiselect(
            label,
            names,
            [control for control in names if control in own],
            format_func=control_name,
            key=name,
            placeholder=_("Controls or whole groups"),
            select_all=False,
            help=words,
            on_change=look,
        )


def _preview(lesson: Lesson, draft: Draft, tried: Progress) -> None:
    """The step; an answer that it no longer has, since it was changed, is forgotten."""
    tried.at = draft.at
    for at in [at for at, given in tried.answers.items() if not is_answer(lesson, at, given)]:
        del tried.answers[at]
    for at in [at for at, text in tried.typed.items() if not may_be_typed(lesson, at, text)]:
        del tried.typed[at]
    step = lesson.steps[draft.at]
    check = step.check
    if not (step.title or step.text or step.question or check):
        st.caption(_("Nothing yet: what you write is shown here as soon as the field is left."))
        return

    def show_check() -> None:
        if check:
            words, yet = plain(check_words(check)), _("Not yet.")
            st.markdown(f":material/radio_button_unchecked: **{words}**  \n{yet}")

    step_card(lesson, tried, "draft_view", partial(setattr, draft, "at"), show_check)


def _tell(faults: list[tuple[int, Fault]]) -> None:
    """Each fault with its step and line."""
    tell_errors(
        [
            together(_("Step {step}.", step=step), fault_words(fault)) if step else fault.reason
            for step, fault in faults
        ]
    )


def _give_away(session: Session, state: LessonsState, lesson: Lesson) -> None:
    """As a link if it is short enough, as a file, and in a room."""
    st.subheader(_("Give it away"), anchor=False)
    link, source = lesson.task_link, source_of(lesson)
    if link or len(source) <= MOST_SHARED:
        address = share_query(link.query if link else f"{LESSON}={source}", "learn")
        with st.expander(_("QR code of the link")):
            show_qr_code(address)
    else:
        st.caption(_("The lesson is too long for a link: give the file, or open a room."))
    with st.container(horizontal=True):
        download_button(
            _("Save as a file"),
            written_lesson(lesson),
            "lesson.md",
            "save_lesson",
            mime="text/markdown",
        )
        button(_("Open a room"), "room_draft", "groups", partial(open_room, state, lesson, source))
        if button(_("Try it"), "try_lesson", "play_arrow"):
            play(session, lesson, source)
            st.switch_page("app.py")


def open_room(state: LessonsState, lesson: Lesson, source: str) -> None:
    """A room with that lesson, whose board is shown."""
    try:
        state.show_board(rooms().open(lesson, source))
    except LabError as error:
        state.problem = error.phrase
