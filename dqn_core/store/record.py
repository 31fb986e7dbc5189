"""The record of a run in a store: what is known besides its history and its snapshots."""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from dqn_core.base.errors import ODD_CONTENTS, LabError, StoreError, reason_of
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import shown
from dqn_core.configuration.config import DQNConfig
from dqn_core.environments.modules import parts
from dqn_core.files.versions import versions

LONGEST_STEM = 30
SILENT_SECONDS = 15.0
"""A run with the status "running" that has not been written for so long was interrupted."""

LATEST_MOMENT = 2.0**33
"""In the year 2242: pandas has dates up to 2262."""

Configs = tuple[DQNConfig, ...]


class Status(StrEnum):
    """What a stored run is doing, or how it ended."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class RunRecord:
    """One run of a store, as it was when it was read."""

    run: str  # its unique and permanent name, such as cartpole-7
    title: str  # a person's name for it, or ""
    env_id: str
    environment: str
    preset: str
    configs: Configs  # of the members now; the history's changes lead back to the first ones
    parent: str | None  # the run that it was forked from
    fork_step: int | None  # up to here its history is the parent's
    status: Status
    env_steps: int
    members: int
    recent_return: float | None  # mean of the newest episodes of all members
    greedy_return: float | None  # mean of the newest greedy evaluation of all members
    created: float  # seconds since 1970, as is ``updated``
    updated: float
    versions: Mapping[str, str]
    starred: bool
    note: str
    hidden: bool
    owner: str | None  # the visitor, on a server where visitors see only their own runs
    tags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its title, else its unique name."""
        return self.title or self.run


COLUMNS = tuple(field.name for field in fields(RunRecord) if field.name != "tags")
"""The columns of the table of runs that a record is made of."""

_TEXTS = ("run", "title", "env_id", "environment", "preset", "note")
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(_TEXTS, (str,)),
    **dict.fromkeys(("parent", "owner"), (str, type(None))),
    **dict.fromkeys(("env_steps", "members"), (int,)),
    "fork_step": (int, type(None)),
    **dict.fromkeys(("created", "updated"), (float, int)),
}
"""The types of columns, which SQLite does not check."""


def new_values(
    configs: Sequence[DQNConfig],
    preset: str,
    title: str,
    parent: str | None,
    fork_step: int | None,
    owner: str | None,
) -> dict[str, Any]:
    """The columns of a run that begins now, except its name."""
    began = now()
    return {
        "title": title,
        "preset": preset,
        "parent": parent,
        "fork_step": fork_step,
        "status": Status.PAUSED,
        "env_steps": fork_step or 0,
        "created": began,
        "updated": began,
        "versions": json.dumps(versions()),
        "starred": False,
        "note": "",
        "hidden": False,
        "owner": owner,
        **values_of(configs),
    }


def values_of(configs: Sequence[DQNConfig]) -> dict[str, Any]:
    """The columns that follow from the members' configurations."""
    return {
        "env_id": configs[0].env_id,
        "environment": configs[0].environment,
        "members": len(configs),
        "configs": json.dumps([config.to_dict() for config in configs]),
    }


def record_of(
    row: sqlite3.Row, tags: Sequence[str], configs: Callable[[str], Configs]
) -> RunRecord:
    """The record in a row of the table of runs; raises `StoreError` if the row is damaged.

    ``configs`` parses the text of the configurations.
    """
    try:
        values = {name: of_kind(row[name], *_KINDS.get(name, ())) for name in COLUMNS}
        values["configs"] = configs(row["configs"])
        if len(values["configs"]) != row["members"]:
            raise ValueError(Phrase("it has {count} configurations", count=len(values["configs"])))
        values["versions"] = {str(k): str(v) for k, v in json.loads(row["versions"]).items()}
        for name in ("starred", "hidden"):
            values[name] = bool(row[name])
        for name in ("recent_return", "greedy_return"):
            values[name] = None if row[name] is None else float(row[name])
        for name in ("created", "updated"):
            values[name] = moment(row[name])
        values["status"] = _status(row["status"], row["updated"])
        return RunRecord(**values, tags=tuple(of_kind(tag, str) for tag in tags))
    except (LabError, *ODD_CONTENTS) as error:
        raise StoreError(
            "The run {run} is damaged: {reason}.", run=row["run"], reason=reason_of(error)
        ) from error


def of_kind(value: Any, *kinds: type) -> Any:
    """``value``; raises `ValueError` if it has none of these types, which SQLite does not check."""
    if kinds and not isinstance(value, kinds):
        raise ValueError(Phrase("{value} is not what it should be", value=shown(value)))
    return value


def moment(value: Any) -> float:
    """Seconds since 1970; raises `ValueError` for a time that no calendar has a date for."""
    seconds = float(value)
    if not 0 <= seconds <= LATEST_MOMENT:
        raise ValueError(Phrase("{value} is not what it should be", value=shown(value)))
    return seconds


def now() -> float:
    """The present `moment`, also where the clock says what no calendar has a date for."""
    return min(max(time.time(), 0.0), LATEST_MOMENT)


def _status(stored: str, updated: float) -> Status:
    status = Status(stored)
    is_silent = time.time() - updated > SILENT_SECONDS
    return Status.INTERRUPTED if status is Status.RUNNING and is_silent else status


def configs_from(text: str) -> Configs:
    """The configurations that `values_of` wrote: one at least."""
    configs = tuple(DQNConfig.from_dict(values) for values in json.loads(text))
    if not configs:
        raise ValueError(Phrase("it has {count} configurations", count=0))
    return configs


def stem_of(env_id: str) -> str:
    """What the names of runs in that environment begin with: ``cartpole`` for ``CartPole-v1``."""
    name = re.sub(r"-v\d+$", "", parts(env_id)[1]).rpartition("/")[2]
    return re.sub(r"[^a-z0-9]", "", name.lower())[:LONGEST_STEM] or "run"
