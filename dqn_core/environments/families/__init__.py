"""What is known of Gymnasium's environments beyond what their spaces say: a file for each family.

To add one, declare a `Family` in a file here and name it in `FAMILIES`.
"""

from typing import Any

from gymnasium.envs.registration import EnvSpec

from dqn_core.environments.families.acrobot import ACROBOT
from dqn_core.environments.families.cart_pole import CART_POLE
from dqn_core.environments.families.cliff_walking import CLIFF_WALKING, CLIFF_WALKING_SLIPPERY
from dqn_core.environments.families.frozen_lake import (
    FROZEN_LAKE,
    FROZEN_LAKE_4X4,
    FROZEN_LAKE_4X4_FIRM,
    FROZEN_LAKE_8X8,
    FROZEN_LAKE_8X8_FIRM,
)
from dqn_core.environments.families.lunar_lander import LUNAR_LANDER
from dqn_core.environments.families.mountain_car import MOUNTAIN_CAR
from dqn_core.environments.families.taxi import TAXI, TAXI_CERTAIN
from dqn_core.environments.family import Family, nameless
from dqn_core.environments.registration import argument, registration

FAMILIES = (
    CART_POLE,
    ACROBOT,
    MOUNTAIN_CAR,
    LUNAR_LANDER,
    FROZEN_LAKE_4X4,
    FROZEN_LAKE_8X8,
    FROZEN_LAKE_4X4_FIRM,
    FROZEN_LAKE_8X8_FIRM,
    FROZEN_LAKE,
    CLIFF_WALKING_SLIPPERY,
    CLIFF_WALKING,
    TAXI_CERTAIN,
    TAXI,
)
"""If several fit an environment, the first one counts."""


def family(env_id: str, env_kwargs: str = "") -> Family:
    """The family of an environment by its entry point, one without a name where none is known.

    An id may be anybody's, also ``CartPole-v2``. Variants are of the family:
    ``FrozenLake8x8-v1``, or Gymnasium's own entry point registered under another id with other
    arguments. Further wrappers may change what is observed.
    """
    registered = registration(env_id, env_kwargs)
    return nameless() if registered is None else family_of(registered)


def family_of(registered: EnvSpec) -> Family:
    """The family of an environment made with the arguments of ``registered``."""
    if registered.additional_wrappers:
        return nameless()
    point: Any = registered.entry_point
    if isinstance(point, type):
        point = f"{point.__module__}:{point.__qualname__}"
    for known in FAMILIES:
        if known.entry_point == point and known.arguments in (None, registered.kwargs):
            is_another_task = any(argument(registered, name) for name in known.other_tasks)
            return nameless() if is_another_task else known
    return nameless()
