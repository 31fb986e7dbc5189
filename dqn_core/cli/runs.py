"""The command line's ``runs``: what a store has, taken out, taken in, tidied."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dqn_core.base.errors import ConfigurationError, StoreError
from dqn_core.base.numbers import UNKNOWN, number
from dqn_core.cli.results import aligned, json_text
from dqn_core.cli.streams import say
from dqn_core.configuration.options import value_words
from dqn_core.presets import AUTO, beside_preset
from dqn_core.store import exports
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store, is_store
from dqn_core.store.tree import Branch, Changes, families, fork_changes


def kept(folder: Path) -> Store:
    """The store that is in ``folder``; raises `StoreError` where there is none.

    Who only looks makes no folder.
    """
    if not is_store(folder):
        raise StoreError(f"There are no runs in {str(folder)!r}: give their folder with --runs.")
    return Store(folder)


def list_runs(options: argparse.Namespace) -> int:
    """Print every run, the newest first, or each below the one that it was forked from."""
    if options.json and options.tree:
        raise ConfigurationError(
            "--tree and --json do not go together: in the JSON each run has its parent and its "
            "fork_step."
        )
    store = kept(options.runs) if options.runs.exists() else None
    records = store.runs() if store else []
    if options.tag is not None:
        records = [record for record in records if options.tag in record.tags]
    if options.json:
        say(json_text([_described(record) for record in records]))
    elif store is None or not records:
        say(f"There are no runs{_tagged(options)} in {options.runs}.")
    else:
        say(_tree(records, fork_changes(store)) if options.tree else _table(records))
    return 0


def _tagged(options: argparse.Namespace) -> str:
    return f" with the tag {options.tag}" if options.tag else ""


def show_run(options: argparse.Namespace) -> int:
    """Print what is known of one run."""
    store = kept(options.runs)
    record = store.called(options.run)
    if options.json:
        say(json_text(_described(record) | _history(store, record)))
    else:
        say(_in_words(store, record))
    return 0


def export_run(options: argparse.Namespace) -> int:
    """Write one run to a file, in the format that its name ends with."""
    store = kept(options.runs)
    record = store.called(options.run)
    exports.write(store, record, options.table, options.output)
    return _done(options, record, f"{record.run} is in {options.output}.")


def import_run(options: argparse.Namespace) -> int:
    """Take a run in from a file that ``export`` or ``train --save-run`` wrote."""
    from dqn_core.store import transfer

    record = transfer.take_in(Store(options.runs), options.file)
    return _done(options, record, f"{options.file} is now {record.run} in {options.runs}.")


def delete_runs(options: argparse.Namespace) -> int:
    """Take runs out of the lists; if one of the names is that of no run, none is taken out."""
    store = kept(options.runs)
    records = [store.called(name) for name in dict.fromkeys(options.names)]
    for record in records:
        store.delete(record.run)
    return _all_done(
        options, records, "{0} is deleted; for a day, runs restore {0} brings it back."
    )


def restore_runs(options: argparse.Namespace) -> int:
    """Take `delete_runs` back: of all of them, or of none."""
    store = kept(options.runs)
    records = [store.run(name) for name in dict.fromkeys(options.names)]
    for record in records:
        store.restore(record.run)
    return _all_done(options, records, "{0} is back.")


def tag_run(options: argparse.Namespace) -> int:
    """Give a run tags, or take some from it."""
    store = kept(options.runs)
    record = store.called(options.run)
    before, given = set(record.tags), {" ".join(tag.split()) for tag in options.tag}
    record = store.update(record.run, tags=before - given if options.remove else before | given)
    return _done(options, record, f"Tags of {record.run}: {', '.join(record.tags) or 'none'}.")


def _all_done(options: argparse.Namespace, records: Sequence[RunRecord], sentence: str) -> int:
    """Say what was done to each of these runs; as JSON it is one list."""
    described = [_described(record) for record in records]
    words = (sentence.format(record.run) for record in records)
    say(json_text(described) if options.json else "\n".join(words))
    return 0


def _done(options: argparse.Namespace, record: RunRecord, sentence: str) -> int:
    say(json_text(_described(record)) if options.json else sentence)
    return 0


def _described(record: RunRecord) -> dict[str, Any]:
    return {
        "run": record.run,
        "name": record.name,
        "env_id": record.env_id,
        "parent": record.parent,
        "fork_step": record.fork_step,
        "status": str(record.status),
        "env_steps": record.env_steps,
        "members": record.members,
        "config": record.configs[0].to_dict(),
        "seeds": [config.seed for config in record.configs],
        "tags": list(record.tags),
    }


def _history(store: Store, record: RunRecord) -> dict[str, Any]:
    return {
        "episodes": _rows(store, record, "episodes", ("member", "env_step", "return")),
        "changes": _rows(store, record, "changes", ("member", "env_step", "name", "old", "new")),
        "snapshots": [snapshot.env_step for snapshot in store.snapshots(record.run)],
    }


def _rows(
    store: Store, record: RunRecord, table: str, names: Sequence[str]
) -> list[dict[str, Any]]:
    columns = store.columns(record.run, table, names=names)
    rows = zip(*(columns[name].tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


HEADINGS = (
    *("run", "name", "environment", "status", "seeds", "steps", "return", "greedy", "updated"),
    *("tags", "values"),
)


def _table(records: Sequence[RunRecord]) -> str:
    """The runs as a table for a terminal."""
    return "\n".join(aligned([HEADINGS, *map(_cells, records)]))


def _cells(record: RunRecord) -> tuple[str, ...]:
    return (
        record.run,
        record.title,
        record.environment,
        str(record.status),
        str(len({config.seed for config in record.configs})),
        f"{record.env_steps:,}",
        _mean(record.recent_return),
        _mean(record.greedy_return),
        f"{datetime.fromtimestamp(record.updated):%Y-%m-%d %H:%M}",
        ", ".join(record.tags),
        _values(record),
    )


def _values(record: RunRecord) -> str:
    """The values that differ from the preset, after its name if it is not the recommended one."""
    differing = beside_preset(record.preset, tuple(record.configs))
    values = [f"{name} {' / '.join(map(value_words, found))}" for name, found in differing]
    return "; ".join(values if record.preset in ("", AUTO) else [record.preset, *values])


def _tree(records: Sequence[RunRecord], changes: Mapping[str, Changes]) -> str:
    """The runs as indented lines."""
    return "\n".join(
        "  " * branch.depth + _branch(branch, changes.get(branch.record.run, {}))
        for family in families(records)
        for branch in family
    )


def _branch(branch: Branch, changes: Changes) -> str:
    record = branch.record
    parts = [f"{record.run} ({record.title})" if record.title else record.run]
    if record.parent:
        # The parent of a family's first run is not in a line above it.
        parent = "" if branch.depth else f" of {record.parent}"
        parts[0] += f": fork{parent} at step {record.fork_step or 0:,}"
        parts += [f"{name} {old} → {new}" for name, (old, new) in changes.items()]
    parts.append(f"{record.status} at step {record.env_steps:,}")
    return ", ".join([*parts, f"return {_mean(record.recent_return)}"])


def _in_words(store: Store, record: RunRecord) -> str:
    lines = [f"{record.run}: {record.environment}, {record.status} at step {record.env_steps:,}."]
    if record.title:
        lines.append(f"Name: {record.title}")
    if record.parent:
        lines.append(f"Fork of {record.parent} at step {record.fork_step or 0:,}.")
    seeds = ", ".join(str(config.seed) for config in record.configs)
    lines.append(f"Seeds: {seeds}. Preset: {record.preset or 'none'}.")
    lines.append(
        f"Mean return of the newest episodes {_mean(record.recent_return)}, of the newest greedy "
        f"evaluation {_mean(record.greedy_return)}."
    )
    for change in _rows(store, record, "changes", ("env_step", "name", "old", "new")):
        lines.append(
            f"Step {change['env_step']:,}: {change['name']} {change['old']} → {change['new']}"
        )
    steps = [f"{s.env_step:,} ({s.kind})" for s in store.snapshots(record.run)]
    lines.append(f"Snapshots at steps {', '.join(steps)}." if steps else "No snapshots.")
    if record.tags:
        lines.append(f"Tags: {', '.join(record.tags)}")
    if record.note:
        lines.append(f"Note: {record.note}")
    return "\n".join(lines)


def _mean(value: float | None) -> str:
    return UNKNOWN if value is None else number(value)
