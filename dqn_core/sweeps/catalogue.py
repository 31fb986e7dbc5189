"""The sweeps of a store: what each was declared to be, and which run each of its pieces is."""

import json
import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from dqn_core.base.errors import ODD_CONTENTS, LabError, StoreError, reason_of
from dqn_core.base.phrases import did_you_mean, read, written
from dqn_core.base.scalars import shown
from dqn_core.comparison import Metric
from dqn_core.store.record import RunRecord, new_values, of_kind, stem_of, values_of
from dqn_core.store.store import LONGEST_TAG, Store, insert, set_tags
from dqn_core.sweeps.plan import Piece, Plan, cut

TAG = "sweep:"
"""What the tag of a sweep's runs begins with; its name follows."""

_LOG = logging.getLogger(__name__)

PRUNED = "pruned"
"""The tag of a run that a search has stopped early."""


@dataclass(frozen=True)
class Sweep:
    """A declared sweep: its ``name`` in the store, its plan, and when it began (s since 1970).

    A search has a ``pruner``, and its pieces are added one by one; for others it is "". ``trials``
    is how many it is to come to, 0 once it has. ``problem`` says in a sentence what went wrong when
    it was trained last, or "".
    """

    name: str
    plan: Plan
    pruner: str
    preset: str
    created: float
    problem: str = ""
    trials: int = 0

    @property
    def metric(self) -> Metric:
        """What its points are judged by: those of a search by what Optuna is told of each."""
        return "area" if self.pruner else "final"


@dataclass(frozen=True)
class KeptPiece:
    """One piece: its ``number`` in the sweep, its members, and its run, None before it began."""

    number: int
    configs: Piece
    run: str | None


def declare(store: Store, plan: Plan, name: str = "", pruner: str = "", preset: str = "") -> Sweep:
    """The sweep with that plan: the one that is there already, else a new one.

    One that lacks only the plan's last seeds gets pieces with these: all its members have the bits
    that they would have, had it had these seeds from the beginning. A search gets none, since its
    points follow from what their seeds came to.

    Without a ``name`` the newest of the same plan is meant, and a new one is called by what it
    varies. Raises `StoreError` where the name is that of another plan, and where the sweep has more
    seeds than the plan.
    """
    pieces = [] if pruner else plan.pieces()
    name = " ".join(name.split())
    if len(TAG + name) > LONGEST_TAG:
        raise StoreError(
            "A sweep's name has at most {longest} characters.", longest=LONGEST_TAG - len(TAG)
        )
    with store.writing() as connection:
        same = _same(connection, plan, name, pruner)
        if same is None:
            name = name or _free_name(connection, plan)
            _check_free(connection, name)
            connection.execute(
                "INSERT INTO sweeps (sweep, plan, pruner, preset, created) VALUES (?, ?, ?, ?, ?)",
                (name, json.dumps(plan.to_dict()), pruner, preset, time.time()),
            )
            for number, configs in enumerate(pieces):
                _add(connection, name, number, configs)
        elif same.plan != plan:
            _add_seeds(connection, store, same, plan.seeds)
    return sweep_called(store, same.name if same else name)


def with_seeds(store: Store, sweep: Sweep, seeds: tuple[int, ...]) -> Sweep:
    """The sweep with these ``seeds``, which begin with the seeds that it has.

    Raises `StoreError` if they do not, and for a search.
    """
    plan = replace(sweep.plan, seeds=seeds)
    return declare(store, plan, sweep.name, sweep.pruner, sweep.preset)


def sweeps(store: Store) -> list[Sweep]:
    """All of them, the newest first; one that is damaged is left out, and logged in a sentence."""
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM sweeps WHERE deleted IS NULL ORDER BY created DESC, sweep"
        ).fetchall()
    return list(_readable(rows))


def sweep_called(store: Store, name: str) -> Sweep:
    """The sweep with that name; raises `StoreError`."""
    with store.reading() as connection:
        row = connection.execute(
            "SELECT * FROM sweeps WHERE sweep = ? AND deleted IS NULL", (name,)
        ).fetchone()
    if row:
        return _sweep(row)
    near = get_close_matches(name, [sweep.name for sweep in sweeps(store)], n=1)
    raise StoreError(did_you_mean(_unknown(store, name).phrase, near))


def pieces_of(store: Store, name: str) -> list[KeptPiece]:
    """The pieces in their order; a run that was deleted is none."""
    with store.reading() as connection:
        return _pieces(connection, store, name)


def _pieces(connection: sqlite3.Connection, store: Store, name: str) -> list[KeptPiece]:
    found = connection.execute(
        "SELECT piece, pieces.configs, runs.run FROM pieces "
        "LEFT JOIN runs ON runs.run = pieces.run AND runs.deleted IS NULL "
        "WHERE sweep = ? ORDER BY piece",
        (name,),
    ).fetchall()
    try:
        return [
            KeptPiece(row["piece"], store.configs_from(row["configs"]), row["run"]) for row in found
        ]
    except (LabError, *ODD_CONTENTS) as error:
        raise _damaged(name, error) from error


def added_piece(store: Store, name: str, number: int, configs: Piece) -> KeptPiece:
    """The sweep's piece with that number, which is added if there is none."""
    with store.writing() as connection:
        _add(connection, name, number, configs)
    return next(piece for piece in pieces_of(store, name) if piece.number == number)


def claim(store: Store, sweep: Sweep, piece: KeptPiece) -> RunRecord:
    """The one run of that piece, which is made if there is none.

    In one transaction: another process that claims the piece gets the same run, and one that is
    killed leaves either no run or one that its piece knows.
    """
    with store.writing() as connection:
        row = connection.execute(
            "SELECT runs.run FROM pieces JOIN runs ON runs.run = pieces.run "
            "WHERE sweep = ? AND piece = ? AND runs.deleted IS NULL",
            (sweep.name, piece.number),
        ).fetchone()
        if row is None:
            values = new_values(piece.configs, sweep.preset, "", None, None, None)
            run = insert(connection, values)
            set_tags(connection, run, [TAG + sweep.name])
            connection.execute(
                "UPDATE pieces SET run = ? WHERE sweep = ? AND piece = ?",
                (run, sweep.name, piece.number),
            )
        else:
            run = str(row["run"])
    return store.run(run)


def note_problem(store: Store, name: str, problem: str) -> None:
    """Keep with the sweep why it is not trained to its end; "" when it is begun again."""
    with store.writing() as connection:
        connection.execute(
            "UPDATE sweeps SET problem = ? WHERE sweep = ?", (written(problem), name)
        )


def want_trials(store: Store, name: str, trials: int) -> None:
    """Keep with a search how many trials it is to come to; 0 when it has."""
    with store.writing() as connection:
        connection.execute("UPDATE sweeps SET trials = ? WHERE sweep = ?", (trials, name))


def delete_sweep(store: Store, name: str) -> None:
    """Take the sweep and its runs out of the lists; for a day `restore_sweep` brings them back."""
    _set_deleted(store, name, time.time())


def restore_sweep(store: Store, name: str) -> None:
    """Take `delete_sweep` back: a run that had been deleted before it stays so."""
    _set_deleted(store, name, None)


def _set_deleted(store: Store, name: str, now: float | None) -> None:
    """Delete or restore a sweep, and of its runs those that have the same time of deletion."""
    with store.writing() as connection:
        row = connection.execute("SELECT deleted FROM sweeps WHERE sweep = ?", (name,)).fetchone()
        if row is None:
            raise _unknown(store, name)
        connection.execute("UPDATE sweeps SET deleted = ? WHERE sweep = ?", (now, name))
        connection.execute(
            "UPDATE runs SET deleted = ? WHERE deleted IS ? "
            "AND run IN (SELECT run FROM pieces WHERE sweep = ?)",
            (now, row["deleted"], name),
        )


def _same(connection: sqlite3.Connection, plan: Plan, name: str, pruner: str) -> Sweep | None:
    """The newest sweep of that plan, with that name if there is one.

    Else the newest that differs from it in its last seeds alone; of searches only one with that
    name. By what is read: another version may have written the same plan in other words.
    """
    rows = connection.execute(
        "SELECT * FROM sweeps WHERE deleted IS NULL AND pruner = ? AND (? = '' OR sweep = ?) "
        "ORDER BY created DESC",
        (pruner, name, name),
    ).fetchall()
    akin = [sweep for sweep in _readable(rows) if sweep.plan.agrees_but_for_seeds(plan)]
    same = [sweep for sweep in akin if sweep.plan == plan]
    return next(iter(same or ([] if pruner and not name else akin)), None)


def _readable(rows: Iterable[sqlite3.Row]) -> Iterator[Sweep]:
    """Without the damaged ones, each of which is logged in a sentence."""
    for row in rows:
        try:
            yield _sweep(row)
        except StoreError as error:
            _LOG.warning(str(error))


def _add_seeds(
    connection: sqlite3.Connection, store: Store, sweep: Sweep, seeds: tuple[int, ...]
) -> None:
    """Pieces with the seeds that the sweep lacks; its points are read from those that it has."""
    has = sweep.plan.seeds
    if sweep.pruner:
        raise StoreError(
            "The search {name} keeps its seeds, since what it tried follows from what these came "
            "to: train its best values with more, or give another name.",
            name=shown(sweep.name),
        )
    if len(seeds) < len(has):
        raise StoreError(
            "The sweep {name} has {count} seeds of each already, and loses none: give at least as "
            "many, or another name.",
            name=shown(sweep.name),
            count=len(has),
        )
    kept = _pieces(connection, store, sweep.name)
    points = [one for piece in kept for one in piece.configs if one.seed == has[0]]
    further = cut([one.replace(seed=seed) for seed in seeds[len(has) :] for one in points])
    for number, configs in enumerate(further, len(kept)):
        _add(connection, sweep.name, number, configs)
    plan = replace(sweep.plan, seeds=seeds)
    connection.execute(
        "UPDATE sweeps SET plan = ? WHERE sweep = ?", (json.dumps(plan.to_dict()), sweep.name)
    )


def _add(connection: sqlite3.Connection, name: str, number: int, configs: Piece) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO pieces VALUES (?, ?, ?, NULL)",
        (name, number, values_of(configs)["configs"]),
    )


def _free_name(connection: sqlite3.Connection, plan: Plan) -> str:
    """``cartpole-gamma-tau``, with a number behind it where that is taken."""
    stem = "-".join([stem_of(plan.base.env_id), *(axis.name for axis in plan.axes)])
    stem = stem[: LONGEST_TAG - len(TAG) - 10]
    taken = {name for (name,) in connection.execute("SELECT sweep FROM sweeps")}
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (stem, *numbered) if name not in taken)


def _check_free(connection: sqlite3.Connection, name: str) -> None:
    row = connection.execute("SELECT deleted FROM sweeps WHERE sweep = ?", (name,)).fetchone()
    if row and row["deleted"]:
        raise StoreError(
            "The sweep {name} was deleted and can be restored for a day: give another name.",
            name=shown(name),
        )
    if row:
        raise StoreError(
            "The sweep {name} was declared with other values: give it these, or another name.",
            name=shown(name),
        )


def _sweep(row: sqlite3.Row) -> Sweep:
    try:
        plan = Plan.from_dict(json.loads(row["plan"]))
        texts = (of_kind(row[name], str) for name in ("sweep", "pruner", "preset", "problem"))
        name, pruner, preset, problem = texts
        created = of_kind(row["created"], float, int)
        trials = of_kind(row["trials"], int)
        return Sweep(name, plan, pruner, preset, created, read(problem), trials)
    except (LabError, *ODD_CONTENTS) as error:
        raise _damaged(row["sweep"], error) from error


def _unknown(store: Store, name: str) -> StoreError:
    return StoreError(
        "There is no sweep {name} in {folder!r}.", name=shown(name), folder=str(store.folder)
    )


def _damaged(name: str, error: Exception) -> StoreError:
    return StoreError(
        "The sweep {name} is damaged: {reason}.", name=shown(name), reason=reason_of(error)
    )
