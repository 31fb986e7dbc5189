"""A run that goes on as several: its state with each member as often as it is wanted."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from torch import Tensor

from dqn_core.base.all_or_none import all_or_none
from dqn_core.base.errors import ConfigurationError
from dqn_core.configuration.config import hyperparameter
from dqn_core.configuration.hyperparameter import Value
from dqn_core.trainer import Trainer


def forked(trainer: Trainer, name: str, values: Sequence[Value]) -> list[Trainer]:
    """New trainers in the state of ``trainer``, whose members go on with each value of ``name``.

    Where members may differ in it, it is one trainer: its members are those that go on, all with
    the first value, then all with the second, and so forth. Else it is one for each value. They
    have in common whatever was before; the new value is a change at this step. A member with the
    value that it had goes on to the bit as it would have.

    Raises `ConfigurationError` for a value that is not allowed, and for a hyperparameter that only
    a restart can change.
    """
    state, copied = trainer.state_dict(), trainer.going_on
    if hyperparameter(name).per_member:
        return [_with_values(state, copied, name, values)]
    return all_or_none(_with_values(state, copied, name, [value]) for value in values)


def _with_values(
    state: Mapping[str, Any], copied: Sequence[int], name: str, values: Sequence[Value]
) -> Trainer:
    """A trainer in which these members go on with the first value, then with the second, …"""
    twin = Trainer.from_state(of_members(state, list(copied) * len(values)))
    try:
        if len(values) == 1:  # of one that members have to share, too
            twin.change(None, **{name: values[0]})
            return twin
        for arm, value in enumerate(values):
            for member in range(arm * len(copied), (arm + 1) * len(copied)):
                twin.change(member, **{name: value})
    except ConfigurationError:
        twin.close()
        raise
    return twin


def with_members(trainer: Trainer, members: Sequence[int]) -> Trainer:
    """A new trainer that goes on with these members of ``trainer`` alone, to the bit."""
    return Trainer.from_state(of_members(trainer.state_dict(), members))


def of_members(state: Mapping[str, Any], members: Sequence[int]) -> dict[str, Any]:
    """A trainer's ``state`` with these members alone, in this order; one may be there repeatedly.

    In it each list and each array has an entry, or a row, for each member.
    """
    parts = {name: _rows(part, members) for name, part in state.items() if name != "history"}
    history = {name: table_of_members(table, members) for name, table in state["history"].items()}
    return {**parts, "history": history}


def _rows(part: Any, members: Sequence[int]) -> Any:
    if isinstance(part, Mapping):
        return {name: _rows(value, members) for name, value in part.items()}
    if isinstance(part, list):
        return [deepcopy(part[p]) for p in members]
    if isinstance(part, np.ndarray | Tensor) and part.ndim:
        return part[list(members)]
    return part


def table_of_members(table: Mapping[str, Any], members: Sequence[int]) -> dict[str, Any]:
    """The rows of these members, under their new numbers; the order of times stays."""
    copies = {old: [new for new, p in enumerate(members) if p == old] for old in members}
    pairs = [
        (row, new) for row, old in enumerate(table["member"]) for new in copies.get(int(old), ())
    ]
    rows = [row for row, _ in pairs]
    taken = {
        name: [column[row] for row in rows] if isinstance(column, list) else column[rows]
        for name, column in table.items()
    }
    return taken | {"member": np.array([new for _, new in pairs], dtype=int)}
