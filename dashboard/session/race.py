"""A race: several values of one hyperparameter, each with the same seeds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.session.words import called, named_value, show
from dqn_core.base.errors import ConfigurationError
from dqn_core.base.phrases import Phrase, listed
from dqn_core.configuration.config import HYPERPARAMETERS, DQNConfig, hyperparameter
from dqn_core.configuration.hyperparameter import Value
from dqn_core.configuration.members import alike, differing
from dqn_core.sweeps.axis import NO_AXES, Axis, axis_from, axis_of, separator

MOST_VALUES = 8
MOST_RACED = 40
"""Members of a race: eight values with five seeds each."""

NOT_RACED = NO_AXES | {
    "total_steps": Phrase("all values train equally long"),
    "evaluation_period": Phrase("it says how agents are judged and not how they learn"),
    "evaluation_episodes": Phrase("it says how agents are judged and not how they learn"),
    "max_episode_steps": Phrase("returns under two time limits cannot be compared"),
    "device": Phrase("it moves no result"),
}
"""What is not raced, and why."""


def raceable() -> list[str]:
    """The hyperparameters that can be raced, in the order of the DQN loop."""
    return [name for name in HYPERPARAMETERS if name not in NOT_RACED]


def race_from(text: str, seeds: int) -> Axis:
    """The race that a link names as ``gamma=0.9,0.99``; raises `ConfigurationError`."""
    return checked(axis_from(text), seeds)


def race_typed(name: str, values: str, seeds: int) -> Axis:
    """The race of the values that a person typed; raises `ConfigurationError`."""
    return checked(axis_of(hyperparameter(name), values), seeds)


def checked(axis: Axis, seeds: int) -> Axis:
    """The axis as a list of values, if a page can race them; raises `ConfigurationError`."""
    name, count = axis.name, len(axis.values)
    if name in NOT_RACED:
        raise ConfigurationError(
            "{name} cannot be raced: {reason}.", name, name=name, reason=NOT_RACED[name]
        )
    if not 2 <= count <= MOST_VALUES:
        between = separator(hyperparameter(name))
        is_one_with_commas = count == 1 and between != "," and "," in str(axis.values[0])
        raise ConfigurationError(
            "A race has 2 to {most} values of {name}, not {count}: write “{between}” between two "
            "values, since a comma is part of one."
            if is_one_with_commas
            else "A race has 2 to {most} values of {name}, not {count}.",
            name,
            most=MOST_VALUES,
            name=name,
            count=count,
            between=between,
        )
    if count * seeds > MOST_RACED:
        raise ConfigurationError(
            "{count} values with {seeds} seeds each are {agents} agents, and a race has at most "
            "{most}: take fewer values or seeds.",
            count=count,
            seeds=seeds,
            agents=count * seeds,
            most=MOST_RACED,
        )
    return replace(axis, spacing="list")


def member_configs(config: DQNConfig, seeds: int, race: Axis | None) -> list[DQNConfig]:
    """One configuration for each member: consecutive seeds, in a race once with each value.

    Raises `ConfigurationError` for a race that a page does not run.
    """
    values: list[dict[str, Value]] = [{}]
    if race:
        values = [{race.name: value} for value in checked(race, seeds).values]
    return [config.replace(seed=config.seed + p, **own) for own in values for p in range(seeds)]


def race_of(configs: Sequence[DQNConfig]) -> Axis | None:
    """The race of the members with these configurations; None if it is no race."""
    names = differing(configs)
    if len(names) != 1:
        return None
    values = dict.fromkeys(getattr(config, names[0]) for config in configs)
    return Axis(names[0], tuple(values))


def race_words(race: Axis | None) -> Phrase:
    """``race of γ 0.9, 0.99``."""
    if race is None:
        return Phrase("no race")
    first, *others = race.values
    if separator(HYPERPARAMETERS[race.name]) != ",":  # each value has commas of its own
        values = "; ".join(map(show, race.values))
        return Phrase("race of {name} {values}", name=called(race.name), values=values)
    return Phrase("race of {values}", values=[named_value(race.name, first), *map(show, others)])


@dataclass(frozen=True)
class Arm:
    """A value of a race, and the members that have it; ``position`` is its place among all.

    They are ``members`` of the run with the number ``run``. Where the values train side by side
    there is only one run.
    """

    position: int
    label: Phrase
    config: DQNConfig
    members: tuple[int, ...]
    run: int = 0


def arms_of(configs: Sequence[DQNConfig]) -> list[Arm]:
    """The arms of members that differ in more than their seed; none if they do not."""
    names = differing(configs)
    if not names:
        return []
    return [
        Arm(
            position,
            listed(named_value(name, getattr(configs[members[0]], name)) for name in names),
            configs[members[0]],
            tuple(members),
        )
        for position, members in enumerate(alike(configs))
    ]


def member_words(configs: Sequence[DQNConfig]) -> list[Phrase]:
    """What each member is called: ``seed 3``, in a race ``seed 3 of γ 0.9``."""
    words = [Phrase("seed {seed}", seed=config.seed) for config in configs]
    for arm in arms_of(configs):
        for member in arm.members:
            words[member] = Phrase("{member} of {arm}", member=words[member], arm=arm.label)
    return words
