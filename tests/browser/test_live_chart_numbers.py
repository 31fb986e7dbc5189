"""What the live chart computes by itself: averages, thinning, intervals, and its axes."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.chart_bench import ORIGIN, module


@pytest.fixture
def page(page: Page) -> Page:
    """An empty page that the component's files are served to."""
    page.route(f"{ORIGIN}**", module)
    page.goto(ORIGIN)
    return page


def statistics(page: Page, script: str, *arguments: Any) -> Any:
    """Run a script with the statistics' module `s` and the store's `c` at hand."""
    return page.evaluate(
        """async ([script, args]) => {
            const s = await import("/live_chart/statistics.js");
            const c = await import("/live_chart/store.js");
            return new Function("s", "c", "args", script)(s, c, args);
        }""",
        [script, list(arguments)],
    )


def test_average_is_the_debiased_exponential_one(page: Page) -> None:
    values = np.random.default_rng(1).normal(5, 2, 300)
    for weight in (0.0, 0.9, 0.99):
        mean, expected = 0.0, []
        for t, value in enumerate(values, 1):
            mean = weight * mean + (1 - weight) * value
            expected.append(mean / (1 - weight**t))
        got = statistics(
            page,
            "const a = new s.Average(args[1]); return args[0].map((x) => a.next(x))",
            values.tolist(),
            weight,
        )
        np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_average_skips_what_is_not_finite(page: Page) -> None:
    got = statistics(
        page,
        "const a = new s.Average(0.9); return [1, NaN, Infinity, 1].map((x) => a.next(x))",
    )
    np.testing.assert_allclose(got, [1, np.nan, np.nan, 1])


def test_average_on_a_logarithmic_axis_is_the_geometric_one_of_what_is_positive(
    page: Page,
) -> None:
    values = [100.0, 0.0, 1e-2, -1.0, 1e-2]
    got = statistics(
        page,
        "const a = new s.Average(0.5, true); return args[0].map((x) => a.next(x))",
        values,
    )
    logs = [2, (0.5 * 2 + -2) / 1.5, (0.25 * 2 + 0.5 * -2 + -2) / 1.75]
    expected = [10 ** logs[0], np.nan, 10 ** logs[1], np.nan, 10 ** logs[2]]
    np.testing.assert_allclose(got, expected)


def axes(page: Page, script: str, *arguments: Any) -> Any:
    """Run a script with the module of the axes `a` at hand."""
    return page.evaluate(
        """async ([script, args]) => {
            const a = await import("/live_chart/axes.js");
            return new Function("a", "args", script)(a, args);
        }""",
        [script, list(arguments)],
    )


def test_the_axis_shows_what_the_environment_can_give_and_any_value_beyond_it(
    page: Page,
) -> None:
    script = """
        const spec = { y_range: [-800, 20], y_scale: "linear", references: [] };
        return a.yRange(spec, [{ lines: { bold: { x: [], y: args[0] } } }]);
    """
    usual = axes(page, script, [-700, 8])
    assert usual[0] < -800
    assert usual[1] > 20
    assert axes(page, script, []) == usual
    beyond = script.replace("references: []", "references: [{ y: 475 }]")
    assert axes(page, beyond, [-700, 8]) == usual, "an aim that is out of reach is not shown"
    low, high = axes(page, script, [-1_234, 30])
    assert low < -1_234
    assert high > 30
    low, _ = axes(page, script, [-801, 8])
    assert -820 < low < -801, "a hair beyond it leaves the axis as it is"


def test_of_many_changes_the_newest_have_their_labels(page: Page) -> None:
    changes = [{"x": 100 * i, "label": f"change number {i}"} for i in range(1, 10)]
    labels = axes(page, "return a.placeLabels(args[0], [0, 1000], { width: 500 })", changes)
    assert labels[0] == {"x": 900, "row": 0, "left": True, "label": "change number 9"}
    assert 2 <= len(labels) < len(changes)


def test_a_reference_line_begins_where_its_value_did_on_every_axis(page: Page) -> None:
    script = """
        const spec = { y_scale: "linear", references: [
            { y: 2, label: "now", since: { env_step: 500, episode: 5 } },
            { y: 100, label: "always", since: null },
        ] };
        const size = { width: 400, height: 200 };
        const ranges = { x: args[1], y: [0, 120] };
        const { shapes } = a.layout({
            spec, theme: {}, axis: args[0], size, ranges, changes: [], labels: [], dragmode: "zoom"
        });
        return shapes.map(({ y0, x0, xref }) => [y0, xref, x0]);
    """
    always = [100, "paper", 0]
    assert axes(page, script, "env_step", [0, 1_000]) == [always, [2, "x", 500]]
    assert axes(page, script, "episode", [0, 10]) == [always, [2, "x", 5]]
    assert axes(page, script, "env_step", [600, 1_000]) == [always, [2, "paper", 0]]
    assert axes(page, script, "env_step", [0, 400]) == [always]


def test_thinning_keeps_extremes_edges_and_gaps(page: Page) -> None:
    y = np.random.default_rng(2).normal(size=20_000)
    y[1234], y[4321] = 50, -50
    y[8000:9000] = np.nan
    script = """
        const y = args[0].map((v) => v ?? NaN);
        const { x, y: kept } = s.thin(y.map((_, i) => i), y, args[1], 1000);
        return { x, y: kept };
    """
    sent = [None if np.isnan(value) else value for value in y]
    kept = statistics(page, script, sent, [0, 20_000])
    x, values = np.array(kept["x"]), np.array(kept["y"], dtype=float)
    assert len(x) <= 1100
    assert {1234, 4321} <= set(x)
    assert np.all(np.diff(x) > 0)
    np.testing.assert_array_equal(values, y[x])
    assert np.isnan(values[(x > 8050) & (x < 8950)]).all()
    assert ((x > 8050) & (x < 8950)).any()
    # a range with few points has them all, and one more on either side
    assert statistics(page, script, sent, [100, 200])["x"] == list(range(99, 202))
    # a longer curve keeps the points that it has shown
    longer = statistics(page, script, [*sent, *range(500)], [0, 20_500])["x"]
    assert set(x[x < 19_900]) == {value for value in longer if value < 19_900}


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 16])
def test_interquartile_mean_and_its_interval(page: Page, size: int) -> None:
    random = np.random.default_rng(size)
    values = np.sort(random.normal(300, 50, size))

    def mean_of_the_middle(samples: Any) -> Any:
        cut = size // 4
        return np.sort(samples, axis=-1)[..., cut : size - cut].mean(axis=-1)

    got = statistics(
        page,
        """const v = Float64Array.from(args[0]);
        return [s.interquartileMean(v), new s.Bootstrap(v.length, 20000).interval(v),
                new s.Bootstrap(v.length).interval(v), new s.Bootstrap(v.length).interval(v)]""",
        values.tolist(),
    )
    assert got[0] == pytest.approx(mean_of_the_middle(values))
    resampled = mean_of_the_middle(random.choice(values, (20_000, size)))
    expected = np.quantile(resampled, [0.025, 0.975])
    np.testing.assert_allclose(got[1], expected, atol=4)
    assert got[2] == got[3], "seeded"


def test_consensus_goes_to_the_slowest_member_and_keeps_its_past(page: Page) -> None:
    script = """
        const consensus = new s.Consensus();
        const member = (n, slope) => ({
            x: Float64Array.from({ length: n }, (_, i) => 10 * i),
            y: Float64Array.from({ length: n }, (_, i) => 10 * i * slope),
        });
        const points = () => Array.from(consensus.x.values, (x, i) =>
            [x, consensus.mean.values[i], consensus.low.values[i], consensus.high.values[i]]);
        const seen = [];
        for (const n of [30, 40, 300, 3000]) {
            consensus.extend([member(n, 1), member(n + 9, 2), member(n, 6)]);
            seen.push(points());
        }
        return seen;
    """
    seen = statistics(page, script)
    for points, end in zip(seen, (290, 390, 2990, 29_990), strict=True):
        points = np.array(points)
        assert len(points) <= 400
        assert end * 0.98 <= points[-1, 0] <= end
        np.testing.assert_allclose(points[:, 1], 3 * points[:, 0])  # no cut with three members
        assert np.all(points[:, 2] < points[:, 1])
        assert np.all(points[:, 3] > points[:, 1])
    later = {tuple(point) for point in seen[1]}
    assert {tuple(point) for point in seen[0]} <= later, "past points are not computed again"
