"""Which configurations can be members of one run, and which changes of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dqn_core.base.errors import ConfigurationError
from dqn_core.configuration.config import HYPERPARAMETERS, DQNConfig, hyperparameter
from dqn_core.configuration.hyperparameter import Value

MOST_MEMBERS = 1_024

SHARED = tuple(name for name, declared in HYPERPARAMETERS.items() if not declared.per_member)
"""The hyperparameters in which members of one run agree."""


def by_values(
    configs: Sequence[DQNConfig], names: Sequence[str], members: Iterable[int] | None = None
) -> dict[tuple[Value, ...], list[int]]:
    """All members, or these, grouped by their values of the hyperparameters ``names``."""
    groups: dict[tuple[Value, ...], list[int]] = {}
    for p in range(len(configs)) if members is None else members:
        groups.setdefault(tuple(getattr(configs[p], name) for name in names), []).append(p)
    return groups


def side_by_side(configs: Sequence[DQNConfig]) -> list[list[DQNConfig]]:
    """``configs`` as runs whose members agree in what they have to share; the order stays."""
    return [[configs[p] for p in members] for members in by_values(configs, SHARED).values()]


def check_members(configs: Sequence[DQNConfig]) -> None:
    """Refuse members that differ in what they have to share."""
    if not configs:
        raise ConfigurationError("A run needs at least one configuration.")
    unequal = [name for name in differing(configs) if name in SHARED]
    if unequal:
        raise ConfigurationError(
            "Members trained side by side must agree in {differing}.", differing=unequal
        )


def differing(configs: Sequence[DQNConfig]) -> list[str]:
    """The hyperparameters in which they differ, without the seed, in the order of the DQN loop."""
    return [
        name
        for name in HYPERPARAMETERS
        if name != "seed" and any(getattr(c, name) != getattr(configs[0], name) for c in configs)
    ]


def alike(configs: Sequence[DQNConfig]) -> list[list[int]]:
    """Groups of members that differ only in their seed; the first member's group comes first."""
    return list(by_values(configs, differing(configs)).values())


def changed(
    configs: Sequence[DQNConfig], members: Iterable[int], changes: Mapping[str, Value]
) -> list[DQNConfig]:
    """``configs`` with ``changes`` for these members, while their run goes on.

    Raises `ConfigurationError` for a bad name or value, and for one that needs a restart.
    """
    for name in changes:
        if hyperparameter(name).applies == "restart":
            raise ConfigurationError(
                "{name} cannot change while a run goes on: restart it.", name=name
            )
    new = list(configs)
    for p in members:
        new[p] = new[p].replace(**changes)
    check_members(new)
    return new


def first_configs(
    configs: Sequence[DQNConfig], changes: Mapping[str, Iterable[Any]]
) -> list[DQNConfig]:
    """The members' configurations at step 0: ``configs`` with the history's ``changes`` undone."""
    first: list[dict[str, Any]] = [{} for _ in configs]
    for member, name, old in zip(changes["member"], changes["name"], changes["old"], strict=True):
        first[member].setdefault(name, old)
    try:
        pairs = zip(configs, first, strict=True)
        return [config.replace(**values) if values else config for config, values in pairs]
    except ConfigurationError:  # those in a file may not go together
        return list(configs)


def check_same_shapes(saved: Sequence[DQNConfig], own: Sequence[DQNConfig]) -> None:
    """Refuse the state of a run that has other members, or members with other shapes."""
    if len(saved) != len(own):
        raise ConfigurationError(
            "The state is of {theirs} members, the run of {mine}.",
            theirs=len(saved),
            mine=len(own),
        )
    for one, other in zip(saved, own, strict=True):
        unequal = [
            name for name in one.difference(other) if HYPERPARAMETERS[name].applies == "restart"
        ]
        if unequal:
            raise ConfigurationError(
                "The state is of a run with another {differing}.", differing=unequal
            )
