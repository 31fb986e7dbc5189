"""Runs of the store to compare the present run with."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile

import numpy as np

from dashboard.session.race import race_of, race_words
from dashboard.session.returns import average_returns, over_members
from dashboard.session.run import Run
from dashboard.session.store import own_runs, store_so_far
from dashboard.session.view import DASHES, Dash
from dashboard.session.words import called, change_label, named_value
from dqn_core import DQNConfig
from dqn_core.base.errors import ConfigurationError, StoreError
from dqn_core.base.phrases import Phrase
from dqn_core.comparison import NEEDED, Change, changes_of
from dqn_core.configuration.members import alike, differing, first_configs
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store
from dqn_core.sweeps.axis import Axis

MOST_NAMED = 2
"""Values that tell a run from the present one in a legend."""

LEAVES = Phrase(
    "The present run ends. It stays under Earlier runs, where it can be continued, and its curve "
    "stays in grey."
)
"""What becomes of the present run when a new one supersedes it."""


@dataclass(frozen=True, eq=False)
class Earlier:
    """A run of the store, as it was when it was read.

    ``first_config`` is the first member's at step 0, and ``changes`` are its changes; ``counted``
    are the members whose returns make its numbers; ``dash`` tells its curve from the others'.
    """

    record: RunRecord
    first_config: DQNConfig
    changes: tuple[Change, ...]
    episodes: Mapping[str, np.ndarray]
    counted: tuple[int, ...]
    greedy_returns: tuple[float, ...]
    dash: Dash = "solid"

    @classmethod
    def read(cls, store: Store, record: RunRecord) -> "Earlier":
        """Raises `StoreError`."""
        episodes, evaluations, changes = (
            store.columns(record.run, table, names=NEEDED[table])
            for table in ("episodes", "evaluations", "changes")
        )
        newest = evaluations["env_step"] == max(evaluations["env_step"], default=0)
        evaluated = tuple(evaluations["member"][newest].tolist())
        return cls(
            record,
            first_configs(record.configs, changes)[0],
            changes_of(changes, 0, record.env_steps),
            episodes,
            # Whoever has stopped is not evaluated any more.
            evaluated or tuple(range(record.members)),
            tuple(evaluations["mean_return"][newest].tolist()),
        )

    @property
    def config(self) -> DQNConfig:
        """The first member's configuration in its last step."""
        return _after(self.first_config, self.changes)

    @cached_property
    def differing(self) -> list[str]:
        """What its members differ in, as in a race or a sweep: a mean over them says nothing."""
        return differing(self.record.configs)

    @property
    def race(self) -> Axis | None:
        """The race that it was, if it was one."""
        return race_of(self.record.configs) if self.differing else None

    @property
    def seeds(self) -> int:
        """The number of seeds, in a race of each value."""
        return self.record.members // len(alike(self.record.configs))

    def average_return(self, smoothing: float) -> float:
        """The average return at its end, NaN where no episode had ended."""

        def columns(start: int) -> dict[str, np.ndarray]:
            return {name: column[start:] for name, column in self.episodes.items()}

        return over_members(average_returns(columns, self.counted, smoothing))

    @property
    def greedy_return(self) -> float:
        """The return in its last greedy evaluation, NaN where there was none."""
        return over_members(self.greedy_returns)

    def is_kin_of(self, present: Run) -> bool:
        """Whether one of the two was forked from the other."""
        name, parent = present.keeping.name, present.keeping.parent
        return self.record.run == parent or (bool(name) and self.record.parent == name)

    def words(self, present: Run) -> str:
        """``run 2 (γ 0.9, α 0.01 → 0.001, 1 more)``, for a legend."""
        values = self.differences(present)
        more = len(values) - MOST_NAMED
        named = [*values[:MOST_NAMED], *([Phrase("{count} more", count=more)] if more > 0 else [])]
        name = self.record.name
        return Phrase("{run} ({values})", run=name, values=named) if named else name

    def differences(self, present: Run) -> list[Phrase]:
        """Values that differ from those ``present`` began with, and the changes of this run, as
        ``γ 0.9`` and ``α 0.01 → 0.001``; of an undone branch, only the changes after the fork."""
        first, last, other = self.first_config, self.config, present.first_config
        if self.is_kin_of(present):
            first, other = self._where_left(present), last
        race, changed, differs = self.race, last.difference(first), last.difference(other)
        values = [race_words(race)] if race else []
        if self.differing and not race:
            names = [called(name) for name in self.differing]
            values.append(Phrase("several values of {names}", names=names))
        values += [
            change_label(name, getattr(first, name), value)
            if name in changed
            else named_value(name, value)
            for name, value in last.to_dict().items()
            if name in changed or name in differs
            if name not in self.differing
        ]
        if self.record.members != present.trainer.members:
            seeds = self.seeds
            values.append(Phrase("{count} seeds", count=seeds) if seeds > 1 else Phrase("1 seed"))
        return values

    def _where_left(self, present: Run) -> DQNConfig:
        """The configuration at the fork: with the changes that both have in common."""
        columns = present.history.changes.columns()
        own = changes_of(columns, 0, present.trainer.env_step)
        both = zip(self.changes, own, strict=False)
        alike = takewhile(lambda changes: changes[0] == changes[1], both)
        return _after(self.first_config, [change for change, _ in alike])


def _after(config: DQNConfig, changes: Iterable[Change]) -> DQNConfig:
    with suppress(ConfigurationError):  # those in a file may not go together
        return config.replace(**{change.name: change.new for change in changes})
    return config


class EarlierRuns:
    """What a visitor sees of the store beside the present run: read once, and when it has grown."""

    def __init__(self, owner: str | None) -> None:
        self._owner = owner
        self._read: dict[str, Earlier] = {}
        self._watched: dict[str, RunRecord] = {}

    def of(self, present: Run) -> list[Earlier]:
        """The newest runs in the environment of ``present``, oldest first: returns of another one
        say nothing there. The run that it was forked from is always among them."""
        parent = present.keeping.parent

        def is_shown(record: RunRecord) -> bool:
            is_alike = record.environment == present.config.environment
            has_a_curve = record.recent_return is not None and not record.hidden
            return is_alike and has_a_curve and record.run != present.keeping.name

        with suppress(StoreError):
            if store := store_so_far():
                records = list(filter(is_shown, own_runs(store, self._owner)))
                records.sort(key=lambda record: record.run != parent)  # it first, then the newest
                newest = sorted(records[: len(DASHES)], key=lambda record: record.created)
                return self._up_to_date(store, newest)
        return []

    def watch(self, record: RunRecord) -> None:
        """Offer that run's agents on the Test page too."""
        self._watched[record.run] = record

    def watchable(self, present: Run) -> list[RunRecord]:
        """Runs whose agents can be chosen on the Test page, the newest first."""
        shown = {earlier.record.run: earlier.record for earlier in reversed(self.of(present))}
        return list((self._watched | shown).values())

    def _up_to_date(self, store: Store, records: list[RunRecord]) -> list[Earlier]:
        before, self._read = self._read, {}
        taken = {before[record.run].dash for record in records if record.run in before}
        free = [dash for dash in DASHES if dash not in taken]
        for record in records:
            earlier = before.get(record.run)
            if earlier is None or earlier.record != record:
                dash = earlier.dash if earlier else free.pop(0)
                earlier = replace(Earlier.read(store, record), dash=dash)
            self._read[record.run] = earlier
        return list(self._read.values())
