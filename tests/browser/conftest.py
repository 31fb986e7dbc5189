"""A real server and a real Chromium.

`page` and `new_page` watch for uncaught errors of the page's scripts and, when a test fails, save
a screenshot to the folder DQN_LAB_SCREENSHOTS (else to pytest's temporary folder). A failing
test's report carries what its pages show and the log of the servers it used. Without a browser
these tests are skipped, with DQN_LAB_REQUIRE_BROWSER=1 they fail.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.browser.chart_bench import Bench
from tests.browser.train_page import LASTING, open_app, put_back
from tests.browser.waiting import PATIENCE
from tests.servers import CHECKOUT, streamlit_server

BROWSERS = (
    "chromium-headless-shell",  # draws no windows, which takes a fifth less of a processor
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
DISABLED_BY_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "HttpsUpgrades",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
)
"""Those that matter here: the last list of features counts, and Playwright's own comes earlier."""
BROWSER_OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # What one page has compiled, the next one need not compile again: all are in one process, code
    # that has rested is kept, and no script is compiled while it comes, or anew to run faster.
    "--process-per-site",
    "--js-flags=--no-flush-bytecode --no-opt --no-maglev",
    f"--disable-features=ScriptStreaming,{','.join(DISABLED_BY_PLAYWRIGHT)}",
    "--enable-features=NetworkServiceInProcess2,CDPScreenshotNewSurface",
]
STILL = """
    const still = new CSSStyleSheet();
    const motion = "animation: none !important; transition: none !important";
    still.replaceSync(`*, ::before, ::after { ${motion} }`);
    document.adoptedStyleSheets = [still];
"""
"""What pulses or fades takes more of a processor without a GPU than the page."""
VISITED = "if (location.origin !== 'null') localStorage.setItem('dqn-lab-tour', 'over')"
"""Whoever was here before is not shown around. An empty page has no storage."""
server_logs = pytest.StashKey[list[Path]]()
open_pages = pytest.StashKey[list[Page]]()
failed = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[server_logs] = []
    expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")
    # Last: they are the slow ones, and Playwright leaves an event loop in this thread.
    items.sort(key=lambda item: "browser" in item.keywords)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[failed] = True
        for page in item.stash.get(open_pages, []):
            if not page.is_closed():
                report.sections.append((f"page {page.url}", page.locator("body").aria_snapshot()))
        logs = item.config.stash[server_logs]
        for log in [log for log in logs if log.exists()]:
            report.sections.append((f"server log {log}", log.read_text(errors="replace")[-8000:]))
    return report


Serve = Callable[..., str]
WITH_FEW_FILES = ("sh", "-c", 'ulimit -S -n 256 && exec "$@"', "sh")
"""What starts a server on a system that lets a process begin with few files."""
RESTED = (sys.executable, str(Path(__file__).with_name("rested.py")))
"""What starts a server whose runs rest."""


@contextlib.contextmanager
def servers(config: pytest.Config, folders: pytest.TempPathFactory) -> Iterator[Serve]:
    """serve(script, *options) starts a server and returns its address, to the end of the block."""
    logs = config.stash[server_logs]
    with contextlib.ExitStack() as running:

        def start(
            script: Path, *args: str, is_private: bool = False, starter: Sequence[str] = ()
        ) -> str:
            log = folders.mktemp("server") / f"{script.stem}.log"
            logs.append(log)
            running.callback(logs.remove, log)
            server = streamlit_server(log, script, *args, is_private=is_private, starter=starter)
            return running.enter_context(server)

        yield start


@pytest.fixture(scope="module")
def serve(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Servers that the tests of one file share."""
    with servers(pytestconfig, tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def app_url(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, one server for all tests, none of which sees the runs of another."""
    with servers(pytestconfig, tmp_path_factory) as start:
        yield start(CHECKOUT / "app.py", is_private=True, starter=(*WITH_FEW_FILES, *RESTED))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        report = pytest.fail if os.environ.get("DQN_LAB_REQUIRE_BROWSER") == "1" else pytest.skip
        report("No browser: install Chromium (Debian: apt install chromium) or Google Chrome.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=BROWSER_OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def closing() -> Iterator[contextlib.ExitStack]:
    """What a test has opened; it is closed after its pages were looked at."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def watch(
    request: pytest.FixtureRequest, closing: contextlib.ExitStack, tmp_path: Path
) -> Iterator[Callable[[Page], None]]:
    """watch(page): its uncaught errors fail the test, and the report of a failure shows it."""
    pages = request.node.stash[open_pages] = list[Page]()
    errors: list[str] = []

    def note(error: Error) -> None:
        errors.append(error.stack or str(error))

    def start(page: Page) -> None:
        page.on("pageerror", note)
        closing.callback(page.remove_listener, "pageerror", note)
        pages.append(page)

    yield start

    if errors or failed in request.node.stash:
        folder = Path(os.environ.get("DQN_LAB_SCREENSHOTS") or tmp_path)
        folder.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(pages):
            if not page.is_closed():
                page.screenshot(path=folder / f"{request.node.name}-{number}.png", full_page=True)
    assert not errors, "Uncaught errors in the page:\n" + "\n".join(errors)


def profile(browser: Browser, is_new: bool = False, **options: Any) -> BrowserContext:
    """A browser profile of its own, for somebody for whom no film begins to play by itself.

    Unless it ``is_new``, it is that of somebody who has seen the tour.

    Fifty pictures a second take more of a processor than all the rest of a page.
    """
    usual = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
    context = browser.new_context(**{**usual, **options})
    context.set_default_timeout(PATIENCE)
    context.add_init_script(STILL)
    if not is_new:
        context.add_init_script(VISITED)
    return context


@pytest.fixture
def new_page(
    browser: Browser, watch: Callable[[Page], None], closing: contextlib.ExitStack
) -> Callable[..., Page]:
    """new_page(has_touch=…, …) opens a page in a browser profile of its own."""

    def open_page(**options: Any) -> Page:
        page = profile(browser, **options).new_page()
        closing.callback(page.context.close)
        watch(page)
        return page

    return open_page


@pytest.fixture(scope="session")
def visitor(browser: Browser, app_url: str) -> Iterator[BrowserContext]:
    """The profile of somebody who was here before: its browser has the pages' scripts."""
    context = profile(browser)
    # It keeps the process with what is compiled while no test has a page.
    context.new_page().goto(f"{app_url}/_stcore/health")
    yield context
    context.close()


@pytest.fixture
def page(
    visitor: BrowserContext, watch: Callable[[Page], None], closing: contextlib.ExitStack
) -> Page:
    """A page of a visitor whose browser remembers nothing of another test but the scripts."""
    cookies: Any = visitor.cookies()
    closing.callback(visitor.add_cookies, cookies)  # by which the server knows `tab`
    closing.callback(visitor.clear_cookies)
    visitor.clear_cookies()
    page = visitor.new_page()
    closing.callback(leave, page)
    watch(page)
    return page


@pytest.fixture
def another_page(
    visitor: BrowserContext, watch: Callable[[Page], None], closing: contextlib.ExitStack
) -> Page:
    """A second tab of the visitor who has `page`."""
    page = visitor.new_page()
    closing.callback(page.close)
    watch(page)
    return page


@pytest.fixture(scope="session")
def open_tab(visitor: BrowserContext, app_url: str) -> Iterator[Page]:
    page = visitor.new_page()
    open_app(page, app_url, LASTING)
    yield page
    leave(page)


@pytest.fixture
def tab(open_tab: Page, watch: Callable[[Page], None]) -> Iterator[Page]:
    """The Train page, put back to `LASTING`: one for all tests, since loading it is dear.

    Panels and boxes that were unfolded stay so.
    """
    watch(open_tab)
    yield open_tab
    put_back(open_tab)  # at once, or it would train on while other tests need the processors


def leave(page: Page) -> None:
    """Close a page and forget what it had its browser store beside cookies."""
    if not page.is_closed():
        address = urlsplit(page.url)
        page.context.new_cdp_session(page).send(
            "Storage.clearDataForOrigin",
            {"origin": f"{address.scheme}://{address.netloc}", "storageTypes": "local_storage"},
        )
        page.close()


@pytest.fixture(scope="session")
def chart_page(browser: Browser) -> Iterator[Page]:
    """A page that the charts' tests share: it takes seconds until Plotly is loaded."""
    context = profile(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def bench(
    chart_page: Page, watch: Callable[[Page], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    """Charts of its own for one test."""
    watch(chart_page)
    bench = Bench(chart_page, monkeypatch)
    yield bench
    bench.close()
