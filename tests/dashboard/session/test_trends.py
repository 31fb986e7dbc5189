"""Trends: evenly thinned rows of a table that grows, each read once."""

from collections import Counter
from typing import Any

import numpy as np

from dashboard.session.trends import TREND_POINTS, Trend


def test_a_trend_that_grew_is_the_one_of_all_rows_at_once_and_reads_each_row_once() -> None:
    class Told(np.ndarray):
        """Tells which rows are read."""

        def __getitem__(self, rows: Any) -> Any:
            read.append(np.asarray(super().__getitem__(rows)).tolist())
            return np.asarray(super().__getitem__(rows))

    grown, read = Trend(), list[list[int]]()
    for length in (0, 1, 2, 59, 60, 61, 62, 500, 501, 5_000):
        rows = np.arange(length)
        of_all = Trend().of({"member": rows}, rows)["member"]
        assert grown.of({"member": rows.view(Told)}, rows)["member"].tolist() == of_all.tolist()
        assert len(of_all) <= TREND_POINTS + 1
        assert length == 0 or of_all[-1] == length - 1
        assert len(set(np.diff(of_all)[:-1])) <= 1
    times = Counter(row for rows in read for row in rows)
    newest = {length - 1 for length in (1, 2, 59, 60, 61, 62, 500, 501, 5_000)}
    assert all(number == 1 for row, number in times.items() if row not in newest)
