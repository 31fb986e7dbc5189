"""How long from nothing to a page with charts, and from Start to the first point on the curve?

    python benchmarks/start.py

Each time a server process is started, and a Chromium with an empty profile opens its Train page:
the seconds from the start of the server to a page whose Start can be clicked and whose last control
is there, and to its first chart; then from Start to the first episode drawn on the curve.
"""

import time
from statistics import median

from page import chromium, click
from report import Report, arguments
from serve import serving

from dqn_core.base.compute import set_threads


def start() -> tuple[float, float, float]:
    """Seconds to a usable page, to its first chart, and then from Start to the first point."""
    with chromium() as browser:
        started = time.perf_counter()
        with serving() as server:
            page = browser.new_page()
            page.goto(f"http://{server.address}/", timeout=120_000)
            page.locator(".st-key-start button:enabled").first.wait_for(timeout=120_000)
            page.locator(".st-key-control_total_steps").wait_for(timeout=120_000)
            usable = time.perf_counter() - started
            page.locator(".live-chart-plot .main-svg").first.wait_for(timeout=120_000)
            charted = time.perf_counter() - started
            page.wait_for_timeout(1_000)
            clicked = time.perf_counter()
            click(page, "start")
            drawn = page.locator(".live-chart-plot[aria-label*='return (smoothed']")
            drawn.wait_for(timeout=120_000)
            return usable, charted, time.perf_counter() - clicked


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=7, help="starts (default: 7)")
    options = parser.parse_args()
    set_threads()
    starts = [start() for _ in range(1 if options.quick else options.times)]
    usable, charted, first = zip(*starts, strict=True)
    report = Report("From nothing to learning")
    report.table(
        ["seconds", "median", "longest", "bar"],
        [
            ["cold start to a usable page", median(usable), max(usable), "≤ 4"],
            ["… to its first chart", median(charted), max(charted), ""],
            ["Start to the first point", median(first), max(first), "≤ 2"],
        ],
    )
    print(report.markdown)


if __name__ == "__main__":
    main()
