"""Which configurations can be members of one run, and which changes of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dqn_core.config import HYPERPARAMETERS, DQNConfig, hyperparameter
from dqn_core.errors import ConfigurationError
from dqn_core.hyperparameter import Value


def side_by_side(configs: Sequence[DQNConfig]) -> list[list[DQNConfig]]:
    """``configs`` as runs whose members agree in what they have to share; the order stays."""
    shared = [name for name, declared in HYPERPARAMETERS.items() if not declared.per_member]
    found: dict[tuple[Value, ...], list[DQNConfig]] = {}
    for config in configs:
        found.setdefault(tuple(getattr(config, name) for name in shared), []).append(config)
    return list(found.values())


def check_members(configs: Sequence[DQNConfig]) -> None:
    """Refuse members that differ in what they have to share."""
    if not configs:
        raise ConfigurationError("A run needs at least one configuration.")
    shared = [name for name, declared in HYPERPARAMETERS.items() if not declared.per_member]
    differing = [
        name
        for name in shared
        if any(getattr(config, name) != getattr(configs[0], name) for config in configs)
    ]
    if differing:
        raise ConfigurationError(
            "Members trained side by side must agree in {differing}.",
            differing=differing,
        )


def differing(configs: Sequence[DQNConfig]) -> list[str]:
    """The hyperparameters in which they differ, but the seed, in the order of the DQN loop."""
    return [
        name
        for name in HYPERPARAMETERS
        if name != "seed" and any(getattr(c, name) != getattr(configs[0], name) for c in configs)
    ]


def alike(configs: Sequence[DQNConfig]) -> list[list[int]]:
    """The members that differ in nothing but their seed, those of the first one first."""
    names = differing(configs)
    found: dict[tuple[Value, ...], list[int]] = {}
    for member, config in enumerate(configs):
        found.setdefault(tuple(getattr(config, name) for name in names), []).append(member)
    return list(found.values())


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
    """The members' configurations at step 0, from those of now and the history's ``changes``."""
    first: list[dict[str, Any]] = [{} for _ in configs]
    for member, name, old in zip(changes["member"], changes["name"], changes["old"], strict=True):
        first[member].setdefault(name, old)
    try:
        pairs = zip(configs, first, strict=True)
        return [config.replace(**values) if values else config for config, values in pairs]
    except ConfigurationError:  # those in a file may not go together
        return list(configs)


def check_same_shapes(theirs: Sequence[DQNConfig], mine: Sequence[DQNConfig]) -> None:
    """Refuse the state of a run of other members, or of such as have other shapes."""
    names = [name for name, declared in HYPERPARAMETERS.items() if declared.applies == "restart"]
    if len(theirs) != len(mine):
        raise ConfigurationError(
            "The state is of {theirs} members, the run of {mine}.",
            theirs=len(theirs),
            mine=len(mine),
        )
    for their, my in zip(theirs, mine, strict=True):
        differing = [name for name in names if getattr(their, name) != getattr(my, name)]
        if differing:
            raise ConfigurationError(
                "The state is of a run with another {differing}.", differing=differing
            )
