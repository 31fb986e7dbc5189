"""Trends: evenly thinned rows of a table that grows, each read once."""

import numpy as np
import pytest

from dashboard.session.trends import TREND_POINTS, Trend
from dqn_core.history import Table


@pytest.mark.parametrize("member", [0, 1])
def test_a_trend_that_grew_is_the_one_of_all_rows_at_once_and_reads_each_row_once(
    member: int,
) -> None:
    class Told(Table):
        """Tells which rows are read."""

        def columns(self, start: int = 0, end: int | None = None) -> dict[str, np.ndarray]:
            found = super().columns(start, end)
            read.extend(found["number"].tolist())
            return found

    read: list[int] = []
    table, told = Table({"member": int, "number": int}), Told({"member": int, "number": int})
    grown = Trend(told, member)
    for length in (0, 1, 2, 59, 60, 61, 62, 500, 501, 5_000):
        for number in range(len(table), 2 * length):
            for one in (table, told):
                one.append(member=number % 2, number=number)
        rows = grown.rows()["number"].tolist()
        assert rows == Trend(table, member).rows()["number"].tolist()
        assert read == list(range(2 * length))
        assert len(rows) <= TREND_POINTS + 1
        assert length == 0 or rows[-1] == 2 * (length - 1) + member
        assert len(set(np.diff(rows)[:-1])) <= 1
