"""The control of one hyperparameter: its widgets, and what stands below it."""

from collections.abc import Iterable
from functools import cache, partial
from typing import Any

import streamlit as st

from dashboard.session.control_names import control_name
from dashboard.session.environment import choose_arguments, choose_environment
from dashboard.session.race import race_words
from dashboard.session.session import Session
from dashboard.session.words import show
from dashboard.train_page.environment import environment_notes
from dashboard.train_page.grid import Grid
from dashboard.train_page.picks import LAYERS, picks
from dashboard.web.admission import is_own_machine
from dashboard.web.language import _, language, said
from dashboard.web.markup import plain
from dashboard.web.notices import tell_error
from dashboard.web.number_box import number_box
from dashboard.web.widgets import present_key, showing
from dqn_core import HYPERPARAMETERS
from dqn_core.configuration.hyperparameter import Hyperparameter, Value
from dqn_core.environments import known_environments


def control(session: Session, grid: Grid, hyperparameter: Hyperparameter) -> None:
    """One hyperparameter: its widgets, the way back to the preset, why a value was refused."""
    name = hyperparameter.name
    locked = _is_fixed(session, name)
    value, preset_value = getattr(session.config, name), getattr(session.link.baseline, name)
    differs = name in session.link.differences
    grid.next_row()
    if hyperparameter.kind in (int, float):
        _numeric(session, hyperparameter, picks(hyperparameter, value, preset_value))
    elif hyperparameter.scale == "text":
        _text(session, hyperparameter)
    else:
        _choice(session, hyperparameter)
    if differs and not locked:
        words = _(
            "{name}: back to the preset's {value}",
            name=_(hyperparameter.label),
            value=show(preset_value),
        )
        grid.way_back(name, words, partial(session.set, name, preset_value))
    notes(session, grid, name)
    if name == "env_id":
        environment_notes(session, grid)


def _numeric(session: Session, hyperparameter: Hyperparameter, values: list[Value]) -> None:
    """A box, beside a slider where there are values to pick."""
    name, label = hyperparameter.name, control_name(hyperparameter.name)
    options: dict[str, Any] = {"help": _help(hyperparameter)}
    box = f"control_{name}"
    if values:
        st.select_slider(label, values, format_func=_shown, **_options(session, hyperparameter))
        label = _("{name}, exact value", name=_(hyperparameter.label))
        box = f"exact_{name}"
        options = {"label_visibility": "collapsed"}
    number_box(
        label,
        box,
        getattr(session.config, name),
        partial(session.set_typed, name),
        disabled=_is_fixed(session, name),
        **options,
    )


def _choice(session: Session, hyperparameter: Hyperparameter) -> None:
    """A switch, or a list."""
    label, options = control_name(hyperparameter.name), _options(session, hyperparameter)
    if hyperparameter.scale == "switch":
        st.toggle(label, **options)
        return
    value, is_free = options.pop("value"), hyperparameter.scale in ("name", "widths")
    choices = _suggested(hyperparameter, value) if is_free else hyperparameter.choices
    more = {"accept_new_options": True} if is_free else {"format_func": _shown}
    st.selectbox(label, choices, choices.index(value), **more, **options)


def _text(session: Session, hyperparameter: Hyperparameter) -> None:
    """A field for a text. One that was refused stays, to be put right.

    Unlike a box for a number, it lets the browser offer what was typed before: `number_box`.
    """
    name = hyperparameter.name
    own = {"env_kwargs": partial(choose_arguments, session)}
    take = own.get(name, partial(session.set_typed, name))
    box = f"control_{name}"
    typed = st.session_state.get(present_key(box))
    value = typed if session.refused == name and typed else getattr(session.config, name)
    st.text_input(
        control_name(name),
        value,
        disabled=name in session.link.fixed_controls,
        help=_help(hyperparameter),
        **showing(box, value, take),
    )


def notes(session: Session, grid: Grid, name: str) -> None:
    """Below a control: why a value was refused, and what it asks of the run and will not have."""
    if session.refused == name:
        grid.note(
            f"refused_{name}", partial(tell_error, in_labels(said(session.problem), session.named))
        )
    if (race := session.link.race) and race.name == name:
        words = _("A {race}", race=plain(said(race_words(race))))
        grid.note(f"raced_{name}", partial(st.caption, words))
    if never := session.never_due.get(name):
        words = in_labels(said(never.sentence), never.names)
        grid.note(f"never_{name}", partial(st.warning, words, icon=":material/warning:"))


def in_labels(sentence: str, names: Iterable[str]) -> str:
    """A sentence that calls the hyperparameters ``names`` as the page does, by their labels."""
    for name in names:
        label = _(HYPERPARAMETERS[name].label) if name in HYPERPARAMETERS else control_name(name)
        # Once: what it quotes may be the same word.
        sentence = sentence.replace(name, label, 1)
    return sentence


def _is_fixed(session: Session, name: str) -> bool:
    """Whether nobody can move it: a lesson fixes it, or each value of a race is its own."""
    race = session.link.race
    return name in session.link.fixed_controls or (race is not None and race.name == name)


def _options(session: Session, hyperparameter: Hyperparameter) -> dict[str, Any]:
    """What all widgets but number boxes have in common."""
    name = hyperparameter.name
    value = getattr(session.config, name)
    choose = partial(session.set, name)
    if name == "env_id":
        choose = partial(choose_environment, session, may_import=is_own_machine(st.context.headers))
    return {
        "value": value,
        **showing(f"control_{name}", value, choose),
        "disabled": _is_fixed(session, name),
        "help": _help(hyperparameter),
    }


def _suggested(hyperparameter: Hyperparameter, current: str) -> list[str]:
    """The values that a box offers; others can be typed."""
    known = LAYERS if hyperparameter.scale == "widths" else _known_environments()
    return [*known] if current in known else [current, *known]


@cache
def _known_environments() -> tuple[str, ...]:
    return tuple(known_environments())


def _help(hyperparameter: Hyperparameter) -> str:
    """All that is known of it, with the signs of Markdown made plain."""
    return _help_in(language(), hyperparameter.name)


@cache
def _help_in(_language: str, name: str) -> str:
    words = said(HYPERPARAMETERS[name].help)
    return words.replace("$", r"\$").replace("*", r"\*")


def _shown(value: Value) -> str:
    return said(show(value))
