"""Controls made from the configuration: one for each hyperparameter, in the order of the loop."""

import math
from functools import partial
from typing import Any, Literal

import streamlit as st

from dashboard.exchange import exchange_buttons, open_dialog
from dashboard.links import MOST_MEMBERS
from dashboard.run import show
from dashboard.session import Session
from dashboard.widgets import on_change, shown
from dqn_core import HYPERPARAMETERS, PRESETS
from dqn_core.environments import known_environments
from dqn_core.hyperparameter import Hyperparameter, Value

GROUP_SYMBOLS = {
    "Environment": ":material/sports_esports:",
    "Explore": ":material/explore:",
    "Remember": ":material/database:",
    "Learn": ":material/school:",
    "Target": ":material/adjust:",
    "Network": ":material/hub:",
    "Budget": ":material/timer:",
}
APPLIES_MARKS = {
    "now": "",
    "next episode": " :gray[:material/update:]",
    "restart": " :gray[:material/restart_alt:]",
}
DIFFERS_MARK = " :orange[●]"
LOCK_MARK = " :gray[:material/lock:]"
NUMBER_WIDTH = 96
FIELD_WIDTH = 136
FIELD_LETTERS = 12
"""A longer choice takes a line of its own."""

POWERS_OF_TWO = ("batch_size", "hidden_dim")
NEAR_ONE = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 1.0)
"""Discounts worth trying: what matters is the distance from 1."""


def sidebar(session: Session) -> None:
    """All controls of the session, in the sidebar."""
    hidden = session.link.hidden_controls
    with st.sidebar:
        exchange_buttons()
        if "preset" not in hidden:
            _preset(session)
        for group, symbol in GROUP_SYMBOLS.items():
            declared = [
                h for h in HYPERPARAMETERS.values() if h.group == group and h.name not in hidden
            ]
            if declared or (group == "Environment" and "members" not in hidden):
                _group(session, group, symbol, declared)
        st.caption(
            f"A change applies at once, at the next episode{APPLIES_MARKS['next episode']} or "
            f"at a reset{APPLIES_MARKS['restart']}.{DIFFERS_MARK} is not the preset's value."
        )
    open_dialog(session)


def _preset(session: Session) -> None:
    """The preset, how much of it was changed, and the way back to it."""
    locked = "preset" in session.link.fixed_controls
    key = shown("control_preset", session.preset)
    with st.container(horizontal=True, wrap=False, vertical_alignment="bottom", gap="xsmall"):
        st.selectbox(
            f"Preset{LOCK_MARK}" if locked else "Preset",
            list(PRESETS),
            list(PRESETS).index(session.preset),
            key=key,
            format_func=lambda name: PRESETS[name].label,
            help="Fills every control but the seed. "
            + " ".join(f"{p.label}: {p.description}" for p in PRESETS.values()),
            on_change=on_change(key, session.choose_preset),
            disabled=locked,
        )
        changed = len(session.link.differences.keys() - session.link.fixed_controls)
        if changed:
            values = "1 value" if changed == 1 else f"{changed} values"
            st.button(
                str(changed),
                key="back_all",
                icon=":material/undo:",
                type="tertiary",
                help=f"Put {values} back to the preset",
                on_click=session.choose_preset,
                args=(session.preset,),
            )
    _refusal(session, "preset")


def _group(session: Session, group: str, symbol: str, declared: list[Hyperparameter]) -> None:
    """The controls of one group; the rarer ones are folded away, the title says if they differ."""
    rare = [h for h in declared if h.rare]
    differing = sum(h.name in session.link.differences for h in rare)
    mark = f" :small[·{DIFFERS_MARK} {differing} changed under More]" if differing else ""
    st.markdown(f"{symbol} **{group}**{mark}")
    for hyperparameter in declared:
        if not hyperparameter.rare:
            _control(session, hyperparameter)
    if group == "Environment" and "members" not in session.link.hidden_controls:
        _members(session)
    if rare:
        # Only drawn when open: what is folded away would be worked over at each refresh as well.
        more = st.expander("More", key=f"more_{group}", type="compact", on_change="rerun")
        if more.open:
            with more:
                for hyperparameter in rare:
                    _control(session, hyperparameter)


def _members(session: Session) -> None:
    """How many agents train side by side."""
    locked = "members" in session.link.fixed_controls
    key = shown("control_members", session.members)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
        st.markdown(
            f":small[Seeds side by side{LOCK_MARK if locked else APPLIES_MARKS['restart']}]",
            help="How many agents train side by side, with consecutive seeds: the curve then "
            "shows the interquartile mean and its interval. "
            f"Range: 1 to {MOST_MEMBERS}. A change applies: restart.",
            width="stretch",
        )
        st.number_input(
            "Seeds side by side",
            1,
            MOST_MEMBERS,
            session.members,
            key=key,
            on_change=on_change(key, session.set_members),
            disabled=locked,
            label_visibility="collapsed",
            width=NUMBER_WIDTH,
        )
    _refusal(session, "members")


def _control(session: Session, hyperparameter: Hyperparameter) -> None:
    """One hyperparameter: its name, the way back to the preset, widgets, why it was refused."""
    name = hyperparameter.name
    locked = name in session.link.fixed_controls
    value, preset_value = getattr(session.config, name), getattr(session.baseline, name)
    differs = name in session.link.differences
    label = _label(hyperparameter, locked, differs)
    help_text = _escape(hyperparameter.help)
    options = _options(session, hyperparameter, "control", locked)
    picks = _picks(hyperparameter, value, preset_value)
    # One row each, and a label that is the widget's own where it stands above: the browser goes
    # through every element and every container of the page several times a refresh.
    above = bool(picks) or hyperparameter.scale == "text" or _is_wide(hyperparameter)
    if above:
        options |= {"label_visibility": "visible", "help": help_text}
    with st.container(
        horizontal=True,
        wrap=False,
        vertical_alignment="bottom" if above else "center",
        gap="small" if picks else "xsmall",
        key=f"row_{name}",
    ):
        if picks:
            st.select_slider(label, picks, value, format_func=_exactly, **options)
        elif above:
            _widget(hyperparameter, label, value, options)
        else:
            st.markdown(f":small[{label}]", help=help_text, width="stretch")
        if differs and not locked:
            st.button(
                "",
                key=f"back_{name}",
                icon=":material/undo:",
                type="tertiary",
                help=f"Back to the preset's {show(preset_value)}",
                on_click=session.set,
                args=(name, preset_value),
            )
        if picks:
            _number_box(hyperparameter, value, _options(session, hyperparameter, "exact", locked))
        elif not above:
            _widget(hyperparameter, hyperparameter.label, value, options)
    _refusal(session, name)


def _label(hyperparameter: Hyperparameter, locked: bool, differs: bool) -> str:
    label, symbol = hyperparameter.label, hyperparameter.symbol
    if symbol and symbol not in label:
        label = f"{label} {symbol}"
    mark = LOCK_MARK if locked else APPLIES_MARKS[hyperparameter.applies]
    return f"{label}{mark}{DIFFERS_MARK if differs else ''}"


def _refusal(session: Session, name: str) -> None:
    """The sentence of a value that was not taken, beside its control."""
    if session.refused == name:
        st.error(session.problem, icon=":material/error:")


def _widget(
    hyperparameter: Hyperparameter, label: str, value: Any, options: dict[str, Any]
) -> None:
    """The one widget that suits the hyperparameter's scale."""
    match hyperparameter.scale:
        case "switch":
            st.toggle(label, value, **options)
        case "text":
            known = _environments(value)
            st.selectbox(label, known, known.index(value), accept_new_options=True, **options)
        case "choice":
            choices = hyperparameter.choices
            place = choices.index(value)
            width: Literal["stretch"] | int = "stretch" if _is_wide(hyperparameter) else FIELD_WIDTH
            st.selectbox(label, choices, place, format_func=show, width=width, **options)
        case _:
            _number_box(hyperparameter, value, options)


def _is_wide(hyperparameter: Hyperparameter) -> bool:
    return any(len(show(choice)) > FIELD_LETTERS for choice in hyperparameter.choices)


def _options(
    session: Session, hyperparameter: Hyperparameter, prefix: str, locked: bool
) -> dict[str, Any]:
    """What all widgets have in common."""
    key = shown(f"{prefix}_{hyperparameter.name}", getattr(session.config, hyperparameter.name))
    return {
        "key": key,
        "on_change": on_change(key, partial(_set, session, hyperparameter.name)),
        "disabled": locked,
        "label_visibility": "collapsed",
    }


def _number_box(hyperparameter: Hyperparameter, value: Any, options: dict[str, Any]) -> None:
    """A box without bounds: what is out of range reaches the session, whose refusal says why."""
    label = f"{hyperparameter.label}, exact value"
    if hyperparameter.kind is int:
        st.number_input(label, value=value, step=1, width=NUMBER_WIDTH, **options)
    else:
        log = hyperparameter.scale == "log"
        step = float(hyperparameter.default) / 10 if log else 0.001
        st.number_input(label, value=value, step=step, format="%g", width=NUMBER_WIDTH, **options)


def _set(session: Session, name: str, value: Value) -> None:
    if isinstance(value, float):
        value = float(f"{value:.12g}")  # 0.1 + 0.2 of the box's arrows is 0.3
    session.set(name, value)


def _environments(current: str) -> list[str]:
    known = _known_environments()
    return known if current in known else [current, *known]


@st.cache_data(show_spinner=False)
def _known_environments() -> list[str]:
    return known_environments()


def _picks(hyperparameter: Hyperparameter, *needed: Value) -> list[Value]:
    """The values a slider offers, ``needed`` among them; none where a box alone is better."""
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
    return sorted({kind(step) for step in steps if low <= step <= high} | {*needed})


def _exactly(value: Value) -> str:
    """A value as a slider shows it; a slider tells its values apart by these words."""
    short = show(value)
    return repr(value) if isinstance(value, float) and float(short) != value else short


def _escape(text: str) -> str:
    """Markdown takes a dollar sign and an asterisk for markup."""
    return text.replace("$", r"\$").replace("*", r"\*")
