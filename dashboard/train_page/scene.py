"""The environment that a run trains in, at this moment: its picture, and what the agent sees."""

import threading
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.session.race import member_words
from dashboard.session.run import Run
from dashboard.train_page.action_values import action_values
from dashboard.web.envelope import packed
from dashboard.web.feed import INSIDE_SECONDS, offer
from dashboard.web.static_files import component
from dqn_core import Agent
from dqn_core.environments import make_environment
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.restoration import restores_exactly
from dqn_core.episodes.pictures import encode
from dqn_core.interaction import CurrentEpisode
from dqn_core.numbers import number

SLOW = 50
"""Environment steps a second at which a picture can still be followed."""

FASTEST_SECONDS = 0.1
"""From one picture to the next in slow motion."""

_component = component("scene/scene.js", isolate_styles=False)


class Stage:
    """An environment of its own that draws the states of others; for any number of threads."""

    def __init__(self, spec: EnvironmentSpec) -> None:
        self._lock = threading.Lock()
        self._environment = make_environment(
            spec.env_id, render_mode="rgb_array", env_kwargs=spec.env_kwargs
        )
        self._environment.reset(seed=0)

    def picture(self, state: Mapping[str, Any]) -> bytes:
        """An environment's ``state_dict`` as PNG."""
        with self._lock:
            return encode([self._environment.picture_of(state)])[0]


@st.cache_resource(max_entries=16, show_spinner=False)
def stage(env_id: str, env_kwargs: str) -> Stage | None:
    """Where such environments are drawn; None where they or their state cannot be."""
    environment = make_environment(env_id, env_kwargs=env_kwargs)
    spec = environment.spec
    try:
        if "rgb_array" not in spec.render_modes or not restores_exactly(spec):
            return None
        environment.reset(seed=0)
        made = Stage(spec)
        made.picture(environment.state_dict())
    except Exception:  # whatever a foreign environment raises when it is drawn
        return None
    finally:
        environment.close()
    return made


def _picture(spec: EnvironmentSpec, state: Mapping[str, Any]) -> bytes:
    """PNG, nothing where there is none."""
    drawn = stage(spec.env_id, spec.env_kwargs)
    try:
        return drawn.picture(state) if drawn else b""
    except Exception:  # as above: it may draw its first state, and not this one
        return b""


def scene(run: Run) -> None:
    """The picture and its facts, of the first member that goes on, renewed while it is open.

    In slow motion that is step by step, and it opens by itself.
    """

    def news(_: Mapping[str, str]) -> bytes:
        return message(run.trainer.spec, *run.current_episode(run.trainer.first))

    title = "The environment now"
    if run.trainer.members > 1:
        title += f", for {member_words(run.trainer.configs, run.trainer.first)}"
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
    """Sentences, each action's Q-value and which is greedy, with the picture, for `scene.js`."""
    picture = _picture(spec, episode.environment)
    header = {
        "sentences": _sentences(spec, episode, bool(picture)),
        **action_values(spec, agent, episode.observation, episode.allowed),
        "name": f"{spec.env_id} at step {episode.length} of the episode",
    }
    return packed(header, picture)


def _sentences(spec: EnvironmentSpec, episode: CurrentEpisode, is_drawn: bool) -> list[str]:
    if episode.action is None or episode.reward is None:
        where = ["An episode begins."]
    else:
        returned, reward = (number(value) for value in (episode.return_so_far, episode.reward))
        where = [
            f"Step {episode.length:,} of the episode, return {returned} so far.",
            f"Last action: {spec.action_labels[episode.action]}, reward {reward}.",
        ]
    if not is_drawn:
        film = "; the Test page shows it" if "rgb_array" in spec.render_modes else ""
        where.append(f"There is no picture of {spec.env_id} during training{film}.")
    return where
