"""The section in which a person plays: its buttons, and the game once it was begun."""

import streamlit as st

from dashboard.session.agents import Chosen
from dashboard.test_page.game import SPEEDS, Game, has_clock
from dashboard.web.feed import offer
from dashboard.web.static_files import component
from dqn_core.episodes.conditions import Conditions

ALIVE_SECONDS = 20.0
"""While nothing happens, a browser asks so often: the game hears that somebody is there."""

_component = component("play/game.js")


def play(chosen: Chosen, seed: int, conditions: Conditions, key: str) -> None:
    """Let a person play against the agent, from its start and under its conditions."""
    state_key, speed_key = f"{key}:game", f"{key}_speed"

    def begin() -> None:
        if before := st.session_state.get(state_key):
            before.stop()
        st.session_state[state_key] = Game(chosen, seed, conditions)

    current: Game | None = st.session_state.get(state_key)
    if current and not current.is_of(chosen, seed, conditions):
        current.stop()
        current = st.session_state[state_key] = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Play again" if current else "Play",
            key=f"{key}_begin",
            icon=":material/sports_esports:",
            on_click=begin,
        )
        # The game knows; else an environment would be made at each run of the page.
        if current.has_clock if current else has_clock(chosen.agent.config.env_id):
            st.segmented_control(
                "Speed",
                SPEEDS,
                default=SPEEDS[1],
                required=True,
                format_func=lambda value: f"{value:g}×",
                key=speed_key,
                label_visibility="collapsed",
            )
    if current:
        current.speed = st.session_state.get(speed_key, SPEEDS[1])
        # Posted: a key that was pressed is a command (`offer`).
        _component(key=key, data=offer(key, current.answer, ALIVE_SECONDS, "POST"))
