"""Links drawn at random, links of an earlier version, and how one is read."""

import json
from pathlib import Path
from urllib.parse import parse_qs

from hypothesis import strategies as st

from dashboard.session.links import CONTROLS, GROUPS, MOST_MEMBERS, Link
from dashboard.session.reading import read
from dqn_core import HYPERPARAMETERS, PRESETS, preset
from dqn_core.base.errors import ConfigurationError
from dqn_core.configuration.hyperparameter import Hyperparameter

OLD = json.loads(Path(__file__).with_name("links_of_787938c.json").read_text())
"""Links and commands with the values that they had in that version."""


def values(declared: Hyperparameter) -> st.SearchStrategy[object]:
    if declared.name == "env_id":
        return st.sampled_from(["CartPole-v1", "Acrobot-v1", "FrozenLake-v1"])
    if declared.name == "env_kwargs":
        return st.sampled_from(["", "sutton_barto_reward=True"])  # of the preset's environment
    if declared.name == "device":
        return st.sampled_from(["cpu", "auto"])  # a GPU is not everywhere
    if declared.kind is bool:
        return st.booleans()
    if declared.scale == "widths":
        units = st.integers(int(declared.low), int(declared.high))
        return st.lists(units, min_size=1, max_size=4).map(lambda found: ", ".join(map(str, found)))
    if declared.kind is str:
        return st.sampled_from(declared.choices)
    if declared.kind is int:
        return st.integers(int(declared.low), int(declared.high))
    return st.floats(declared.low, declared.high)


@st.composite
def links(draw: st.DrawFn) -> Link:
    name = draw(st.sampled_from(list(PRESETS)))
    given_values = draw(st.fixed_dictionaries({}, optional=STRATEGIES))
    config = preset(name)
    for key, value in given_values.items():
        if key == "env_kwargs" and not config.env_id.startswith("CartPole"):
            continue
        try:
            config = config.replace(**{key: value})
        except ConfigurationError:  # a batch that is larger than the buffer
            continue
    members = draw(st.integers(1, MOST_MEMBERS))
    largest = int(HYPERPARAMETERS["seed"].high) - MOST_MEMBERS
    lists = st.lists(st.sampled_from([*CONTROLS, *GROUPS]), unique=True).map(tuple)
    return Link(
        preset=name,
        config=config.replace(seed=min(config.seed, largest)),
        members=members,
        x_axis=draw(st.sampled_from(["env_step", "episode", "seconds"])),
        smoothing=draw(st.floats(0, 0.99)),
        view=draw(st.sampled_from(["page", "presentation"])),
        hidden=draw(lists),
        locked=draw(lists),
    )


STRATEGIES = {name: values(declared) for name, declared in HYPERPARAMETERS.items()}


def of(query: str) -> tuple[Link, list[str]]:
    return read(parse_qs(query, keep_blank_values=True))
