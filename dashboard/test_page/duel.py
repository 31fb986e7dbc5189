"""You against the agent: CartPole played in the browser from the start that the agent had."""

from dashboard.session.agents import Chosen
from dashboard.test_page.match import Match, prepared
from dashboard.test_page.page_state import PageState
from dashboard.web.language import said
from dashboard.web.static_files import component
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.episodes.conditions import Conditions


class DuelData(Match):
    """The match, and what the agent is called."""

    title: str


_component = component("play/duel.js")


def can_duel(spec: EnvironmentSpec) -> bool:
    """Whether the browser knows the physics of this environment, and what a step is worth."""
    return spec.family.is_in_browser and spec.step_reward is not None


def duel(state: PageState, chosen: Chosen, seed: int, conditions: Conditions) -> None:
    """The game; the agent's episode is played here, once for each start."""
    wanted = (chosen.identity, chosen.agent.env_steps, seed, conditions)
    if state.duel is None or state.duel[0] != wanted:
        state.duel = wanted, prepared(chosen, seed, conditions)
    data: DuelData = {**state.duel[1], "title": said(chosen.title)}
    _component(key="duel", data=data)
