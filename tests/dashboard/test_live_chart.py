"""What the live chart sends: only rows that are new, whatever gets lost on the way."""

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dashboard import live_chart
from dashboard.live_chart import Panel, Reference, Takeaway, Trace, _packed, live_charts

PANELS = (
    Panel(
        "return",
        "Return",
        (Trace("episodes", "return", "training", "average"),),
        references=(Reference(475, "solved"),),
        takeaway=Takeaway("training", "average return", 500),
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


class Page:
    """Stands for Streamlit: a session, and the component that is handed messages."""

    def __init__(self) -> None:
        self.session_state: dict[str, Any] = {}
        self.resend: Callable[[], None]

    def component(self, *, key: str, data: bytes, on_missing_change: Callable[[], None]) -> None:
        self.session_state[key] = {"missing": None}
        self.message = data
        self.resend = on_missing_change

    def refresh(self, rows: int, run_id: str = "a", **options: Any) -> dict[str, Any]:
        options = {"panels": PANELS, "x_axis": "env_step", "smoothing": 0.9} | options
        live_charts(tables=run(rows), run_id=run_id, key="chart", **options)
        return read(self.message)

    def ask(self, run_id: str, rows: dict[str, int]) -> None:
        self.session_state["chart"]["missing"] = {"run": run_id, "rows": rows}
        self.resend()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    page = Page()
    monkeypatch.setattr(live_chart.st, "session_state", page.session_state)
    monkeypatch.setattr(live_chart, "_component", page.component)
    return page


def span(message: dict[str, Any], name: str = "episodes") -> tuple[int, int]:
    """First row and number of rows sent of a table."""
    part = message["tables"][name]
    return part["start"], part["rows"]


def test_only_new_rows_are_sent(page: Page) -> None:
    assert span(page.refresh(30)) == (0, 30)
    assert span(page.refresh(50)) == (30, 20)
    assert span(page.refresh(50)) == (50, 0)
    assert span(page.refresh(55)) == (50, 5)


def test_values_arrive_as_they_are(page: Page) -> None:
    sent = page.refresh(40)["tables"]
    expected = run(40)
    for name, column in (("episodes", "return"), ("episodes", "env_step"), ("updates", "loss")):
        np.testing.assert_array_equal(sent[name]["values"][column], expected[name][column])
    np.testing.assert_allclose(
        sent["episodes"]["values"]["seconds"], expected["episodes"]["seconds"], rtol=1e-6
    )
    assert sent["changes"]["values"]["label"] == ["γ 0", "γ 1", "γ 2", "γ 3"]


@pytest.mark.parametrize("largest", [0, 255, 256, 2**16, 2**32 - 1, 2**40])
def test_integers_are_sent_exactly(
    page: Page, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = np.array([3, 3 + largest])
    monkeypatch.setattr(
        f"{__name__}.run",
        lambda rows: {
            name: table(rows, **{"return": steps, "loss": steps, "env_step": steps})
            for name in ("episodes", "updates")
        },
    )
    sent = page.refresh(2)["tables"]["episodes"]["values"]
    np.testing.assert_array_equal(sent["env_step"], steps)


def test_only_drawn_columns_are_sent(page: Page) -> None:
    assert "unused" not in page.refresh(5)["tables"]["episodes"]["values"]


def test_panels_are_sent_once(page: Page) -> None:
    first = page.refresh(5)["spec"]
    assert [panel["title"] for panel in first["panels"]] == ["Return", "Loss"]
    assert page.refresh(6)["spec"] == {"id": first["id"]}
    other = page.refresh(6, panels=PANELS[:1])
    assert [panel["title"] for panel in other["spec"]["panels"]] == ["Return"]
    assert span(other) == (0, 6), "other panels draw other columns: all rows are needed again"


def test_a_refresh_without_news_is_small(page: Page) -> None:
    page.refresh(20_000)
    page.refresh(20_000)
    assert len(page.message) < 400


def test_smoothing_and_x_axis_cost_no_rows(page: Page) -> None:
    page.refresh(100)
    message = page.refresh(100, smoothing=0.5, x_axis="seconds")
    assert (message["smoothing"], message["axis"]) == (0.5, "seconds")
    assert span(message) == (100, 0)


def test_what_the_browser_lacks_is_sent_again(page: Page) -> None:
    page.refresh(30)
    page.refresh(60)
    page.ask("a", {"episodes": 30, "updates": 60, "changes": 6})
    message = page.refresh(70)
    assert (span(message), span(message, "updates")) == ((30, 40), (60, 10))
    page.ask("a", {})
    message = page.refresh(70)
    assert span(message) == (0, 70)
    assert "panels" in message["spec"]


def test_a_question_about_an_earlier_run_is_ignored(page: Page) -> None:
    page.refresh(30, "a")
    page.refresh(10, "b")
    page.ask("a", {})
    assert span(page.refresh(12, "b")) == (10, 2)


def test_another_run_starts_afresh(page: Page) -> None:
    page.refresh(30, "a")
    message = page.refresh(12, "b")
    assert (message["run"], span(message)) == ("b", (0, 12))
    assert "panels" in message["spec"]


def test_a_chart_that_was_off_the_page_starts_afresh(page: Page) -> None:
    page.refresh(30)
    # Streamlit drops the state of a component that a run of the page did not show.
    del page.session_state["chart"]
    message = page.refresh(31)
    assert span(message) == (0, 31)
    assert "panels" in message["spec"]


def test_an_empty_run_has_its_panels_and_no_rows(page: Page) -> None:
    message = page.refresh(0)
    assert span(message) == (0, 0)
    assert "panels" in message["spec"]
    assert page.refresh(3)["tables"]["episodes"]["start"] == 0


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
        np.testing.assert_array_equal(np.frombuffer(data, "<f4"), np.float32(values))
