"""A link for a lesson: a teacher chooses which controls are hidden and which are locked."""

from dataclasses import replace

import streamlit as st

from dashboard.session.control_names import control_name
from dashboard.session.links import CONTROLS, GROUPS, MOST_TASK, Link
from dashboard.session.sharing import share_link, show_qr_code
from dashboard.web.language import _
from dashboard.web.markup import in_lines


def lesson_dialog(link: Link) -> None:
    """A task, two choices and the link that follows from them."""
    names = [*GROUPS, *CONTROLS]
    st.markdown(_("The link opens with the values that the controls show now."))
    task = st.text_area(
        _("Task"),
        link.task,
        key="lesson_task",
        max_chars=MOST_TASK,
        height=120,
        placeholder=_(
            "The question for the students, for example: lower γ at step 10,000. What "
            "happens to the ceiling of the Q-values, and why?"
        ),
        help=_(
            "Students see it above the time controls. You can use lines, lists (begin a line with "
            "`1.` or `-`), `**bold**`, `*italic*`, and formulas such as "
            r"`$y = r + \gamma \max_a Q(s', a)$`, with `$$` on both sides a formula gets its own "
            "line. Links, pictures and HTML are shown as text."
        ),
    )
    hidden = st.multiselect(
        _("Hidden"),
        names,
        [name for name in names if name in link.hidden],
        format_func=control_name,
        key="lesson_hide",
        placeholder=_("Controls or whole groups"),
        help=_("Students do not see them; the values are still used."),
    )
    locked = st.multiselect(
        _("Locked"),
        names,
        [name for name in names if name in link.locked],
        format_func=control_name,
        key="lesson_lock",
        placeholder=_("Controls or whole groups"),
        help=_("Students see them but cannot change them."),
    )
    lesson = replace(link, hidden=tuple(hidden), locked=tuple(locked), task=in_lines(task))
    st.markdown(_("**Link** for the students"))
    show_qr_code(share_link(lesson))
    st.caption(
        _("A lesson of several steps, with questions and checks, is made on the Learn page.")
    )
