"""The members of a stored run, for comparisons."""

from collections.abc import Mapping

from dqn_core.comparison import NEEDED, Columns, SeedRun, seed_runs
from dqn_core.store.record import RunRecord, Status
from dqn_core.store.store import Store


def stored_seed_runs(
    store: Store, record: RunRecord, tables: Mapping[str, Columns] | None = None
) -> list[SeedRun]:
    """Each member of a run; ``tables`` are its `NEEDED` columns, if they were already read."""
    if tables is None:
        tables = {name: store.columns(record.run, name, names=of) for name, of in NEEDED.items()}
    return seed_runs(
        record.run,
        record.configs,
        record.env_steps,
        has_diverged=record.status is Status.DIVERGED,
        **tables,
    )
