"""A page with the live chart over made-up runs, driven by its address.

Query parameters: `episodes` at the start, `grow` episodes a refresh, `members`, `wait` (seconds
between refreshes, 0 for none).
"""

from functools import lru_cache
from typing import get_args

import numpy as np
import streamlit as st
from streamlit.starlette import App

from dashboard.charts.live_chart import News, held, live_charts
from dashboard.charts.panels import Panel, Reference, Takeaway, Trace
from dashboard.session.view import XAxis
from dashboard.web.routes import routes

PANELS = (
    Panel(
        "return",
        "Return",
        (
            Trace("episodes", "return", "training", "average", "return"),
            Trace("evaluations", "mean_return", "greedy evaluation", "markers", "value"),
        ),
        references=(
            Reference(475, "solved 475"),
            Reference(22, "random policy 22"),
            Reference(500, "most possible 500"),
        ),
        y_range=(0, 500),
        takeaway=Takeaway("episodes/return", "average return", 500),
        empty="The curve begins with the first finished episode.",
    ),
    Panel(
        "loss",
        "Loss",
        (Trace("updates", "loss", "loss", "average", "loss"),),
        y_scale="log",
        takeaway=Takeaway("updates/loss", "average loss"),
    ),
    Panel(
        "exploration",
        "Exploration",
        (Trace("episodes", "epsilon", "ε", "line", "exploration"),),
        y_range=(0, 1),
    ),
    Panel(
        "values",
        "Predicted against obtained",
        (
            Trace("evaluations", "predicted", "predicted", "markers", "prediction", "dash"),
            Trace("evaluations", "obtained", "obtained", "markers", "value"),
        ),
        y_title="discounted return",
    ),
    Panel(
        "gradient",
        "Gradient norm",
        (Trace("updates", "gradient_norm", "norm", "average", "gradient"),),
    ),
)


def made_up(episodes: int, members: int) -> dict[str, dict[str, np.ndarray]]:
    """A run that learns, seeded per member, so that a longer one begins with the shorter one."""
    tables: dict[str, list[dict[str, np.ndarray]]] = {"episodes": [], "updates": []}
    evaluations: list[dict[str, np.ndarray]] = []
    for member in range(members):
        random = np.random.default_rng(member)
        noise = random.standard_normal((30_000, 3))[:episodes]
        episode = np.arange(1, episodes + 1)
        skill = 1 / (1 + np.exp(-(episode - 220 - 25 * member) / 60))
        returns = np.clip(22 + 450 * skill * (1 + 0.25 * noise[:, 0]), 9, 500).round()
        step = np.cumsum(np.where(returns > 0, 200, 0))
        x = {
            "member": np.full(episodes, member),
            "env_step": step,
            "episode": episode,
            "seconds": step * 4e-4,
        }
        epsilon = np.maximum(0.05, 1 - step / 20_000)
        tables["episodes"].append(x | {"return": returns, "epsilon": epsilon})
        loss = np.exp(noise[:, 1] * 0.5 - 2 * skill)
        loss[::97] = 0.0
        loss[50:60] = np.nan
        norm = np.exp(noise[:, 2] * 0.4)
        norm[::131] = np.inf
        tables["updates"].append(x | {"loss": loss, "gradient_norm": norm})
        at = slice(24, None, 25)
        evaluations.append(
            {name: column[at] for name, column in x.items()}
            | {
                "mean_return": np.clip(500 * skill[at] + 15 * noise[at, 1], 9, 500),
                "predicted": 90 * skill[at] + 8 * noise[at, 2] + 20,
                "obtained": 95 * skill[at],
            }
        )
    tables["evaluations"] = evaluations
    # by time, then member, as a trainer would write them
    joined = {}
    for name, parts in tables.items():
        table = {c: np.concatenate([part[c] for part in parts]) for c in parts[0]}
        order = np.lexsort((table["member"], table["episode"]))
        joined[name] = {c: values[order] for c, values in table.items()}
    x = tables["episodes"][0]
    rows = [row for row in (119, 139, 399) if row < episodes]
    joined["changes"] = {c: x[c][rows] for c in ("member", "env_step", "episode", "seconds")}
    labels = ["γ 0.99 → 0.9", "learning rate 0.001 → 0.0003", "ε end 0.05 → 0.01"]
    joined["changes"]["label"] = np.array(labels[: len(rows)])
    return joined


@lru_cache
def whole_run(members: int) -> dict[str, dict[str, np.ndarray]]:
    return made_up(30_000 if members == 1 else 2_000, members)


class GrowingRun:
    """Made-up episodes, some more each time that somebody asks."""

    number = 1

    def __init__(self, episodes: int, members: int) -> None:
        self.episodes = episodes
        self._whole = whole_run(members)

    def news(self, growth: int) -> News:
        self.episodes += growth
        tables = {
            name: {
                column: values[: np.searchsorted(table["episode"], self.episodes, "right")]
                for column, values in table.items()
            }
            for name, table in self._whole.items()
        }
        return News(held(tables), f"run {self.number}")


def demo() -> None:
    st.set_page_config(layout="wide")
    query, state = st.query_params, st.session_state
    grow, wait = int(query.get("grow", 40)), float(query.get("wait", 0.5))
    if "run" not in state:
        state.run = GrowingRun(int(query.get("episodes", 300)), int(query.get("members", 1)))
    run: GrowingRun = state.run

    with st.container(horizontal=True):
        shown = st.toggle("Show", value=True)
        growing = st.toggle("Grow", value=wait > 0)
        if st.button("New run"):
            run.number += 1
            run.episodes = 0
        axis: XAxis | None = st.segmented_control("x axis", get_args(XAxis), default="env_step")
        smoothing = st.slider("Smoothing", 0.0, 0.99, 0.9)
    if shown:
        live_charts(
            PANELS,
            lambda: run.news(grow if growing else 0),
            x_axis=axis or "env_step",
            smoothing=smoothing,
            key="chart",
            period=wait if growing else 0,
        )


if __name__ == "__main__":
    demo()
else:
    app = App(__file__, routes=routes())
