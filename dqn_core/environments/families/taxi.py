"""Taxi: a passenger is picked up at one of four places and brought to another."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dqn_core.base.phrases import Phrase
from dqn_core.environments.family import Action, Component, Family, RandomReturn
from dqn_core.environments.grids import DOWN, LEFT, RIGHT, UP, GridWorld
from dqn_core.environments.tables import Tables


def _grid(inner: Any) -> GridWorld:
    """From its map of characters: squares at odd places, walls `|` between them."""
    drawn = inner.desc.astype(str)
    letters = drawn[1:-1, 1:-1:2]
    walls = drawn[1:-1, 2:-1:2] == "|"
    return GridWorld(
        letters=tuple(tuple(c.strip() for c in row) for row in letters.tolist()),
        ended=np.zeros(letters.shape, dtype=bool),
        walls=np.pad(walls, ((0, 0), (0, letters.shape[1] - walls.shape[1]))),
        stride=20,
        choices=(
            (
                Phrase("passenger"),
                (
                    *(Phrase("at {place}", place=place) for place in "RGYB"),
                    Phrase("in the taxi"),
                ),
            ),
            (Phrase("destination"), tuple("RGYB")),
        ),
    )


def _tables(inners: Sequence[Any]) -> Tables | None:
    """The tables; None if a passenger may change their mind, which no table tells."""
    return None if any(inner.fickle_passenger for inner in inners) else Tables.of(inners)


TAXI = Family(
    name="Taxi",
    entry_point="gymnasium.envs.toy_text.taxi:TaxiEnv",
    components=(Component("state"),),
    actions=(
        Action("south", "ArrowDown", DOWN),
        Action("north", "ArrowUp", UP),
        Action("east", "ArrowRight", RIGHT),
        Action("west", "ArrowLeft", LEFT),
        Action("pick up", "p"),
        Action("drop off", "d"),
    ),
    task="Fetch the passenger and set them down at the hotel, which brings 20. Each step before "
    "costs 1; to pick up or drop off at a wrong place costs 10.",
    # With this discount a step is worth as much as with a longer horizon, and is learnt sooner.
    recommended={
        "n_step": 1,
        "gamma": 0.95,
        "epsilon_decay": 40_000,
        "hidden_dims": "64, 64",
        "total_steps": 100_000,
    },
    return_range=lambda _: (-800, 20),
    value_range=lambda steps: (-10.0 - steps, 20.0),
    random_returns={("Taxi-v4", 200): RandomReturn(-771.091)},
    grid=_grid,
    is_slippery=False,
    slips_with="is_rainy",
    dynamics=_tables,
)

TAXI_CERTAIN = replace(
    TAXI,
    arguments={},
    # By value iteration over the 500 states and all starts. The registered threshold, 8, is above.
    optimum=lambda time_limit: 7.93 if time_limit >= 18 else None,
    judged_at=7.5,
)
"""Every action does what it says: neither rain nor a passenger who changes their mind."""
