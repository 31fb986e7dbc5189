"""Controls made from the configuration: one for each hyperparameter, in the order of the loop."""

import math
import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import streamlit as st

from dashboard.exchange import exchange_buttons, open_dialog
from dashboard.lesson import control_name
from dashboard.links import MOST_MEMBERS, Link
from dashboard.run import Status, show
from dashboard.session import Session
from dashboard.widgets import on_change, shown
from dqn_core import HYPERPARAMETERS, PRESETS
from dqn_core.environments import known_environments
from dqn_core.foresight import never_due
from dqn_core.hyperparameter import APPLIES_WORDS, Hyperparameter, Value

GROUP_SYMBOLS = {
    "Environment": ":material/sports_esports:",
    "Explore": ":material/explore:",
    "Remember": ":material/database:",
    "Learn": ":material/school:",
    "Target": ":material/adjust:",
    "Network": ":material/hub:",
    "Budget": ":material/timer:",
}
APPLIES_SYMBOLS: dict[str, str] = {"next episode": "update", "restart": "restart_alt"}
LOCK_SYMBOL = "lock"
DIFFERS_MARK = "●"
POWERS_OF_TWO = ("batch_size", "hidden_dim")
NEAR_ONE = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 1.0)
"""Discounts worth trying: what matters is the distance from 1."""


def sidebar(session: Session) -> None:
    """All controls of the session, in the sidebar.

    They are the cells of one grid, laid out by their keys in `assets/train.css`: a row holds a
    slider and its box, or a widget beside its own label, and the way back to the preset. A
    container for each row would be dear, as the browser goes through every element and every
    container of the page several times a refresh.
    """
    hidden = session.link.hidden_controls
    grid = Grid()
    with st.sidebar:
        exchange_buttons()
        _which_run(session)
        with st.container(key="controls"):
            if "preset" not in hidden:
                _preset(session, grid)
            for group, symbol in GROUP_SYMBOLS.items():
                declared = [
                    h for h in HYPERPARAMETERS.values() if h.group == group and h.name not in hidden
                ]
                if declared or (group == "Environment" and "members" not in hidden):
                    _group(session, grid, group, symbol, declared)
            later = ", ".join(
                f":material/{symbol}: {APPLIES_WORDS[when]}"
                for when, symbol in APPLIES_SYMBOLS.items()
            )
            st.caption(
                f"A change applies at once, {later}. "
                f":orange[{DIFFERS_MARK}] is not the preset's value."
            )
            grid.draw_ways_back()
            st.html(f"<style>{_marks(session.link)} {grid.places()}</style>")
    open_dialog(session)


class Grid:
    """The rows drawn so far, and the ways back that are to stand in them.

    These are drawn after all controls: one that came between two would push those below it from
    their places, and the one in the user's hand would be made anew.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._ways_back: dict[str, tuple[int, str, Callable[[], None]]] = {}

    def next_row(self) -> None:
        self.rows += 1

    def way_back(self, name: str, words: str, go: Callable[[], None]) -> None:
        """At the end of the row that was begun last."""
        self._ways_back[name] = (self.rows, words, go)

    def draw_ways_back(self) -> None:
        for name, (_, words, go) in self._ways_back.items():
            st.button(
                "",
                key=f"back_{name}",
                icon=":material/undo:",
                type="tertiary",
                help=words,
                on_click=go,
            )

    def places(self) -> str:
        """The rows of the ways back, as style rules."""
        rows = ((name, row) for name, (row, *_) in self._ways_back.items())
        return " ".join(f".st-key-back_{name} {{ grid-row: {row}; }}" for name, row in rows)


def _which_run(session: Session) -> None:
    """Whether a value that is changed reaches the run that was begun, or waits for the next one."""
    key = shown("which_run", session.for_next)
    st.segmented_control(
        "The controls are for",
        (False, True),
        default=session.for_next,
        required=True,
        format_func=("this run", "the next run").__getitem__,
        key=key,
        help="This run: a change reaches it at once, and can be undone. The next run: this one "
        "goes on as it is; Reset ends it and begins the next one. Both keep their values.",
        on_change=on_change(key, session.choose_next),
        disabled=session.run.status is Status.READY,
    )


def _preset(session: Session, grid: Grid) -> None:
    """The preset, how much of it was changed, and the way back to it."""
    locked = "preset" in session.link.fixed_controls
    key = shown("control_preset", session.preset)
    changed = len(session.link.differences.keys() - session.link.fixed_controls)
    grid.next_row()
    st.selectbox(
        f"Preset · {changed} changed" if changed else "Preset",
        list(PRESETS),
        list(PRESETS).index(session.preset),
        key=key,
        format_func=lambda name: PRESETS[name].label,
        help="Fills every control but the seed. "
        + " ".join(f"{p.label}: {p.description}" for p in PRESETS.values()),
        on_change=on_change(key, session.choose_preset),
        disabled=locked,
    )
    if changed:
        values = "1 value" if changed == 1 else f"{changed} values"
        words = f"Put {values} back to the preset"
        grid.way_back("all", words, partial(session.choose_preset, session.preset))
    _refusal(session, grid, "preset")


def _group(
    session: Session, grid: Grid, group: str, symbol: str, declared: list[Hyperparameter]
) -> None:
    """The controls of one group; its title shows the rarer ones, in sight of how many differ."""
    unfolded: set[str] = st.session_state.setdefault("unfolded", set())
    rare = [h for h in declared if h.rare]
    grid.next_row()
    if rare:
        differing = sum(h.name in session.link.differences for h in rare)
        more = f"{len(rare)} more" + (f", {differing} changed" if differing else "")
        st.button(
            f"**{group}** · {'fewer' if group in unfolded else more}",
            key=f"more_{group}",
            icon=symbol,
            type="tertiary",
            on_click=unfolded.symmetric_difference_update,
            args=({group},),
        )
    else:
        st.markdown(f"{symbol} **{group}**")
    for hyperparameter in declared:
        if not hyperparameter.rare:
            _control(session, grid, hyperparameter)
    if group == "Environment" and "members" not in session.link.hidden_controls:
        _members(session, grid)
    if group in unfolded:
        for hyperparameter in rare:
            _control(session, grid, hyperparameter)
    else:
        for hyperparameter in rare:
            _never_due(session, grid, hyperparameter.name)


def _members(session: Session, grid: Grid) -> None:
    """How many agents train side by side."""
    locked = "members" in session.link.fixed_controls
    key = shown("control_members", session.members)
    grid.next_row()
    st.number_input(
        control_name("members"),
        1,
        MOST_MEMBERS,
        session.members,
        key=key,
        help="How many agents train side by side, with consecutive seeds: the curve then "
        "shows the interquartile mean and its interval. "
        f"Range: 1 to {MOST_MEMBERS}. A change applies {APPLIES_WORDS['restart']}.",
        on_change=on_change(key, session.set_members),
        disabled=locked,
    )
    _refusal(session, grid, "members")


def _control(session: Session, grid: Grid, hyperparameter: Hyperparameter) -> None:
    """One hyperparameter: its widgets, the way back to the preset, why a value was refused."""
    name = hyperparameter.name
    locked = name in session.link.fixed_controls
    value, preset_value = getattr(session.config, name), getattr(session.baseline, name)
    differs = name in session.link.differences
    label = control_name(name)
    grid.next_row()
    options = _options(session, hyperparameter, "control", locked)
    options["help"] = _escape(hyperparameter.help)
    match hyperparameter.scale:
        case "switch":
            st.toggle(label, value, **options)
        case "text":
            known = _environments(value)
            st.selectbox(label, known, known.index(value), accept_new_options=True, **options)
        case "choice":
            choices = hyperparameter.choices
            st.selectbox(label, choices, choices.index(value), format_func=show, **options)
        case _ if picks := _picks(hyperparameter, value, preset_value):
            st.select_slider(label, picks, value, format_func=show, **options)
            options = _options(session, hyperparameter, "exact", locked)
            options["label_visibility"] = "collapsed"
            _number_box(f"{hyperparameter.label}, exact value", hyperparameter, value, options)
        case _:
            _number_box(label, hyperparameter, value, options)
    if differs and not locked:
        words = f"{hyperparameter.label}: back to the preset's {show(preset_value)}"
        grid.way_back(name, words, partial(session.set, name, preset_value))
    _refusal(session, grid, name)
    _never_due(session, grid, name)


def _marks(link: Link) -> str:
    """Style rules for what stands behind the labels: when a change applies, if a value differs.

    In the labels themselves it would be read out as markup.
    """
    symbols = {
        name: APPLIES_SYMBOLS[h.applies]
        for name, h in HYPERPARAMETERS.items()
        if h.applies in APPLIES_SYMBOLS
    }
    symbols |= {"members": APPLIES_SYMBOLS["restart"]}
    symbols |= dict.fromkeys(link.fixed_controls, LOCK_SYMBOL)
    marks = [(name, "applies", symbol) for name, symbol in symbols.items()]
    marks += [(name, "differs", DIFFERS_MARK) for name in link.differences]
    rules = (
        f'.st-key-control_{name}, [class*="st-key-control_{name}-"] {{ --{kind}: "{mark}"; }}'
        for name, kind, mark in marks
    )
    return " ".join(rules)


def _refusal(session: Session, grid: Grid, name: str) -> None:
    """The sentence of a value that was not taken, below its control."""
    if session.refused == name:
        grid.next_row()
        st.error(in_labels(session.problem), icon=":material/error:")


def _never_due(session: Session, grid: Grid, name: str) -> None:
    """The sentence for what this control asks of the run and will not have, below it."""
    trainer = session.run.trainer
    if sentence := never_due(trainer.config, trainer.spec).get(name):
        grid.next_row()
        st.warning(in_labels(sentence), icon=":material/warning:")


def in_labels(problem: str) -> str:
    """A refusal that names hyperparameters as the page does, by their labels."""

    def label(found: re.Match[str]) -> str:
        return HYPERPARAMETERS[found[0]].label

    # In the middle of a sentence "loss" or "seed" may be just a word.
    names = "|".join(name for name in HYPERPARAMETERS if "_" in name)
    return re.sub(rf"^({'|'.join(HYPERPARAMETERS)})\b|\b({names})\b", label, problem)


def _options(
    session: Session, hyperparameter: Hyperparameter, prefix: str, locked: bool
) -> dict[str, Any]:
    """What all widgets have in common."""
    key = shown(f"{prefix}_{hyperparameter.name}", getattr(session.config, hyperparameter.name))
    return {
        "key": key,
        "on_change": on_change(key, partial(_set, session, hyperparameter.name)),
        "disabled": locked,
    }


def _number_box(
    label: str, hyperparameter: Hyperparameter, value: Any, options: dict[str, Any]
) -> None:
    """A box without bounds: what is out of range reaches the session, whose refusal says why."""
    if hyperparameter.kind is int:
        st.number_input(label, value=value, step=1, **options)
    else:
        log = hyperparameter.scale == "log"
        step = float(hyperparameter.default) / 10 if log else 0.001
        st.number_input(label, value=value, step=step, format="%g", **options)


def _set(session: Session, name: str, value: Value) -> None:
    if isinstance(value, float):
        value = float(f"{value:.12g}")  # 0.1 + 0.2 of the box's arrows is 0.3
    session.set(name, value)


def _environments(current: str) -> list[str]:
    known = _known_environments()
    return known if current in known else [current, *known]


@lru_cache
def _known_environments() -> list[str]:
    return known_environments()


def _picks(hyperparameter: Hyperparameter, *needed: Value) -> list[Value]:
    """The values a slider offers, its ends and ``needed`` among them; none where a box is better.

    A slider tells its values apart by their words: `show` writes no two alike.
    """
    low, high, kind = hyperparameter.low, hyperparameter.high, hyperparameter.kind
    steps: list[float]
    if hyperparameter.name in POWERS_OF_TWO:
        steps = [2.0**e for e in range(math.ceil(math.log2(low)), int(math.log2(high)) + 1)]
    elif hyperparameter.scale == "log":
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        steps = [float(f"{m}e{e}") for e in decades for m in (1, 2, 5)]
    elif hyperparameter.name == "gamma":
        steps = list(NEAR_ONE)
    elif hyperparameter.scale == "linear" and kind is float:
        steps = [low + (high - low) * i / 100 for i in range(101)]
    elif hyperparameter.scale == "linear" and high <= 50:
        steps = [float(step) for step in range(int(low), int(high) + 1)]
    else:
        return []
    between = {kind(step) for step in steps if low < step < high}
    return sorted({kind(low), kind(high)} | between | {*needed})


def _escape(text: str) -> str:
    """Markdown takes a dollar sign and an asterisk for markup."""
    return text.replace("$", r"\$").replace("*", r"\*")
