"""A stored run in the formats of other programs."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dqn_core.base.errors import (
    ConfigurationError,
    StoreError,
    needs_package,
    reason_of,
)
from dqn_core.base.phrases import Phrase
from dqn_core.base.whole_files import checked_target, whole_file
from dqn_core.history import WHEN
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (
    ".safetensors is the whole run, for import; .csv and .parquet are one table of its history; "
    ".py is the script that repeats the run; without an ending it is a folder for TensorBoard"
)

Writer = Callable[[Store, RunRecord, str, Path], None]
"""Writes one run, and of its history the table with that name, to a file."""


def check_output(path: Path) -> None:
    """Refuse a file that cannot be written, or whose ending is no format."""
    if path.suffix and path.suffix not in _WRITERS:
        raise ConfigurationError(
            "{path!r} has no ending that says the format: choose {endings}, or none for a folder "
            "for TensorBoard.",
            path=str(path),
            endings=", ".join(_WRITERS),
        )
    if path.suffix:
        checked_target(path)


def write(store: Store, record: RunRecord, table: str, path: Path) -> None:
    """Write ``path`` in the format that its name ends with, a file whole or not at all."""
    if not path.suffix:
        try:
            _event_files(store, record, path)
        except OSError as error:
            reason = error.strerror or reason_of(error)
            raise StoreError(
                "{path!r} cannot be written: {reason}.", path=str(path), reason=reason
            ) from error
        return
    with whole_file(path) as part:
        _WRITERS[path.suffix](store, record, table, part)


def frame(store: Store, record: RunRecord, table: str) -> "pd.DataFrame":
    """A table of the run's history, with the columns ``run`` and ``seed`` added.

    Raises `StoreError` where it is damaged.
    """
    import pandas as pd  # slow to import, and no other command needs it

    columns = pd.DataFrame(store.columns(record.run, table))
    seeds = np.array([config.seed for config in record.configs])
    if not columns["member"].between(0, len(seeds) - 1).all():
        raise StoreError(
            "The history of the run {name} is damaged: {reason}.",
            name=record.run,
            reason=Phrase("it has rows of no such member"),
        )
    columns.insert(0, "run", record.run)
    columns.insert(2, "seed", seeds[columns["member"]])
    return columns


def _whole_run(store: Store, record: RunRecord, _: str, part: Path) -> None:
    from dqn_core.store import transfer

    part.write_bytes(transfer.export(store, record.run))


def _csv(store: Store, record: RunRecord, table: str, part: Path) -> None:
    frame(store, record, table).to_csv(part, index=False)


def _parquet(store: Store, record: RunRecord, table: str, part: Path) -> None:
    part.write_bytes(parquet(frame(store, record, table)))


def parquet(table: "pd.DataFrame") -> bytes:
    """A Parquet file; raises `MissingPackageError`.

    What was set may be a number, a text, yes or no: a column of Parquet has one type.
    """
    texts = {name: table[name].astype(str) for name in ("old", "new") if name in table}
    with needs_package("A Parquet file needs the package pyarrow: pip install pyarrow."):
        content: bytes = table.assign(**texts).to_parquet(index=False)
    return content


def _script(store: Store, record: RunRecord, _: str, part: Path) -> None:
    from dqn_core.files.script import script

    with closing(store.trainer(record.run)) as trainer:
        part.write_text(script(trainer, record.preset), encoding="utf-8")


_WRITERS: dict[str, Writer] = {
    ".safetensors": _whole_run,
    ".csv": _csv,
    ".parquet": _parquet,
    ".py": _script,
}


def _event_files(store: Store, record: RunRecord, folder: Path) -> None:
    """Write each member as one run of TensorBoard, with every column over environment steps."""
    with needs_package(
        "A folder for TensorBoard needs the package tensorboard: pip install tensorboard."
    ):
        from torch.utils.tensorboard import SummaryWriter
    for member, config in enumerate(record.configs):
        name = record.run if record.members == 1 else f"{record.run}-seed-{config.seed}"
        for earlier in (folder / name).glob("events.out.tfevents.*"):
            earlier.unlink()  # TensorBoard would show both, every number twice
        with SummaryWriter(str(folder / name)) as writer:
            for table in ("episodes", "evaluations", "updates"):
                rows = frame(store, record, table)
                _add_scalars(writer, table, rows[rows["member"] == member], record.created)


def _add_scalars(writer: Any, table: str, rows: "pd.DataFrame", created: float) -> None:
    for column in rows.columns.difference(["run", "seed", *WHEN]):
        known = rows[rows[column].notna()]
        times = created + known["seconds"]
        for value, step, when in zip(known[column], known["env_step"], times, strict=True):
            writer.add_scalar(f"{table}/{column}", value, step, walltime=when)
