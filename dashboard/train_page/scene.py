"""The environment that a run trains in, at this moment: its picture, and what the agent sees."""

from collections.abc import Mapping

import streamlit as st

from dashboard.session.race import member_words
from dashboard.session.run import Run
from dashboard.session.stage import picture
from dashboard.session.turns import Turns
from dashboard.train_page.action_values import ActionValues, action_values
from dashboard.web.envelope import packed
from dashboard.web.feed import INSIDE_SECONDS, offer
from dashboard.web.language import _
from dashboard.web.static_files import component
from dqn_core import Agent
from dqn_core.base.numbers import number
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.interaction import CurrentEpisode

SLOW = 50
"""Environment steps a second at which a picture can still be followed."""

FASTEST_SECONDS = 0.1
"""The shortest time between two pictures in slow motion."""

_component = component("scene/scene.js", isolate_styles=False)


class SceneAnswer(ActionValues):
    """What is said of the picture, and its name. Body: the picture as PNG, or nothing."""

    sentences: list[str]
    name: str


def scene(turns: Turns) -> None:
    """The picture and its facts, of the first agent that goes on, renewed while it is open.

    In slow motion that is step by step, and it opens by itself.
    """
    run = turns.counted[0]

    def news(_: Mapping[str, str]) -> bytes:
        return message(run.trainer.spec, *run.current_episode(run.trainer.first))

    title = _("The environment now")
    agents = member_words(turns.configs)
    if len(agents) > 1:
        place = turns.first_member(turns.runs.index(run)) + run.trainer.first
        title = _("The environment now, for {agent}", agent=agents[place])
    slow = run.steps_per_second is not None and run.steps_per_second <= SLOW
    # With a key of its own, since one that is there stays open or closed as it is.
    with st.expander(title, slow, key="scene_slow" if slow else "scene_fast"):
        _component(key="scene", data=offer("scene", news, _period(run)))


def _period(run: Run) -> float:
    if not run.is_active:
        return 0
    speed = run.steps_per_second
    if speed is None or speed > SLOW:
        return INSIDE_SECONDS
    return max(FASTEST_SECONDS, min(INSIDE_SECONDS, 1 / speed))


def message(spec: EnvironmentSpec, agent: Agent, episode: CurrentEpisode) -> bytes:
    """What there is to see at this moment of an episode."""
    png = picture(spec, episode.environment)
    header: SceneAnswer = {
        "sentences": _sentences(spec, episode, bool(png)),
        **action_values(spec, agent, episode.observation, episode.allowed),
        "name": _(
            "{environment} at step {step} of the episode",
            environment=spec.env_id,
            step=episode.length,
        ),
    }
    return packed(header, png)


def _sentences(spec: EnvironmentSpec, episode: CurrentEpisode, is_drawn: bool) -> list[str]:
    if episode.action is None or episode.reward is None:
        where = [_("An episode begins.")]
    else:
        returned, reward = (number(value) for value in (episode.return_so_far, episode.reward))
        where = [
            _(
                "Step {step:,} of the episode, return {total} so far.",
                step=episode.length,
                total=returned,
            ),
            _(
                "Last action: {action}, reward {reward}.",
                action=_(spec.action_labels[episode.action]),
                reward=reward,
            ),
        ]
    if not is_drawn:
        where.append(_no_picture(spec))
    return [_(spec.task), *where] if spec.task else where


def _no_picture(spec: EnvironmentSpec) -> str:
    if "rgb_array" in spec.render_modes:
        return _(
            "There is no picture of {environment} during training; the Test page shows it.",
            environment=spec.env_id,
        )
    return _("There is no picture of {environment} during training.", environment=spec.env_id)
