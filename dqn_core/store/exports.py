"""A stored run in the formats of other programs: tables as CSV and Parquet."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from dqn_core.errors import ConfigurationError, MissingPackageError
from dqn_core.store import transfer
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store
from dqn_core.whole_files import whole_file

Writer = Callable[[Store, RunRecord, str, Path], None]
"""Writes one run, and of its history the table with that name, to a file."""


def writer_for(path: Path) -> Writer:
    """What writes the format that the file's name ends with; raises `ConfigurationError`."""
    if path.suffix not in _WRITERS:
        raise ConfigurationError(
            f"{str(path)!r} has no ending that says the format: choose {', '.join(_WRITERS)}."
        )
    return _WRITERS[path.suffix]


def frame(store: Store, record: RunRecord, table: str) -> pd.DataFrame:
    """A table of the run's history, with ``run`` and each row's ``seed`` besides."""
    columns = pd.DataFrame(store.columns(record.run, table))
    seeds = [config.seed for config in record.configs]
    columns.insert(0, "run", record.run)
    columns.insert(2, "seed", [seeds[member] for member in columns["member"]])
    return columns


def _whole_run(store: Store, record: RunRecord, table: str, part: Path) -> None:
    part.write_bytes(transfer.export(store, record.run))


def _csv(store: Store, record: RunRecord, table: str, part: Path) -> None:
    frame(store, record, table).to_csv(part, index=False)


def _parquet(store: Store, record: RunRecord, table: str, part: Path) -> None:
    values = frame(store, record, table)
    for column in ("old", "new"):  # numbers, texts and yes or no in one column
        if column in values:
            values[column] = values[column].map(str)
    try:
        values.to_parquet(part, index=False)
    except ImportError as error:
        raise MissingPackageError(
            "Parquet files need the package pyarrow: pip install pyarrow."
        ) from error


_WRITERS: dict[str, Writer] = {".safetensors": _whole_run, ".csv": _csv, ".parquet": _parquet}


def write(store: Store, record: RunRecord, table: str, path: Path) -> None:
    """Write ``path``, whole or not at all, in the format that its name ends with."""
    writer = writer_for(path)
    with whole_file(path) as part:
        writer(store, record, table, part)
