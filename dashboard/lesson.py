"""A link for a lesson: a teacher chooses which controls are hidden and which are locked."""

from dataclasses import replace

import streamlit as st

from dashboard.address import absolute
from dashboard.links import CONTROLS, GROUPS, MOST_TASK, Link
from dqn_core import HYPERPARAMETERS


def lesson_dialog(link: Link) -> None:
    """A task, two choices and the link that follows from them."""
    names = [*GROUPS, *CONTROLS]
    st.markdown("Whoever opens the link begins with the values that the controls show now.")
    task = st.text_area(
        "Task",
        link.task,
        key="lesson_task",
        max_chars=MOST_TASK,
        height=80,
        placeholder="What is to be found out, for example: lower γ at step 10,000. What happens "
        "to the ceiling of the Q-values, and why?",
        help="Shown above the time controls.",
    )
    hidden = st.multiselect(
        "Hidden",
        names,
        [name for name in names if name in link.hidden],
        format_func=control_name,
        key="lesson_hide",
        placeholder="Controls or whole groups",
        help="Not shown; their values apply all the same.",
    )
    locked = st.multiselect(
        "Locked",
        names,
        [name for name in names if name in link.locked],
        format_func=control_name,
        key="lesson_lock",
        placeholder="Controls or whole groups",
        help="Shown, but nobody can move them.",
    )
    lesson = replace(link, hidden=tuple(hidden), locked=tuple(locked), task=task.strip())
    st.markdown("**Link**")
    st.code(absolute(lesson, st.context.url), language=None, wrap_lines=True)


def control_name(name: str) -> str:
    """A control or a group as the page calls it."""
    if name in GROUPS:
        return f"All of “{name}”"
    if name not in HYPERPARAMETERS:
        return {"preset": "Preset", "members": "Seeds side by side"}[name]
    declared = HYPERPARAMETERS[name]
    symbol = "" if declared.symbol in declared.label else f" {declared.symbol}"
    return f"{declared.label}{symbol}"
