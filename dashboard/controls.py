"""Controls made from the configuration: one for each hyperparameter, in the order of the loop."""

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.run import show
from dashboard.session import MOST_MEMBERS, Session
from dqn_core import HYPERPARAMETERS, PRESETS
from dqn_core.config import Hyperparameter, Value
from dqn_core.environments import known_environments

GROUP_SYMBOLS = {
    "Explore": ":material/explore:",
    "Remember": ":material/database:",
    "Learn": ":material/school:",
    "Target": ":material/adjust:",
    "Network": ":material/hub:",
    "Budget": ":material/timer:",
}


def sidebar(session: Session) -> None:
    """All controls of the session, in the sidebar."""
    with st.sidebar:
        _experiment(session)
        for group, symbol in GROUP_SYMBOLS.items():
            declared = [h for h in HYPERPARAMETERS.values() if h.group == group]
            st.markdown(f"{symbol} **{group}**")
            for hyperparameter in declared:
                if not hyperparameter.rare:
                    _control(session, hyperparameter)
            rare = [h for h in declared if h.rare]
            if rare:
                with st.expander("More", key=f"more_{group}"):
                    for hyperparameter in rare:
                        _control(session, hyperparameter)


def _experiment(session: Session) -> None:
    """Preset, environment, seed and number of members."""
    st.session_state["control_preset"] = session.preset
    st.selectbox(
        "Preset",
        list(PRESETS),
        key="control_preset",
        format_func=lambda name: PRESETS[name].label,
        help="Fills every control. "
        + " ".join(f"{p.label}: {p.description}" for p in PRESETS.values()),
        on_change=lambda: session.choose_preset(st.session_state["control_preset"]),
    )
    environments = _environments()
    if session.config.env_id not in environments:
        environments = [session.config.env_id, *environments]
    _widget(
        session,
        HYPERPARAMETERS["env_id"],
        lambda label, help_text, key, changed: st.selectbox(
            label,
            environments,
            key=key,
            help=help_text,
            on_change=changed,
            accept_new_options=True,
        ),
    )
    _control(session, HYPERPARAMETERS["max_episode_steps"])
    with st.container(horizontal=True):
        _control(session, HYPERPARAMETERS["seed"])
        st.session_state["control_members"] = session.members
        st.number_input(
            "Seeds side by side",
            1,
            MOST_MEMBERS,
            key="control_members",
            help="How many agents train side by side, with consecutive seeds: the curve then shows "
            "the interquartile mean and its interval. A change applies: restart.",
            on_change=lambda: session.set_members(int(st.session_state["control_members"])),
        )


@st.cache_data(show_spinner=False)
def _environments() -> list[str]:
    return known_environments()


def _control(session: Session, hyperparameter: Hyperparameter) -> None:
    """The control that suits one hyperparameter's scale."""
    low, high = hyperparameter.low, hyperparameter.high

    def draw(label: str, help_text: str, key: str, changed: Callable[[], None]) -> None:
        common: dict[str, Any] = {"key": key, "help": help_text, "on_change": changed}
        match hyperparameter.scale:
            case "switch":
                st.toggle(label, **common)
            case "choice":
                st.selectbox(label, hyperparameter.choices, format_func=show, **common)
            case "log":
                current = getattr(session.config, hyperparameter.name)
                options = _log_options(hyperparameter, current)
                st.select_slider(label, options, format_func=show, **common)
            case "linear" if hyperparameter.kind is float:
                st.slider(label, float(low), float(high), step=0.001, format="%.3g", **common)
            case _:
                st.number_input(label, int(low), int(high), step=1, **common)

    _widget(session, hyperparameter, draw)


def _widget(
    session: Session,
    hyperparameter: Hyperparameter,
    draw: Callable[[str, str, str, Callable[[], None]], object],
) -> None:
    """Draw a control that shows the session's value, marked where it differs from the preset."""
    name = hyperparameter.name
    key = f"control_{name}"
    value = getattr(session.config, name)
    preset_value = getattr(session.baseline, name)
    # The session's value is the truth; the widget is shown with it at each run of the page.
    st.session_state[key] = value
    label = f"{hyperparameter.label} {hyperparameter.symbol}".strip()
    if hyperparameter.symbol and hyperparameter.symbol in hyperparameter.label:
        label = hyperparameter.label
    differs = value != preset_value and name != "seed"
    mark = " :orange[●]" if differs else ""

    def changed() -> None:
        session.set(name, _typed(hyperparameter, st.session_state[key]))

    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        draw(f"{label}{mark}", _escape(hyperparameter.help), key, changed)
        if differs:
            st.button(
                "",
                key=f"back_{name}",
                icon=":material/undo:",
                type="tertiary",
                help=f"Back to the preset's {show(preset_value)}",
                on_click=session.set,
                args=(name, preset_value),
            )


def _typed(hyperparameter: Hyperparameter, value: object) -> Value:
    """What a widget holds, in the hyperparameter's own type, or as it is if it is not that."""
    if hyperparameter.kind is float and isinstance(value, int | float):
        return float(f"{value:.12g}")
    return value  # type: ignore[return-value]


def _log_options(hyperparameter: Hyperparameter, current: Value) -> list[Value]:
    """1, 2, 5, 10, … (powers of two for sizes) within the range, and the current value."""
    low, high = hyperparameter.low, hyperparameter.high
    if hyperparameter.name in ("batch_size", "hidden_dim"):
        steps = [2.0**e for e in range(math.ceil(math.log2(low)), int(math.log2(high)) + 1)]
    else:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        steps = [float(f"{m}e{e}") for e in decades for m in (1, 2, 5)]
    options = {hyperparameter.kind(s) for s in steps if low <= s <= high} | {current}
    return sorted(options)


def _escape(text: str) -> str:
    """Markdown takes a dollar sign and an asterisk for markup."""
    return text.replace("$", r"\$").replace("*", r"\*")
