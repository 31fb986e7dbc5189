"""What is done to an agent in an episode."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dqn_core.base.scalars import finite, share, whole
from dqn_core.environments import MOST_STEPS
from dqn_core.environments.spaces import LARGEST_SPACE

MOST_EPISODES = 1_000_000


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
        object.__setattr__(
            self, "component", whole("push component", self.component, 0, LARGEST_SPACE)
        )
        object.__setattr__(self, "amount", finite("push amount", self.amount))


@dataclass(frozen=True)
class Conditions:
    """What an episode is played under; the same for every agent and seed that is compared.

    ``epsilon`` is the share of random actions, ``parameters`` changes variables of the
    environment, such as CartPole's ``gravity``, and ``push`` shoves it in mid-episode.

    Raises `ConfigurationError` for an ``epsilon`` that is not 0 to 1.
    """

    epsilon: float = 0.0
    parameters: Mapping[str, float] = field(default_factory=dict)
    push: Push | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "epsilon", share("epsilon", self.epsilon))
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))


USUAL = Conditions()
"""The greedy policy in the environment as it is."""
