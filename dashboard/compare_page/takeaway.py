"""A comparison as files: every row of the compared runs, and what their seeds came to."""

import io
import zipfile
from collections.abc import Sequence
from typing import Literal

import pandas as pd

from dashboard.compare_page.groups import Line
from dqn_core.comparison import Comparison
from dqn_core.history import MEANINGS
from dqn_core.store.exports import frame, parquet
from dqn_core.store.rows import TABLES
from dqn_core.store.store import Store

Format = Literal["csv", "parquet"]

README = """\
A comparison of runs of DQN Lab. Each table has the rows of all of them: `group` and `run` say whose
a row is. Runs of one group differ only in their seed. scores has what each seed came to.

Columns:
{columns}
"""


def comparison_zip(
    store: Store, lines: Sequence[Line], comparison: Comparison | None, kind: Format
) -> bytes:
    """Every table of the compared runs, with whose each row is; raises `StoreError`."""
    frames = {name: _frame(store, lines, name) for name in TABLES}
    if comparison:
        frames["scores"] = scores(lines, comparison)
    columns = "\n".join(f"  {name}: {meaning}" for name, meaning in MEANINGS.items())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in frames.items():
            content = parquet(table) if kind == "parquet" else table.to_csv(index=False)
            archive.writestr(f"{name}.{kind}", content)
        archive.writestr("README.txt", README.format(columns=columns))
    return file.getvalue()


def scores(lines: Sequence[Line], comparison: Comparison) -> pd.DataFrame:
    """What each seed came to, a row each."""
    rows = [
        {
            "group": line.letter,
            "run": one.run,
            "seed": one.seed,
            "metric": comparison.metric,
            "measure": comparison.measure,
            "until": comparison.until,
            "score": score,
        }
        for line, standing in zip(lines, comparison.standings, strict=True)
        for one, score in zip(standing.group.seed_runs, standing.scores, strict=True)
    ]
    return pd.DataFrame(rows)


def _frame(store: Store, lines: Sequence[Line], name: str) -> pd.DataFrame:
    frames = []
    for line in lines:
        for run, members in line.group.members.items():
            rows = frame(store, store.run(run), name)
            own = rows[rows["member"].isin(members)]
            own.insert(0, "group", line.letter)
            frames.append(own)
    return pd.concat(frames, ignore_index=True)
