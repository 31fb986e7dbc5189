"""How fast is the Compare page with a thousand runs?

    python benchmarks/compare.py

Fills a store with 1,000 runs of 500 episodes and 20 of 5,000, then opens the page in a real
Chromium against the real server. Usable is when the table stands and the page's script has ended,
counted from the navigation of a browser that was there before. A filter is answered when the line
below the table says how many runs it lets through, counted from the choice: the server sends it
after the table's new data. (The table's own count of rows, for screen readers, comes 200 ms later:
it waits until nothing has changed for that long.) The overlay's first picture
counts from the choice of all 20 rows to the frame that has their curves. A refresh is the main
thread's processor time in tasks (`TaskDuration` of the DevTools protocol) from one answer to the
next while two of the 20 runs grow.
"""

import tempfile
import threading
import time
from pathlib import Path

from page import WINDOW, Refreshes, Traffic, chromium, row
from playwright.sync_api import Browser, Page
from report import Report, arguments
from serve import Server, serving

from dqn_core.store import rows
from dqn_core.store.store import Store
from tests.kept_runs import LENGTH, keep, tables

CHART = "comparison"
LONG = "long"
GROWTH = 10
"""Episodes a second of each run that is under way."""

ENVIRONMENTS = ("CartPole-v1", "Acrobot-v1", "MountainCar-v0")
ROWS = "[data-testid=stDataFrame] table[role=grid]"
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"

PATIENCE = 120_000


def fill(store: Store, runs: int, long: int, episodes: int) -> list[str]:
    """Runs that the list shows, and long ones to overlay; returns the two that are under way."""
    for i in range(runs):
        keep(
            store,
            [i],
            episodes=500,
            best=100 + i % 300,
            gamma=(0.9, 0.95, 0.99, 0.999)[i % 4],
            learning_rate=1e-4 * (1 + i % 7),
            env_id=ENVIRONMENTS[i % len(ENVIRONMENTS)],
        )
    growing = []
    for i in range(long):
        status = "running" if i < 2 else "finished"
        best = 100 + 15 * i
        record = keep(store, [i], episodes=episodes, best=best, n_step=1 + i % 2, status=status)
        store.update(record.run, tags=[LONG])
        growing += [record.run] if i < 2 else []
    return growing


def grow(store: Store, runs: list[str], episodes: int, stop: threading.Event) -> None:
    """Add episodes to these runs once a second, as their recorders would."""
    whole = {
        run: tables([i], [100 + 15 * i], 2 * episodes)["episodes"] for i, run in enumerate(runs)
    }
    first = episodes
    while not stop.wait(1.0) and first + GROWTH < 2 * episodes:
        with store.writing() as connection:
            for run, table in whole.items():
                more = {name: column[first : first + GROWTH] for name, column in table.items()}
                rows.append(connection, run, "episodes", first, more)
                connection.execute(
                    "UPDATE runs SET updated = updated + 0.001, env_steps = ? WHERE run = ?",
                    (LENGTH * (first + GROWTH), run),
                )
        first += GROWTH


def usable(page: Page, server: Server, query: str = "") -> float:
    """Seconds until the page can be used."""
    started = time.perf_counter()
    page.goto(f"http://{server.address}/compare{query}", timeout=PATIENCE)
    page.locator(ROWS).first.wait_for(state="attached", timeout=PATIENCE)
    page.locator(IDLE).wait_for(timeout=PATIENCE)
    return time.perf_counter() - started


def filtered(page: Page, choice: str, count: int) -> float:
    """Seconds from the choice of an environment to the table that has its runs alone."""
    page.get_by_role("combobox", name="Environment").click()
    option = page.get_by_role("option", name=choice, exact=True)
    option.wait_for()
    return float(
        option.evaluate(
            """(option, words) => new Promise((resolve) => {
                const started = performance.now();
                const look = () => {
                    const main = document.querySelector("[data-testid=stMain]").innerText;
                    if (main.includes(words)) resolve((performance.now() - started) / 1e3);
                    else requestAnimationFrame(look);
                };
                option.click();
                look();
            })""",
            f"{count:,} of ",
        )
    )


def first_picture(page: Page) -> float:
    """Seconds from the choice of all rows to the frame that has their curves."""
    started = time.perf_counter()
    page.locator("[data-testid=stDataFrame]").first.click(position={"x": 20, "y": 17})
    page.wait_for_function(
        """() => document.querySelector(".live-chart-plot")
            ?.getAttribute("aria-label")?.includes("average return")""",
        timeout=PATIENCE,
    )
    return time.perf_counter() - started


def measure(
    browser: Browser, server: Server, runs: int, long: int, repeats: int
) -> dict[str, list[float]]:
    """Every figure, measured ``repeats`` times; refreshes ten times as often."""
    found: dict[str, list[float]] = {"usable": [], "filter": [], "overlay": [], "refresh": []}
    context = browser.new_context(viewport=WINDOW)
    page = context.new_page()
    usable(page, server, f"?tag={LONG}")
    first_picture(page)  # the page's scripts are in the browser from now on
    for _ in range(repeats):
        found["usable"].append(usable(page, server))
        for environment in ENVIRONMENTS[1::-1]:
            count = len(range(ENVIRONMENTS.index(environment), runs, len(ENVIRONMENTS)))
            count += long if environment == ENVIRONMENTS[0] else 0
            found["filter"].append(filtered(page, environment, count))
    for _ in range(repeats):
        usable(page, server, f"?tag={LONG}")
        found["overlay"].append(first_picture(page))
    work = Refreshes(page, Traffic(context.new_cdp_session(page)))
    found["refresh"] = [ms for ms, _ in work.follow(CHART, 10 * repeats)]
    context.close()
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--repeats", type=int, default=10, help="of each measurement (10)")
    options = parser.parse_args()
    runs, long, episodes, repeats = 1_000, 20, 5_000, options.repeats
    if options.quick:
        runs, long, episodes, repeats = 30, 4, 200, 1
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        growing, stop = fill(store, runs, long, episodes), threading.Event()
        writer = threading.Thread(target=grow, args=(store, growing, episodes, stop))
        with chromium() as browser, serving(runs=Path(folder)) as server:
            writer.start()
            try:
                found = measure(browser, server, runs, long, repeats)
            finally:
                stop.set()
                writer.join()
                store.close()
    report = Report("The Compare page")
    report.table(
        ["measure", "median", "p95", "bar"],
        [
            row(f"{runs:,} runs of 500 episodes: page usable (s)", found["usable"], "≤ 2"),
            row("a filter is answered (s)", found["filter"], "≤ 0.3"),
            row(
                f"overlay of {long} runs of {episodes:,} episodes, first picture (s)",
                found["overlay"],
                "≤ 1.5",
            ),
            row("main thread for a refresh while two of them grow (ms)", found["refresh"], "≤ 50"),
        ],
    )
    print(report.markdown)


if __name__ == "__main__":
    main()
