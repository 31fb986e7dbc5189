"""What is done to an agent in an episode."""

from dataclasses import dataclass

from dqn_core.environments import MOST_STEPS
from dqn_core.environments.declared import MOST
from dqn_core.scalars import finite, whole


@dataclass(frozen=True)
class Push:
    """A shove in mid-episode: ``amount`` is added to one component of the inner state.

    Raises `ConfigurationError` for what is no step, no component or no amount.
    """

    step: int
    component: int
    amount: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", whole("push step", self.step, 0, MOST_STEPS))
        object.__setattr__(self, "component", whole("push component", self.component, 0, MOST))
        object.__setattr__(self, "amount", finite("push amount", self.amount))
