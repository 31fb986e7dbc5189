"""What the agent believes: a live map of its Q-values, over two components or on a grid."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import get_args

import numpy as np
import streamlit as st

from dashboard.session.race import member_words
from dashboard.session.run import MemberCopy, Run
from dashboard.session.turns import Turns
from dashboard.train_page.q_map_message import (
    QUANTITIES,
    MapData,
    Place,
    Quantity,
    View,
    grid_message,
    place_of,
    plane_message,
    ranges,
)
from dashboard.web.feed import INSIDE_SECONDS, offer
from dashboard.web.language import _, said
from dashboard.web.static_files import component
from dashboard.web.widgets import on_redraw, worded_key
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.grids import GridWorld
from dqn_core.q_map import Dimension, dimensions, grid_world

MOST_SLIDERS = 50
"""Sliders for the components that a plane holds. A picture has thousands: too many for a page."""

VISITED = 300
"""How many of the newest observations are drawn."""

_component = component("q_map/map.js", isolate_styles=False)


def q_map(run: Run, member: int) -> None:
    """The map of one member, beside the controls of what it shows, renewed by the browser."""
    spec = run.trainer.spec
    copy = _copied(run, member)
    if copy is None:
        _no_map(_("There is no map, because the network's weights are no longer finite."))
    elif spec.n_states:
        world = grid_world(run.trainer.environments[member])
        if world is None:
            _no_map(
                _(
                    "There is no map of {environment}, because the positions of its states are not "
                    "known.",
                    environment=spec.env_id,
                )
            )
        else:
            with st.container(key="q_map_controls"):
                chosen = _choices(world)
            _map(run, member, lambda copy, place: grid_message(spec, copy, world, chosen, place))
    else:
        _plane(run, member, dimensions(spec, copy.spread))


def _plane(run: Run, member: int, axes: Sequence[Dimension]) -> None:
    spec = run.trainer.spec
    if sum(axis.varies for axis in axes) < 2:
        _no_map(
            _(
                "A map needs two numbers in the observation that vary; {environment} has fewer.",
                environment=spec.env_id,
            )
        )
        return
    with st.container(key="q_map_controls"):
        view = _view(spec, axes)
    _map(
        run,
        member,
        lambda copy, place: plane_message(spec, copy, dimensions(spec, copy.spread), view, place),
        ranges(axes),
    )


def _copied(run: Run, member: int) -> MemberCopy | None:
    """None where the networks have diverged."""
    copy = run.copy_of(member, VISITED)
    return copy if np.isfinite(copy.agent.network.parameters.numpy()).all() else None


def _map(
    run: Run,
    member: int,
    message: Callable[[MemberCopy, Place | None], bytes | None],
    drawn: str = "",
) -> None:
    def news(query: Mapping[str, str]) -> bytes | None:
        copy = _copied(run, member)
        return message(copy, place_of(query)) if copy else None

    data: MapData = {
        **offer("q_map", news, INSIDE_SECONDS if run.is_active else 0),
        "drawn": drawn,
    }
    _component(key="q_map", data=data, on_redraw_change=on_redraw())


def _no_map(sentence: str) -> None:
    st.header(_("What the agent believes"))
    st.caption(sentence)


def member_choice(turns: Turns) -> tuple[Run, int]:
    """The run and its member to look into; asked only where there are several."""
    agents = [(run, p) for run in turns.runs for p in range(run.trainer.members)]
    if len(agents) == 1:
        return agents[0]
    who = list(map(said, member_words(turns.configs)))
    stops = [run.trainer.stops[p] for run, p in agents]

    def words(member: int) -> str:
        return _("{agent} (stopped)", agent=who[member]) if stops[member] else who[member]

    chosen: int = st.selectbox(
        _("Shown agent"),
        range(len(agents)),
        format_func=words,
        key=worded_key(f"member_{len(agents)}"),
        persist_state="session",
        width=240,
    )
    return agents[chosen]


def _quantity() -> Quantity:
    return st.segmented_control(
        _("Shown on the map"),
        get_args(Quantity),
        default="value",
        required=True,
        format_func=lambda quantity: _(QUANTITIES[quantity]),
        key="q_map_quantity",
        persist_state="session",
        label_visibility="collapsed",
    )


def _choices(world: GridWorld) -> dict[str, int]:
    """The parts of the state besides the square, by select boxes."""
    chosen = {}
    for name, values in world.choices:
        chosen[name] = st.selectbox(
            _(name).capitalize(),
            range(len(values)),
            format_func=[_(value) for value in values].__getitem__,
            key=worded_key(f"q_map_{name}"),
            persist_state="session",
            width=160,
        )
    return chosen


def _view(spec: EnvironmentSpec, axes: Sequence[Dimension]) -> View:
    quantity = _quantity()
    labels = [_(axis.label) for axis in axes]
    wide = [i for i, axis in enumerate(axes) if axis.varies]
    pair = [i for i in spec.family.telling_pair if i in wide]
    pair += [i for i in wide if i not in pair]
    fewer = "" if len(wide) == len(axes) else f"_{'_'.join(map(str, wide))}"
    sides = {"Horizontal": _("Horizontal axis"), "Vertical": _("Vertical axis")}
    x, y = (
        st.selectbox(
            label,
            wide,
            index=wide.index(start),
            format_func=labels.__getitem__,
            key=worded_key(f"q_map_{name}_{spec.env_id}{fewer}"),
            persist_state="session",
        )
        for (name, label), start in zip(sides.items(), pair, strict=False)
    )
    if x == y:
        y = wide[(wide.index(x) + 1) % len(wide)]
        st.caption(_("The two axes must differ: the vertical axis shows {name}.", name=labels[y]))
    held = [axis.held for axis in axes]
    others = [i for i in wide if i not in (x, y)]
    if len(others) > MOST_SLIDERS:
        st.caption(
            _(
                "The other {count:,} numbers of the observation are 0, or as near to it as they "
                "can be.",
                count=len(others),
            )
        )
        others = []
    # A plane through many components would push its own map out of sight.
    with st.expander(_("Fixed values")) if len(others) > 2 else nullcontext():
        for i in others:
            axis = axes[i]
            held[i] = st.slider(
                _("{name} fixed at", name=labels[i]) + (f" ({axis.unit})" if axis.unit else ""),
                axis.low,
                axis.high,
                axis.held,
                (axis.high - axis.low) / 100,
                key=f"q_map_held_{spec.env_id}_{i}_{axis.low:g}_{axis.high:g}",
                persist_state="session",
            )
    return View(quantity, x, y, tuple(held))
