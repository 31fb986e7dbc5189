"""The family tree of runs and their forks."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from dqn_core.base.errors import StoreError
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.configuration.hyperparameter import Value
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store

_CHANGES = """
SELECT c.run, c.name, c.old, c.new FROM runs
JOIN changes AS c ON c.run = runs.run AND c.env_step = runs.fork_step AND c.member = 0
WHERE runs.parent IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM changes AS p
    WHERE p.run = runs.parent AND p."row" = c."row" AND p.member = c.member
        AND p.env_step = c.env_step AND p.name = c.name AND p.new = c.new
)
ORDER BY c.run, c."row"
"""
"""A fork's history begins with its parent's changes: this finds those that are its own."""

Changes = dict[str, tuple[Value, Value]]
"""Old and new value by the hyperparameter's name."""


@dataclass(frozen=True)
class Branch:
    """A run in a family; ``depth`` is the number of forks from the family's first run to it."""

    record: RunRecord
    depth: int


def families(records: Sequence[RunRecord]) -> list[list[Branch]]:
    """The families of runs: a parent comes before its forks, and these are in order of their steps.

    A run whose parent is not among ``records`` is the first of a family. The families are in the
    order of their first runs.
    """
    names = {record.run for record in records}
    roots = [record for record in records if record.parent not in names]
    forks: dict[str | None, list[RunRecord]] = defaultdict(list)
    for record in sorted(records, key=lambda one: (one.fork_step or 0, one.created), reverse=True):
        forks[record.parent].append(record)
    met: set[str] = set()
    found = []
    # In a foreign database runs may be each other's parents; no root leads to those.
    for first in (*roots, *records):
        family, waiting = [], [Branch(first, 0)]
        while waiting:
            branch = waiting.pop()
            if branch.record.run not in met:
                met.add(branch.record.run)
                family.append(branch)
                waiting += [Branch(one, branch.depth + 1) for one in forks[branch.record.run]]
        if family:
            found.append(family)
    return found


def fork_changes(store: Store) -> dict[str, Changes]:
    """What each fork changed where it left its parent, by the fork's name; raises `StoreError`.

    The values are those of the first seed.
    """
    with store.reading() as connection:
        rows = connection.execute(_CHANGES).fetchall()
    found: dict[str, Changes] = defaultdict(dict)
    for run, name, old, new in rows:
        if name in HYPERPARAMETERS:
            before, _ = found[run].get(name, (_value(run, old), None))
            found[run][name] = before, _value(run, new)
    return {
        run: {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        for run, changes in found.items()
    }


def _value(run: str, text: str) -> Value:
    try:
        value: Value = json.loads(text)
    except (RecursionError, TypeError, ValueError) as error:
        raise StoreError(
            "The changes of the run {run} are damaged: {error}.", run=run, error=error
        ) from error
    return value
