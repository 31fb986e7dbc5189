"""How long from the click that starts a race to its first curves?

    python benchmarks/race.py

On the Train page of a running server a race of four discounts with four seeds each begins, each
time in a new window: the milliseconds from the click to the frame in which the chart of returns has
a value of each of its lines. In turns with it an ordinary run is started, and the same is measured
of its one line: what both have in common is the page's and the machine's.
"""

from statistics import median

from page import chromium, click
from playwright.sync_api import Browser, Page
from report import Report, arguments
from serve import Server, serving

VALUES, SEEDS = "0.9, 0.95, 0.99, 0.999", 4

TIME_CURVES = """([key, lines]) => {
    window.first = 0;
    document.addEventListener("click", (event) => {
        if (!event.target.closest(`.st-key-${key}`)) return;
        const look = () => {
            const panel = document.querySelector(".live-chart-panel");
            const values = [...panel.querySelectorAll(".live-chart-entry output")];
            const own = values.slice(0, lines);
            const areThere = own.length === lines && own.every((one) => one.textContent);
            if (areThere) window.first = performance.now() - event.timeStamp;
            else requestAnimationFrame(look);
        };
        look();
    }, { capture: true });
}"""


def race(browser: Browser, server: Server, seed: int) -> float:
    """Milliseconds to the first value of every line of a race."""
    page = _opened(browser, server, seed)
    click(page, "race_popover")
    _fill(page, "Values", VALUES)
    _fill(page, "Seeds of each value", str(SEEDS))
    page.wait_for_timeout(1_000)  # what was typed has been drawn
    return _timed(page, "start_race", len(VALUES.split(",")))


def ordinary(browser: Browser, server: Server, seed: int) -> float:
    """The same of a run of one seed."""
    page = _opened(browser, server, seed)
    page.wait_for_timeout(1_000)
    return _timed(page, "start", 1)


def _opened(browser: Browser, server: Server, seed: int) -> Page:
    page = browser.new_page()
    page.goto(f"http://{server.address}/?seed={seed}", timeout=120_000)
    page.locator(".live-chart-plot .main-svg").first.wait_for(timeout=120_000)
    return page


def _fill(page: Page, label: str, text: str) -> None:
    field = page.locator(f"input[aria-label='{label}']")
    field.fill(text)
    field.press("Enter")


def _timed(page: Page, key: str, lines: int) -> float:
    page.evaluate(TIME_CURVES, [key, lines])
    click(page, key)
    page.wait_for_function("first", timeout=120_000)
    milliseconds = float(page.evaluate("first"))
    page.context.close()
    return milliseconds


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=9, help="starts of each (default: 9)")
    options = parser.parse_args()
    with serving() as server, chromium() as browser:
        race(browser, server, 0)  # what a server does once is neither's
        seeds = range(1, 2 if options.quick else 1 + options.times)
        pairs = [(race(browser, server, n), ordinary(browser, server, n)) for n in seeds]
    raced, alone = zip(*pairs, strict=True)
    report = Report("A race's first curves")
    report.table(
        ["ms from the click", "median", "longest", "bar"],
        [
            ["a race: each line has a value", median(raced), max(raced), "median ≤ 1,000"],
            ["an ordinary run: its line has one", median(alone), max(alone), ""],
        ],
    )
    print(report.markdown)


if __name__ == "__main__":
    main()
