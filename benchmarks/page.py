"""What does the Train page cost, and how fast does it answer?

    python benchmarks/page.py

In a real Chromium against the real server: the speed of training with the page open and all charts
in sight against the same run without a page, in turns; the time from a click on Pause to its
answer during full-speed training; and, 20,000 episodes into a run, the browser's work and the bytes
of a refresh.

The speed is that between two environment steps of one run, the same on both sides: the page shows
its step at each refresh, so both have their time in the browser. Work is the main thread's
processor time in tasks (`TaskDuration` of the DevTools protocol) from one refresh to the next,
whatever the page does in between. Bytes are those of an answer on the network, with its headers.
"""

import argparse
import contextlib
import multiprocessing
import random
import re
import shutil
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np
from long_run import EPISODES, GROWTH
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright
from report import Report, arguments
from serve import Server, serving

from dqn_core import Trainer, preset
from dqn_core.base.compute import set_threads

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WINDOW: ViewportSize = {"width": 1440, "height": 1000}
CHARTS = "curves"
DRAWING = 0.25  # seconds after a refresh arrived in which the page draws what it brought

SAMPLE_STEPS = """() => {
    const shown = document.querySelector(".figures");
    window.steps = [];
    const sample = () => {
        const [, step] = shown.textContent.match(/step ([\\d,]+) of/) ?? [];
        if (step) steps.push([performance.now(), Number(step.replaceAll(",", ""))]);
    };
    new MutationObserver(sample).observe(
        shown, { childList: true, subtree: true, characterData: true });
}"""

# The answer counts from the frame that shows it.
TIME_PAUSES = """() => {
    window.answers = [];
    document.addEventListener("click", (event) => {
        if (!event.target.closest(".st-key-pause")) return;
        new MutationObserver((_, observer) => {
            if (!document.querySelector(".st-key-start button")) return;
            observer.disconnect();
            requestAnimationFrame(() => answers.push(performance.now() - event.timeStamp));
        }).observe(document.body, { childList: true, subtree: true, attributes: true });
    }, { capture: true });
}"""


class Traffic:
    """The answers that a page's feeds got: their names and their bytes, in order."""

    def __init__(self, network: CDPSession) -> None:
        self.answers: list[tuple[str, float]] = []
        self._asked: dict[str, str] = {}  # names by request
        network.on("Network.requestWillBeSent", self._ask)
        network.on("Network.loadingFinished", self._finish)
        network.send("Network.enable")

    def _ask(self, event: dict[str, Any]) -> None:
        name = re.search(r"/live/[^/]+/(\w+)", event["request"]["url"])
        if name:
            self._asked[event["requestId"]] = name[1]

    def _finish(self, event: dict[str, Any]) -> None:
        name = self._asked.pop(event["requestId"], None)
        if name:
            self.answers.append((name, float(event["encodedDataLength"])))


class Refreshes:
    """What refreshes of a page cost its main thread: processor time in tasks."""

    def __init__(self, page: Page, traffic: Traffic) -> None:
        self._page = page
        self._answers = traffic.answers
        self._tools = page.context.new_cdp_session(page)
        self._tools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def follow(self, feed: str, count: int) -> Iterator[tuple[float, list[tuple[str, float]]]]:
        """So many: the milliseconds from one answer of that feed to the next, and all answers."""
        before, seen = self._task_ms(), len(self._answers)
        for _ in range(count):
            while not any(name == feed for name, _ in self._answers[seen:]):
                self._page.wait_for_timeout(20)
            self._page.wait_for_timeout(1e3 * DRAWING)
            after, arrived = self._task_ms(), self._answers[seen:]
            yield after - before, arrived
            before, seen = after, seen + len(arrived)

    def _task_ms(self) -> float:
        metrics = self._tools.send("Performance.getMetrics")["metrics"]
        return 1e3 * next(float(m["value"]) for m in metrics if m["name"] == "TaskDuration")


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        raise SystemExit("No browser: install Chromium (Debian: apt install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_OPTIONS)
        yield browser
        browser.close()


@contextlib.contextmanager
def train_page(browser: Browser, server: Server, query: str = "") -> Iterator[tuple[Page, Traffic]]:
    """The Train page in a new window, so tall that all of it is in sight."""
    page = browser.new_page(viewport=WINDOW)
    traffic = Traffic(page.context.new_cdp_session(page))
    page.goto(f"http://{server.address}/?{query}", timeout=120_000)
    page.locator(".st-key-start button").first.wait_for(timeout=120_000)
    page.locator(".live-chart-plot .main-svg").first.wait_for(timeout=120_000)
    page.wait_for_timeout(1_000)
    bottom = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": WINDOW["width"], "height": bottom + 200})
    page.wait_for_timeout(500)
    yield page, traffic
    page.context.close()


def click(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()


def env_step(page: Page) -> int:
    text = page.locator(".figures").inner_text()
    found = re.search(r"step ([\d,]+) of", text)
    assert found is not None, text
    return int(found[1].replace(",", ""))


def with_page(browser: Browser, server: Server, first: int, last: int) -> float:
    """Seconds that `recommended` takes from one environment step to another under the page."""
    with train_page(browser, server) as (page, _):
        page.evaluate(SAMPLE_STEPS)
        click(page, "start")
        while env_step(page) <= last:
            page.wait_for_timeout(500)
        times, steps = np.array(page.evaluate("steps")).T
        began, ended = np.interp([first, last], steps, times)
        return float(ended - began) / 1e3


def headless(first: int, last: int) -> float:
    """The same seconds without a page; called in a process of its own."""
    set_threads()
    trainer = Trainer(preset("recommended"))
    trainer.run(max_steps=first)
    started = time.perf_counter()
    trainer.run(max_steps=last - first)
    return time.perf_counter() - started


def speeds(
    browser: Browser, server: Server, turns: int, first: int, last: int
) -> list[tuple[float, float]]:
    """Seconds with and without the page, in turns."""
    seconds = []
    for _ in range(turns):
        shown = with_page(browser, server, first, last)
        with multiprocessing.get_context("spawn").Pool(1) as process:
            seconds.append((shown, process.apply(headless, (first, last))))
    return seconds


def pauses(browser: Browser, server: Server, clicks: int) -> list[float]:
    """Milliseconds from a click on Pause to the answer, at moments drawn at random."""
    moments = random.Random(0)
    with train_page(browser, server, "total_steps=10000000") as (page, _):
        page.evaluate(TIME_PAUSES)
        click(page, "start")
        while env_step(page) < 2_000:
            page.wait_for_timeout(100)
        for count in range(1, clicks + 1):
            page.wait_for_timeout(moments.uniform(800, 1_800))
            click(page, "pause")
            page.wait_for_function("(count) => answers.length === count", arg=count)
            click(page, "start")
            page.locator(".st-key-pause button").first.wait_for()
        return [float(answer) for answer in page.evaluate("answers")]


def late(
    browser: Browser, server: Server, refreshes: int
) -> list[tuple[float, list[tuple[str, float]]]]:
    """Work and answers of ``refreshes`` of a run of 20,000 episodes."""
    with train_page(browser, server, "total_steps=10000000") as (page, traffic):
        click(page, "start")
        page.locator(".st-key-pause button").first.wait_for()
        page.wait_for_timeout(3_000)
        return list(Refreshes(page, traffic).follow(CHARTS, refreshes))


def high(values: list[float]) -> float:
    """The 95th percentile; not a number of nothing."""
    return float(np.percentile(values, 95)) if values else np.nan


def middle(values: list[float]) -> float:
    return median(values) if values else np.nan


def row(name: str, values: list[float], bar: str) -> list[object]:
    return [name, middle(values), high(values), bar]


def parsed() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--turns", type=int, default=5, help="with and without the page (5)")
    parser.add_argument("--clicks", type=int, default=40, help="clicks on Pause (40)")
    parser.add_argument("--refreshes", type=int, default=240, help="refreshes late in a run (240)")
    return parser.parse_args()


def main() -> None:
    options = parsed()
    turns, clicks, refreshes = options.turns, options.clicks, options.refreshes
    first, last = 5_000, 45_000
    if options.quick:
        turns, clicks, refreshes, first, last = 1, 3, 12, 1_000, 2_500
    set_threads()
    with chromium() as browser:
        with serving() as server:
            seconds = speeds(browser, server, turns, first, last)
            answers = pauses(browser, server, clicks)
        with serving(long=True) as server:
            work = late(browser, server, refreshes)

    report = Report("The Train page")
    shown, unseen = (median(column) for column in zip(*seconds, strict=True))
    report.say(
        f"`recommended` from step {first:,} to {last:,}, {turns} time(s) each in turns: "
        f"{(last - first) / shown:,.0f} steps/s with the page open, "
        f"{(last - first) / unseen:,.0f} without one. The refreshes are late in a run: "
        f"{EPISODES:,} episodes, then {GROWTH} more a refresh."
    )
    ratio = median(without / with_ for with_, without in seconds)
    alone: list[float] = []
    joined: list[float] = []
    for ms, arrived in work:
        (alone if all(name == CHARTS for name, _ in arrived) else joined).append(ms)
    of_charts = [size for _, arrived in work for name, size in arrived if name == CHARTS]
    report.table(
        ["measure", "median", "p95", "bar"],
        [
            ["speed with the page ÷ without, median of the turns' ratios", ratio, "", "≥ 0.9"],
            row(f"Pause, click to answer, {clicks} clicks (ms)", answers, "p95 ≤ 150"),
            row("main thread for a refresh of figures and curves (ms)", alone, "≤ 50"),
            row("the same where other parts of the page come with them (ms)", joined, ""),
            row("bytes of a refresh of figures and curves", of_charts, "≤ 5,000"),
        ],
    )
    print(report.markdown)


if __name__ == "__main__":
    main()
