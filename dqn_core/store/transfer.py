"""Export of a stored run as one file, and import of such a file into a store."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from dqn_core.base.errors import ODD_CONTENTS, CheckpointError, LabError, StoreError, reason_of
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.config import DQNConfig
from dqn_core.files.checkpoint import load_run
from dqn_core.files.packing import Source, name_of, pack, unpack
from dqn_core.files.state_check import check_history
from dqn_core.history import History, as_state
from dqn_core.store import rows, snapshots
from dqn_core.store.record import RunRecord, Status, moment, now, values_of
from dqn_core.store.recorder import Recorder
from dqn_core.store.snapshots import Kind
from dqn_core.store.store import Store, insert, set_tags

_TEXTS = ("title", "preset", "note")


def export(store: Store, name: str) -> bytes:
    """The file of a run with its history and its snapshots; raises `StoreError`.

    A snapshot whose file cannot be read is left out.
    """
    record = store.run(name)
    state = {
        "configs": [config.to_dict() for config in record.configs],
        **{field: getattr(record, field) for field in _TEXTS},
        "tags": list(record.tags),
        "starred": record.starred,
        "status": str(record.status),
        "env_steps": record.env_steps,
        "created": record.created,
        "fork_step": record.fork_step,
        "parent_created": _created(store, record.parent),
        "versions": dict(record.versions),
        "recent_return": record.recent_return,
        "greedy_return": record.greedy_return,
        "history": {table: as_state(store.columns(name, table)) for table in rows.TABLES},
        "snapshots": [
            {
                "env_step": snapshot.env_step,
                "changes": snapshot.changes,
                "kind": str(snapshot.kind),
                "content": content,
            }
            for snapshot in store.snapshots(name)
            if (content := _content(snapshots.path_of(store.folder, snapshot.file))) is not None
        ],
    }
    return pack("stored run", state)


def take_in(store: Store, source: Source, owner: str | None = None) -> RunRecord:
    """Import what `export` or `save_run` wrote as a new run, with a new name.

    If its parent was imported before, it is the parent here too. Raises `CheckpointError` if the
    file is damaged or something else, and `StoreError`.
    """
    name = name_of(source)
    kind, state = unpack(source)
    if kind == "run":
        return _take_in_state(store, source, owner)
    if kind != "stored run":
        raise CheckpointError(
            "{name} holds no whole run but one {kind}: export the run itself.", name=name, kind=kind
        )
    try:
        history, contents = _history(state), _snapshots(state)
        with store.writing() as connection:
            run = insert(connection, _values(store, state, owner))
            set_tags(connection, run, map(str, state["tags"]))
            for table, columns in history.items():
                rows.append(connection, run, table, 0, columns)
            for place, kind, content in contents:
                file = snapshots.write(store.folder, content, kind)
                snapshots.add(connection, run, place, kind, len(content), file)
    except StoreError:
        raise
    except (LabError, *ODD_CONTENTS) as error:
        raise CheckpointError(
            "{name} cannot be imported: {reason}.", name=name, reason=reason_of(error)
        ) from error
    store.thin()
    return store.run(run)


def _values(store: Store, state: Mapping[str, Any], owner: str | None) -> dict[str, Any]:
    """The columns of the new run, except its name."""
    texts = {field: state[field] for field in _TEXTS}
    for field, text in texts.items():
        if not isinstance(text, str):
            raise ValueError(Phrase("its {field} is no text", field=field))
    status = Status(state["status"])
    fork_step = state["fork_step"]
    return {
        **values_of([DQNConfig.from_dict(values) for values in state["configs"]]),
        **texts,
        "parent": _run_created(store, state["parent_created"]),
        "fork_step": None if fork_step is None else int(fork_step),
        # Nobody trains it here.
        "status": Status.INTERRUPTED if status is Status.RUNNING else status,
        "env_steps": int(state["env_steps"]),
        "created": moment(state["created"]),
        "updated": now(),
        "versions": json.dumps({str(k): str(v) for k, v in state["versions"].items()}),
        "recent_return": _mean(state["recent_return"]),
        "greedy_return": _mean(state["greedy_return"]),
        "starred": bool(state.get("starred", False)),  # earlier versions did not say
        "hidden": False,
        "owner": owner,
    }


def _history(state: Mapping[str, Any]) -> dict[str, dict[str, np.ndarray]]:
    history = History()
    history.load_state_dict(state["history"])
    columns = {name: table.columns() for name, table in history.tables().items()}
    check_history(columns, len(state["configs"]), int(state["env_steps"]))
    return columns


def _snapshots(state: Mapping[str, Any]) -> list[tuple[tuple[int, int], Kind, bytes]]:
    kept = [
        (
            (int(one["env_step"]), int(one["changes"])),
            Kind(one["kind"]),
            np.asarray(one["content"], np.uint8).tobytes(),
        )
        for one in state["snapshots"]
    ]
    if not all(0 <= env_step <= int(state["env_steps"]) for (env_step, _), _, _ in kept):
        raise ValueError(Phrase("it has snapshots of steps that it has not made"))
    return kept


def _take_in_state(store: Store, source: Source, owner: str | None) -> RunRecord:
    """Import the file of one state as a run that can be continued."""
    with closing(load_run(source)) as trainer:
        record = store.create(trainer.configs, owner=owner)
        recorder = Recorder(store, record, trainer)
        recorder.finish(Status.FINISHED if trainer.finished() else Status.PAUSED)
        if recorder.problem:
            raise StoreError(recorder.problem)
    return store.run(record.run)


def _created(store: Store, parent: str | None) -> float | None:
    """When the parent began: an imported parent has another name but the same moment."""
    try:
        return None if parent is None else store.run(parent).created
    except StoreError:  # deleted for good
        return None


def _run_created(store: Store, moment: Any) -> str | None:
    if moment is None:
        return None
    with store.reading() as connection:
        found = connection.execute(
            "SELECT run FROM runs WHERE created = ?", (float(moment),)
        ).fetchone()
    return found and str(found["run"])


def _content(path: Path) -> np.ndarray | None:
    try:
        return np.frombuffer(path.read_bytes(), np.uint8)
    except OSError:
        return None


def _mean(value: Any) -> float | None:
    return None if value is None else float(value)
