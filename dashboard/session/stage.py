"""Pictures of an environment in mid-run, drawn by one of its kind."""

import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import Any

import streamlit as st

from dqn_core.environments import make_environment
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.environment import another
from dqn_core.environments.restoration import restores_exactly
from dqn_core.episodes.pictures import encode
from dqn_core.files.packing import pack

MOST_PICTURES = 64
"""That an environment's stage keeps: as many steps back and forward as a person goes."""


class Stage:
    """An environment of its own that draws the states of others; for any number of threads.

    Drawing costs more than all else in a step under the microscope, which shows most states twice.
    """

    def __init__(self, spec: EnvironmentSpec) -> None:
        self._lock = threading.Lock()
        self._environment = another(spec, "rgb_array")
        self._environment.reset(seed=0)
        self._drawn: dict[bytes, bytes] = {}

    def picture(self, state: Mapping[str, Any]) -> bytes:
        """An environment's ``state_dict`` as PNG."""
        key = pack("state", state)
        with self._lock:
            png = self._drawn.pop(key, None)
            if png is None:
                png = encode([self._environment.picture_of(state)])[0]
            self._drawn[key] = png  # the newest is the last
            if len(self._drawn) > MOST_PICTURES:
                del self._drawn[next(iter(self._drawn))]
            return png


@st.cache_resource(max_entries=16, show_spinner=False)
def stage(env_id: str, env_kwargs: str) -> Stage | None:
    """The stage for such environments; None where they cannot be drawn or restored."""
    with closing(make_environment(env_id, env_kwargs=env_kwargs)) as environment:
        spec = environment.spec
        with suppress(Exception):  # whatever a foreign environment raises when it is drawn
            if "rgb_array" in spec.render_modes and restores_exactly(spec):
                environment.reset(seed=0)
                made = Stage(spec)
                made.picture(environment.state_dict())
                return made
    return None


def picture(spec: EnvironmentSpec, state: Mapping[str, Any]) -> bytes:
    """The picture of that state as PNG, empty where there is none."""
    drawn = stage(spec.env_id, spec.env_kwargs)
    with suppress(Exception):  # as above: it may draw its first state, and not this one
        return drawn.picture(state) if drawn else b""
    return b""
