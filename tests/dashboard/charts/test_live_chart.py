"""What the live chart is answered: the rows that it lacks, whatever got lost on the way."""

import json
import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dashboard.charts.live_chart import News, _packed, answer, held
from dashboard.charts.panels import COLOURS, Panel, Reference, Takeaway, Trace
from dashboard.web.feed import BadQueryError

PANELS = (
    Panel(
        "return",
        "Return",
        (Trace("episodes", "return", "training", "average"),),
        references=(Reference(475, "solved"),),
        takeaway=Takeaway("episodes/return", "average return", 500),
    ),
    Panel("loss", "Loss", (Trace("updates", "loss", "loss", color="loss"),), y_scale="log"),
)


def table(rows: int, **columns: Any) -> dict[str, Any]:
    """A table with the columns that each has, and some of its own."""
    return {
        "member": np.zeros(rows, int),
        "env_step": 100 * np.arange(rows) + 1_000_000,
        "episode": np.arange(rows),
        "seconds": 0.1 * np.arange(rows),
        **columns,
    }


def run(rows: int) -> dict[str, dict[str, Any]]:
    return {
        "episodes": table(
            rows, **{"return": np.arange(rows, dtype=float), "unused": np.zeros(rows)}
        ),
        "updates": table(rows, loss=np.where(np.arange(rows) % 3, 0.5, np.nan)),
        "changes": table(rows // 10, label=np.array([f"γ {i}" for i in range(rows // 10)])),
    }


def read(message: bytes) -> dict[str, Any]:
    """The format of a message, read by other means than those that wrote it."""
    (length,) = struct.unpack_from("<I", message)
    header: dict[str, Any] = json.loads(message[4 : 4 + length])
    offset = 4 + length
    for part in header["tables"].values():
        part["values"] = dict(part.get("texts", {}))
        for name, code, base in part["columns"]:
            column = np.frombuffer(message, f"<{code}", part["rows"], offset)
            part["values"][name] = column.astype(float) + base
            offset += column.nbytes
    assert offset == len(message)
    return header


class Browser:
    """Asks as the browser does: what it has so far goes with each question."""

    def __init__(self) -> None:
        self.columns = self.run = ""
        self.rows: dict[str, int] = {}

    def ask(self, rows: int, run_id: str = "a", panels: Sequence[Panel] = PANELS) -> dict[str, Any]:
        query = {"columns": self.columns, "run": self.run}
        query |= {name: str(count) for name, count in self.rows.items()}
        self.answer = answer(panels, News(held(run(rows)), run_id), query)
        message = read(self.answer)
        self.columns = message["columns"]
        self.run = message["run"]
        self.rows = {name: sum(span(message, name)) for name in message["tables"]}
        return message


@pytest.fixture
def browser() -> Browser:
    return Browser()


def span(message: dict[str, Any], name: str = "episodes") -> tuple[int, int]:
    """First row and number of rows sent of a table."""
    part = message["tables"][name]
    return part["start"], part["rows"]


def test_only_new_rows_are_sent(browser: Browser) -> None:
    assert span(browser.ask(30)) == (0, 30)
    assert span(browser.ask(50)) == (30, 20)
    assert span(browser.ask(50)) == (50, 0)
    assert span(browser.ask(55)) == (50, 5)


def test_values_arrive_as_they_are(browser: Browser) -> None:
    sent = browser.ask(40)["tables"]
    expected = run(40)
    for name, column in (("episodes", "return"), ("episodes", "env_step"), ("updates", "loss")):
        np.testing.assert_array_equal(sent[name]["values"][column], expected[name][column])
    np.testing.assert_allclose(
        sent["episodes"]["values"]["seconds"], expected["episodes"]["seconds"], rtol=1e-6
    )
    assert sent["changes"]["values"]["label"] == ["γ 0", "γ 1", "γ 2", "γ 3"]


@pytest.mark.parametrize("largest", [0, 255, 256, 2**16, 2**32 - 1, 2**40])
def test_integers_are_sent_exactly(
    browser: Browser, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = np.array([3, 3 + largest])
    monkeypatch.setattr(
        f"{__name__}.run",
        lambda rows: {
            name: table(rows, **{"return": steps, "loss": steps, "env_step": steps})
            for name in ("episodes", "updates")
        },
    )
    sent = browser.ask(2)["tables"]["episodes"]["values"]
    np.testing.assert_array_equal(sent["env_step"], steps)


def test_only_drawn_columns_are_sent(browser: Browser) -> None:
    assert "unused" not in browser.ask(5)["tables"]["episodes"]["values"]


def test_an_answer_names_the_panels_that_its_columns_are_for(browser: Browser) -> None:
    both = browser.ask(5)["columns"]
    message = browser.ask(6, panels=PANELS[:1])
    assert (message["columns"] == both, set(message["tables"])) == (False, {"episodes", "changes"})
    assert span(message) == (0, 6), "other panels draw other columns: all rows are needed again"


def test_rows_stay_where_only_the_words_of_the_panels_change(browser: Browser) -> None:
    browser.ask(5)
    trace = replace(PANELS[0].traces[0], name="training (γ 0.99 → 0.9)")
    renamed = replace(PANELS[0], title="Another title", traces=(trace,))
    assert span(browser.ask(6, panels=[renamed, PANELS[1]])) == (5, 1)


def test_a_refresh_late_in_a_run_takes_few_bytes(browser: Browser) -> None:
    browser.ask(20_000)
    browser.ask(20_000)
    assert len(browser.answer) < 400
    browser.ask(20_040)
    assert len(browser.answer) < 2_000


def test_what_the_browser_lacks_is_sent_again(browser: Browser) -> None:
    browser.ask(60)
    browser.rows |= {"episodes": 30}
    message = browser.ask(70)
    assert (span(message), span(message, "updates")) == ((30, 40), (60, 10))
    browser.rows = {}
    assert span(browser.ask(70)) == (0, 70)


def test_another_run_starts_afresh(browser: Browser) -> None:
    browser.ask(30, "a")
    message = browser.ask(12, "b")
    assert (message["run"], span(message)) == ("b", (0, 12))


def test_an_empty_run_has_no_rows(browser: Browser) -> None:
    assert span(browser.ask(0)) == (0, 0)
    assert browser.ask(3)["tables"]["episodes"]["start"] == 0


@pytest.mark.parametrize("count", [-5, 10_000])
def test_a_count_that_cannot_be_is_taken_for_the_nearest_one(browser: Browser, count: int) -> None:
    browser.ask(30)
    browser.rows["episodes"] = count
    assert span(browser.ask(30)) in ((0, 30), (30, 0))


def test_a_count_that_is_no_number_is_refused(browser: Browser) -> None:
    browser.ask(30)
    query = {"columns": browser.columns, "run": browser.run, "episodes": "many"}
    with pytest.raises(BadQueryError, match="many"):
        answer(PANELS, News(held(run(30)), "a"), query)


def test_a_takeaway_is_about_one_of_the_traces() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Panel("a", "A", (Trace("a", "b", "c"),), takeaway=Takeaway("nothing", "value"))


def test_whole_and_equal_numbers_take_few_bytes_and_come_out_as_they_went_in() -> None:
    returns = np.array([9.0, 500.0, 12.0])
    code, base, data = _packed(returns)
    assert len(data) == 6
    assert (base + np.frombuffer(data, f"<{code}")).tolist() == returns.tolist()
    code, base, data = _packed(np.full(40, 0.1))
    assert (code, base, data) == ("u1", 0.1, bytes(40))
    for values in ([0.5, 1.0], [np.nan, 1.0], [1e12, 2.0], [np.inf, np.inf]):
        code, base, data = _packed(np.array(values))
        assert (code, base) == ("f4", 0)
        np.testing.assert_array_equal(np.frombuffer(data, "<f4"), np.array(values, np.float32))


def test_a_quantity_and_a_run_have_one_of_the_themes_colours() -> None:
    assert Trace("a", "b", "c", color=COLOURS - 1).hue == COLOURS - 1
    assert Trace("a", "b", "c", color="value").hue in range(COLOURS)


def test_a_line_of_several_runs_has_the_rows_of_all_their_tables() -> None:
    panels = (Panel("a", "A", (Trace("one", "return", "both", more=("two",)),)),)
    tables = {name: run(rows)["episodes"] for name, rows in (("one", 3), ("two", 5))}
    message = read(answer(panels, News(held(tables), "a"), {}))
    assert {name: span(message, name) for name in tables} == {"one": (0, 3), "two": (0, 5)}
    assert "unused" not in message["tables"]["two"]["values"]
