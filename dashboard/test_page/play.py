"""The section in which a person plays: its buttons, and the game once it was begun."""

import streamlit as st

from dashboard.session.agents import Chosen
from dashboard.test_page.game import SPEEDS, Game, has_clock
from dashboard.test_page.page_state import PageState
from dashboard.web.buttons import button
from dashboard.web.feed import offer
from dashboard.web.language import _
from dashboard.web.static_files import component
from dqn_core.environments.configured import spec_for
from dqn_core.episodes.conditions import Conditions

ALIVE_SECONDS = 20.0
"""While nothing happens, a browser asks so often: the game hears that somebody is there."""

_component = component("play/game.js")


def play(state: PageState, chosen: Chosen, seed: int, conditions: Conditions) -> None:
    """Let a person play against the agent, from its start and under its conditions."""

    def begin() -> None:
        if state.game:
            state.game.stop()
        state.game = Game(chosen, seed, conditions)

    if state.game and not state.game.is_of(chosen, seed, conditions):
        state.game.stop()
        state.game = None
    game, speed = state.game, SPEEDS[1]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        button(_("Play again") if game else _("Play"), "game_begin", "sports_esports", begin)
        # The game knows; else an environment would be made at each run of the page.
        if game.has_clock if game else has_clock(spec_for(chosen.agent.config)):
            speed = st.segmented_control(
                _("Speed"),
                SPEEDS,
                default=speed,
                required=True,
                format_func=lambda value: f"{value:g}×",
                key="game_speed",
                label_visibility="collapsed",
            )
    if game:
        game.speed = speed
        # Posted: a key that was pressed is a command (`offer`).
        _component(key="game", data=offer("game", game.answer, ALIVE_SECONDS, "POST"))
