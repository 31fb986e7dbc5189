"""What a family of environments is: all that is known of one beyond what its spaces say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dqn_core.base.phrases import Phrase
from dqn_core.configuration.hyperparameter import Value
from dqn_core.environments.dynamics import Dynamics
from dqn_core.environments.grids import GridWorld, Move


@dataclass(frozen=True)
class Component:
    """One number of an observation.

    ``shown`` is the range worth looking at, where episodes stay well inside the space's limits or
    there are none. An episode ends in failure once the number is larger than ``fails_beyond``,
    with either sign. ``rest`` is its value while nothing moves.
    """

    label: str
    unit: str = ""
    shown: tuple[float, float] | None = None
    fails_beyond: float | None = None
    rest: float = 0.0


@dataclass(frozen=True)
class Action:
    """One action: the key that a person takes it with, as a browser names it, "" for none.

    ``move`` is the rows and columns that it moves by on the family's grid, if it does.
    """

    label: str
    key: str = ""
    move: Move | None = None


@dataclass(frozen=True)
class PhysicsParameter:
    """A variable of an environment that a test may change, to see what breaks the agent."""

    label: str
    unit: str
    default: float
    low: float
    high: float


@dataclass(frozen=True)
class Pushable:
    """Where a push in mid-episode acts: component of the inner state, its name, the hardest."""

    component: int
    label: str
    hardest: float


@dataclass(frozen=True)
class RandomReturn:
    """Mean return of the random policy; ``margin`` is half of its 95 % interval, 0 if exact."""

    mean: float
    margin: float = 0.0


@dataclass(frozen=True)
class Family:
    """The environments of one entry point, under whatever id and with whatever time limit.

    Everything from ``idle`` on may be left out where it is unknown or does not exist. If
    environments of one entry point differ in what is known of them, each kind is a family of its
    own, with ``arguments`` of its own.

    Args:
        name: what it is called; "" if nothing is known of it.
        entry_point: ``module:class``, as Gymnasium's registry has it.
        components, actions: of the observation and the action space. An environment that has
            another number of them is not of the family.
        idle: the action while a person holds no key, where time passes by itself.
        task: what is to be done, and what brings reward.
        arguments: all arguments of the environment, where it is a family of these alone.
        recommended: the values that it is trained with, by hyperparameter, where they differ from
            the defaults; None where nobody has tuned them.
        optimum: the largest mean return there can be under a time limit in steps, None where
            nobody knows it.
        judged_at: the mean return that solves it, in place of the registered threshold.
        other_tasks: arguments of the environment under which nothing here is true.
        other_rewards: arguments of the environment that change what a step is worth.
        step_reward: what each step is worth, where all are worth the same.
        return_range: what an episode's return can be under a time limit in steps, or if that is
            unbounded, what a chart should show.
        random_returns: the random policy's, by id and time limit, from
            `benchmarks/random_policy.py`.
        value_range: the returns of so many steps, if ``return_range`` is too wide for the atoms of
            a head: from the worst step followed by ordinary ones, to the best end. Anything worse
            counts as its lower end.
        telling_pair: the two components that a map of Q-values shows best.
        grid: the squares that its states are, from the environment without its wrappers; not
            needed where the environment describes them itself (`grids.self_described`).
        physics: what can be changed, under the environment's own names.
        derive: computes anew what the environment's constructor derived from its parameters.
        push: where it can be pushed.
        is_slippery: whether an action may move sideways, unless the environment's argument
            ``slips_with`` says otherwise.
        is_in_browser: whether `assets/play/duel_physics.js` computes its steps.
        dynamics: computes the steps of many, from these without their wrappers.
    """

    name: str
    entry_point: str
    components: tuple[Component, ...]
    actions: tuple[Action, ...]
    idle: int | None = None
    task: str = ""
    arguments: Mapping[str, Any] | None = None
    recommended: Mapping[str, Value] | None = None
    optimum: Callable[[int], float | None] | None = None
    judged_at: float | None = None
    other_tasks: tuple[str, ...] = ()
    other_rewards: tuple[str, ...] = ()
    step_reward: float | None = None
    return_range: Callable[[int], tuple[float, float]] | None = None
    value_range: Callable[[int], tuple[float, float]] | None = None
    random_returns: Mapping[tuple[str, int], RandomReturn] = field(default_factory=dict)
    telling_pair: tuple[int, int] = (0, 1)
    grid: Callable[[Any], GridWorld] | None = None
    physics: Mapping[str, PhysicsParameter] = field(default_factory=dict)
    derive: Callable[[Any], None] | None = None
    push: Pushable | None = None
    is_slippery: bool = False
    slips_with: str = "is_slippery"
    is_in_browser: bool = False
    dynamics: Callable[[Sequence[Any]], Dynamics | None] | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it."""
        return bool(self.name)


def nameless(labels: Sequence[str] = (), actions: Sequence[int] = ()) -> Family:
    """The family of an environment that nothing is known of: numbers for names, digits for keys."""
    return Family(
        name="",
        entry_point="",
        components=tuple(Component(label) for label in labels),
        actions=tuple(
            Action(Phrase("action {number}", number=action), str(i + 1) if i < 9 else "")
            for i, action in enumerate(actions)
        ),
    )
