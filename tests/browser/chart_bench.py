"""The live chart between a stand-in for the server and a real page."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import plotly
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from dashboard.charts import live_chart
from dashboard.charts.live_chart import News, held, live_charts
from dashboard.charts.panels import Panel, Reference, Takeaway, Trace
from dashboard.web.feed import Source
from dashboard.web.theme import hues
from tests.browser.waiting import PATIENCE

ASSETS = Path(__file__).parents[2] / "assets"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
ORIGIN = "http://chart.test/"
HUES = {"chart-categorical-colors": ",".join(hues().values())}
THEMES = {
    "light": {"text-color": "#1f2933", "background-color": "#ffffff", **HUES},
    "dark": {"text-color": "#e6eaee", "background-color": "#14181d", **HUES},
}
VARIABLES = "".join(f"--st-{name}: {value};" for name, value in THEMES["light"].items())
PAGE = f"""<!doctype html>
<link rel="stylesheet" href="shared/paper.css">
<style>:root {{{VARIABLES}}}</style>
<main class="stApp stMainBlockContainer"></main>
"""

PANELS = (
    Panel(
        "return",
        "Return",
        (
            Trace("episodes", "return", "training", "average"),
            Trace("evaluations", "mean_return", "greedy", "markers", "value"),
        ),
        references=(Reference(475, "solved <475>"), Reference(22, "random policy")),
        y_range=(0, 500),
        takeaway=Takeaway("episodes/return", "average return", 500),
        empty="The curve begins with the first finished episode.",
    ),
    Panel("loss", "Loss", (Trace("updates", "loss", "loss", "average", "loss"),), y_scale="log"),
    Panel("epsilon", "Exploration", (Trace("episodes", "epsilon", "ε", color="exploration"),)),
)


def made_up(rows: int, members: int = 1) -> dict[str, dict[str, Any]]:
    """A run whose first rows do not depend on how many there are."""
    index = np.arange(rows)
    random = np.random.default_rng(0).random((50_000, 2))[:rows]
    x = {
        "member": index % members,
        "env_step": 100 * (index // members + 1),
        "episode": index // members + 1,
        "seconds": 0.04 * (index // members + 1),
    }
    loss = 0.1 + random[:, 1]
    loss[::7] = 0
    loss[3::11] = np.nan
    loss[5::13] = np.inf
    every = slice(24, None, 25)
    return {
        "episodes": x | {"return": 500 * random[:, 0], "epsilon": 1 / (1 + index)},
        "updates": x | {"loss": loss},
        "evaluations": {name: values[every] for name, values in x.items()}
        | {"mean_return": 400 * random[every, 0]},
        "changes": {name: values[40:41] for name, values in x.items()}
        | {"label": np.array(["γ 0.99 → <b>0.9</b>"])[: len(index[40:41])]},
    }


def ended(table: dict[str, Any], ends: Mapping[int, int]) -> dict[str, Any]:
    """``table`` without the rows of members after the environment steps where they ended."""
    last = np.array([ends.get(int(member), np.inf) for member in table["member"]])
    return {name: column[table["env_step"] <= last] for name, column in table.items()}


MISSED_ONCE = {"live_chart/chart.css", "vendor/plotly.min.js"}
"""Files that do not come when they are first asked for, as where the server is away."""


def module(route: Route) -> None:
    """Serve the component's files, and an empty page around them."""
    name = route.request.url.removeprefix(ORIGIN)
    if name.startswith("live/"):
        return route.abort()  # by a chart that has gone meanwhile
    if name in MISSED_ONCE:
        MISSED_ONCE.remove(name)
        return route.abort()
    if not name:
        return route.fulfill(content_type="text/html", body=PAGE)
    return route.fulfill(path=PLOTLY if name == "vendor/plotly.min.js" else ASSETS / name)


class Bench:
    """The component between a stand-in for the server and a real page."""

    def __init__(self, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
        self.page = page
        self.place = f"live/{secrets.token_hex(4)}/"  # where the charts of another test do not ask
        self.questions: list[dict[str, str]] = []
        self.losing = False
        self.repeating = False
        self.known = True
        monkeypatch.setattr(live_chart, "_component", self._component)
        monkeypatch.setattr(live_chart, "offer", self._offer)
        if page.url != ORIGIN:
            page.route(f"{ORIGIN}**", module)
            page.goto(ORIGIN)
        page.route(f"{ORIGIN}{self.place}**", self._answer)
        self.mount()

    def close(self) -> None:
        """Leave the page as it was at first, but for the scripts that it has loaded."""
        self.page.evaluate("""() => {
            window.unmount?.();
            document.querySelector("main").replaceChildren();
            for (const node of [document.documentElement, document.querySelector("main")])
                node.removeAttribute("style");
        }""")
        self.page.unroute(f"{ORIGIN}{self.place}**")
        self.page.emulate_media(media="null")
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.mouse.move(0, 0)

    def _component(self, *, key: str, data: dict[str, Any], **_: Any) -> None:
        self.data = data

    def _offer(self, name: str, source: Source, period: float) -> dict[str, Any]:
        self.source = source
        return {"address": f"{self.place}{name}", "period": round(1000 * period), "view": object()}

    def _answer(self, route: Route) -> None:
        query = dict(parse_qsl(urlsplit(route.request.url).query, keep_blank_values=True))
        self.questions.append(query)
        if self.losing:
            route.abort()
        elif not self.known:
            route.fulfill(status=404)
        else:
            route.fulfill(body=self.source({} if self.repeating else query))

    def mount(self) -> None:
        """Give the component a new element, as after a change of page."""
        self.page.evaluate("""async () => {
            const chart = await import("/live_chart/chart.js");
            document.querySelector("main").replaceChildren(document.createElement("div"));
            const parentElement = document.querySelector("main div");
            window.charts = chart.charts;
            window.sent = [];
            window.views = 0;
            window.show = (data) => {
                window.unmount = chart.default({
                    data: { ...data, view: views++ },
                    parentElement,
                    setTriggerValue: (name, value) => window.sent.push([name, value]),
                });
            };
        }""")

    def refresh(
        self,
        rows: int,
        *,
        members: int = 1,
        run_id: str = "a",
        state: str = "",
        stopped: Mapping[int, int] | None = None,
        **options: Any,
    ) -> None:
        """Draw the page; wait until the answer has come and all of it is drawn.

        ``stopped`` has the environment steps after which members have no rows.
        """
        ends = stopped or {}
        tables = {
            name: ended(table, ends) if name != "changes" else table
            for name, table in made_up(rows, members).items()
        }
        options = {"panels": PANELS, "x_axis": "env_step", "smoothing": 0.9, **options}
        live_charts(
            news=lambda: News(held(tables), run_id, state, stopped=list(ends)),
            key="chart",
            **options,
        )
        with self.answered():
            self.page.evaluate("(data) => show(data)", self.data | {"view": 0})
        self.page.locator(".live-chart-plot .main-svg").first.wait_for()

    def answered(self) -> Any:
        """A block that ends when an answer has come; the component loads other files, too."""
        return self.page.expect_event("response", lambda response: self.place in response.url)

    def plot(self, key: int = 0) -> Any:
        return self.page.locator(".live-chart-plot").nth(key)

    def drawn(self, expression: str, panel: int = 0) -> Any:
        """Evaluate an expression of Plotly's element `gd` and the curves `shown` with it.

        All that is in sight is drawn by then.
        """
        return self.plot(panel).evaluate(
            """async (gd, [expression, index, patience]) => {
                const frame = () => new Promise(requestAnimationFrame);
                const chart = charts.get(document.querySelector("main div"));
                const panels = () => [...chart.panels.values()];
                const deadline = performance.now() + patience;
                do {
                    await frame(); // what has another size or comes into sight
                    await frame(); // is drawn in the frame after
                } while (panels().some(({ stale, visible }) => stale && visible)
                    && performance.now() < deadline);
                const { shown } = panels()[index];
                return new Function("gd", "shown", `return ${expression}`)(gd, shown);
            }""",
            [expression, panel, PATIENCE],
        )

    def drag(self, panel: int = 0) -> None:
        """Zoom into the middle half of the x axis."""
        box = self.plot(panel).bounding_box()
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + box["width"] * 0.3, y)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] * 0.6, y, steps=4)
        self.page.mouse.up()
        expect(self.follow).to_be_visible()

    def double_click(self, panel: int = 0) -> None:
        self.plot(panel).locator(".nsewdrag").first.dblclick()
        expect(self.follow).to_be_hidden()

    @property
    def follow(self) -> Locator:
        """The button that leaves a zoom."""
        return self.page.get_by_role("button", name="Follow newest", include_hidden=True)
