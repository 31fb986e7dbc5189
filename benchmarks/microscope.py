"""The microscope: what do its answers cost, and what does a run lose that it looks at?

    python benchmarks/microscope.py [--quick]

Two or three minutes. First the answer to each act, as the server makes it for the browser:
processor time and clock; and from a click in a real Chromium to the frame that shows it. Then the
speed of a run in slow motion that makes ten updates a second, with ten looks a second and without;
and that of a run at full speed, with a copy on the desk that nobody looks at and without one. Both
in turns.
"""

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from threading import Event, Thread

from page import chromium, click, env_step, high, train_page
from report import Report, arguments
from serve import serving

from dashboard.learn_page.desk import Desk
from dashboard.learn_page.microscope import FASTEST_SECONDS
from dashboard.session.links import Link
from dashboard.session.runner import Runner
from dashboard.session.session import Session
from dashboard.web.slots import Slots
from dqn_core import DQNConfig
from dqn_core.compute import set_threads

CONFIG = DQNConfig(total_steps=10_000_000, train_frequency=1, gradient_steps=1, evaluation_period=0)
BEFORE = 20_000
"""Environment steps before all measurements: so far the replay is filled."""

SLOW = 10.0
"""Environment steps a second, each with an update."""

ACTS = {
    "step": "a step forward",
    "update": "an update forward",
    "back": "one back",
    "forward": "forward again",
}


BUTTONS = {"Environment step": "a step forward", "Back one": "one back", "Forward": "forward again"}

ANSWERED = """async (name) => {
    const button = [...document.querySelectorAll(".ms-button")]
        .find((one) => one.textContent.includes(name));
    const told = document.querySelector(".ms-about");
    const begun = performance.now();
    await new Promise((resolve) => {
        new MutationObserver((_, observer) => {
            observer.disconnect();
            requestAnimationFrame(resolve);
        }).observe(told, { childList: true, subtree: true, characterData: true });
        button.click();
    });
    return performance.now() - begun;
}"""


def ask(desk: Desk, do: str) -> None:
    desk.answer({"do": do, "chosen": "0"})


def seconds_of(act: Callable[[], object]) -> tuple[float, float]:
    """Processor time of this thread, and the clock."""
    processor, clock = time.thread_time(), time.perf_counter()
    act()
    return time.thread_time() - processor, time.perf_counter() - clock


def answers(session: Session, repeats: int) -> list[list[object]]:
    """A row for each act: processor time and clock at the median, clock at the 95th percentile."""
    desk, trainer = Desk(session), session.run.trainer
    ask(desk, "look")
    looks = []
    for _ in range(repeats):
        trainer.run(max_steps=1)
        looks.append(seconds_of(partial(ask, desk, "look")))
    times = {"a look at a run that went on": looks}
    for do, words in ACTS.items():
        times[words] = [seconds_of(partial(ask, desk, do)) for _ in range(repeats)]
    rows: list[list[object]] = []
    for words, made in times.items():
        processor, clock = zip(*made, strict=True)
        late = sorted(clock)[int(0.95 * (repeats - 1))]
        rows.append([words, *(1000 * t for t in (median(processor), median(clock), late))])
    return rows


def clicks(count: int) -> list[list[object]]:
    """A row for each button: milliseconds from a click to its answer, and the 95th percentile."""
    with (
        serving() as server,
        chromium() as browser,
        train_page(browser, server, "total_steps=10000000") as (page, _),
    ):
        click(page, "start")
        while env_step(page) < 3_000:
            page.wait_for_timeout(100)
        click(page, "pause")
        page.locator(".st-key-start button").first.wait_for()
        click(page, "take_apart")
        page.locator(".ms-button").first.wait_for()
        page.wait_for_timeout(2_000)
        rows: list[list[object]] = []
        for button, words in BUTTONS.items():
            times = []
            for _ in range(count):
                page.wait_for_timeout(100)
                times.append(float(page.evaluate(ANSWERED, button)))
            rows.append([words, median(times), high(times), "100"])
        return rows


def speed(session: Session, seconds: float, looked_at: Desk | None = None) -> float:
    """Environment steps a second while ``looked_at`` follows the run, if there is such a desk."""
    is_over = Event()

    def look() -> None:
        while looked_at and not is_over.wait(FASTEST_SECONDS):
            ask(looked_at, "look")

    looking = Thread(target=look)
    session.run.start()
    session.runner.touch()
    looking.start()
    time.sleep(0.5)  # until it is under way
    first, begun = session.run.trainer.env_step, time.perf_counter()
    time.sleep(seconds)
    made, passed = session.run.trainer.env_step - first, time.perf_counter() - begun
    is_over.set()
    looking.join()
    session.run.pause()
    return made / passed


def speed_with_copy(session: Session, seconds: float) -> float:
    """The same while a copy lies there that nobody looks at."""
    desk = Desk(session)
    ask(desk, "look")
    return speed(session, seconds)


def ratio(with_it: Callable[[], float], without: Callable[[], float], turns: int) -> list[float]:
    """Median speeds with and without something, and the median of their ratios, in turns."""
    pairs = [(with_it(), without()) for _ in range(turns)]
    return [*map(median, zip(*pairs, strict=True)), median(a / b for a, b in pairs)]


def main() -> None:
    options = arguments(__doc__).parse_args()
    repeats, turns, seconds = (10, 1, 2.0) if options.quick else (50, 5, 4.0)
    set_threads()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DQN_LAB_RUNS"] = folder  # and no run of whoever measures
        session = Session(Link(config=CONFIG))
        session.runner = Runner(lambda: session.trained, Slots(1))
        session.run.trainer.run(max_steps=BEFORE)
        report = Report("The microscope")
        header = ["answer", "processor, ms", "clock, ms", "clock, 95th percentile, ms"]
        report.table("answers", header, answers(session, repeats))
        header = ["a click, ms", "median", "95th percentile", "bar"]
        report.table("clicks", header, clicks(repeats))

        run = session.run
        run.steps_per_second = SLOW
        slow = ratio(
            lambda: speed(session, seconds, Desk(session)), lambda: speed(session, seconds), turns
        )
        run.steps_per_second = None
        full = ratio(
            lambda: speed_with_copy(session, seconds), lambda: speed(session, seconds), turns
        )
        rows = [
            ["slow motion, ten looks a second", *slow, "at least 0.95"],
            ["full speed, a copy that nobody looks at", *full, "1"],
        ]
        report.table("speed", ["a run", "with, steps/s", "without, steps/s", "ratio", "bar"], rows)
        session.runner.stop()
        session.runner.join()
        run.close()
    report.finish(options.json)


if __name__ == "__main__":
    main()
