"""Asking for news in a real browser: when, how often, and what becomes of no answer."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from tests.browser.waiting import take_the_clock, until

ASSETS = Path(__file__).parents[2] / "assets"
ORIGIN = "http://feed.test/"


class Server:
    """Answers with the number of the question; `seconds` later, or not at all."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.questions: list[str] = []
        self.methods: list[str] = []
        self.silent = False
        self.status = 200
        self.waiting: list[Route] | None = None
        page.route(f"{ORIGIN}**", self._serve)
        page.goto(ORIGIN)
        page.evaluate("""async () => {
            const { Feed } = await import("/shared/feed.js");
            window.answers = [];
            window.losses = 0;
            const take = (bytes) => answers.push(new TextDecoder().decode(bytes));
            window.make = (more = {}) => {
                const [question, lost] = [() => ({ has: answers.length }), () => losses++];
                window.feed = new Feed({ question, take, lost, ...more });
            };
        }""")

    def _serve(self, route: Route) -> None:
        name = route.request.url.removeprefix(ORIGIN)
        if not name:
            route.fulfill(content_type="text/html", body="<main></main>")
        elif name.endswith(".js"):
            route.fulfill(path=ASSETS / name)
        else:
            self.questions.append(name)
            self.methods.append(route.request.method)
            if self.waiting is not None:
                self.waiting.append(route)
            elif self.silent:
                route.abort()
            else:
                route.fulfill(status=self.status, body=str(len(self.questions)))

    def follow(self, *periods: int) -> None:
        """In one go, so that no answer comes between two."""
        self.page.evaluate(
            """(periods) => periods.forEach((period) =>
                feed.follow({ address: "news", period, view: String(Math.random()) }))""",
            periods,
        )

    def wait(self, milliseconds: int) -> None:
        """For what must not happen."""
        self.page.wait_for_timeout(milliseconds)

    def until_asked(self, times: int) -> None:
        until(self.page, lambda: len(self.questions) >= times)

    def until_silent(self) -> None:
        """Until nothing was asked for a while."""

        def is_silent() -> bool:
            asked = len(self.questions)
            self.wait(300)
            return len(self.questions) == asked

        until(self.page, is_silent)


@pytest.fixture
def server(chart_page: Page, watch: Callable[[Page], None]) -> Iterator[Server]:
    """On a page that the tests share, each with a document of its own."""
    watch(chart_page)
    server = Server(chart_page)
    yield server
    chart_page.emulate_media(media="null")
    chart_page.goto("about:blank")
    chart_page.unroute(f"{ORIGIN}**")


@pytest.fixture
def timed_server(new_page: Callable[[], Page]) -> Server:
    """Where a test takes the clock."""
    return Server(new_page())


def test_each_period_there_is_one_question_with_what_is_here(server: Server) -> None:
    server.page.evaluate("make()")
    server.follow(100)
    server.wait(1_000)
    assert len(server.questions) <= 11
    server.until_asked(4)
    assert server.questions[:3] == ["news?has=0", "news?has=1", "news?has=2"]
    assert server.page.evaluate("answers")[:2] == ["1", "2"]


def test_without_a_period_there_is_one_question_and_no_other(server: Server) -> None:
    server.page.evaluate("make()")
    server.follow(100, 0)
    server.until_asked(2)  # the second call comes before the answer to the first
    server.wait(500)
    assert len(server.questions) == 2


def test_what_is_taken_may_set_another_pace(server: Server) -> None:
    server.page.evaluate("make({ take: () => feed.pace(++losses < 3 ? 50 : 0) })")
    server.follow(60_000)
    server.until_asked(3)
    server.wait(300)
    assert len(server.questions) == 3
    server.page.evaluate("feed.ask()")
    server.until_asked(4)


def test_a_question_that_is_also_a_command_is_posted(server: Server) -> None:
    server.page.evaluate("make({ method: 'POST' })")
    server.follow(0)
    server.page.wait_for_function("answers.length === 1")
    server.page.emulate_media(media="print")
    server.until_asked(2)
    assert server.methods == ["POST", "POST"]
    assert server.questions == ["news?has=0", "news?has=1"]


def test_a_question_waits_for_the_answer_to_the_one_before(server: Server) -> None:
    server.page.evaluate("make()")
    server.waiting = []
    server.follow(50, 50)
    server.until_asked(1)
    server.wait(300)
    assert len(server.questions) == 1
    held, server.waiting = server.waiting, None
    held[0].fulfill(body="late")
    server.until_asked(3)
    assert server.page.evaluate("answers[0]") == "late"


def test_a_server_that_is_away_is_asked_again_and_nothing_is_taken(timed_server: Server) -> None:
    server = timed_server
    server.page.evaluate("make()")
    server.silent = True
    take_the_clock(server.page)
    server.follow(0)
    server.until_asked(1)
    server.silent = False
    server.page.clock.run_for(2_900)
    server.wait(300)
    assert len(server.questions) == 1
    while len(server.questions) == 1:
        server.page.clock.run_for(100)
    server.page.wait_for_function("answers.length")
    assert server.page.evaluate("answers") == ["2"]


def test_only_an_address_that_the_server_does_not_know_is_lost(timed_server: Server) -> None:
    server = timed_server
    take_the_clock(server.page)  # or it would be asked again
    for asked, (status, losses) in enumerate(((204, 0), (400, 0), (500, 0), (404, 1)), 1):
        server.page.evaluate("make()")
        server.status = status
        server.follow(0)
        server.until_asked(asked)
        server.page.wait_for_function("(losses) => window.losses >= losses", arg=losses)
        server.wait(200)
        assert server.page.evaluate("[answers.length, losses]") == [0, losses], status
        server.page.evaluate("feed.dispose()")


def test_what_is_out_of_sight_is_asked_about_when_it_comes_into_sight(server: Server) -> None:
    server.page.evaluate("""() => {
        document.querySelector("main").innerHTML =
            "<div style='height: 5000px'></div><p style='height: 10px'></p>";
        make({ node: document.querySelector("p") });
    }""")
    server.wait(200)
    server.follow(50)
    server.wait(400)
    assert len(server.questions) <= 1
    server.page.evaluate("window.scrollTo(0, 5000)")
    server.until_asked(4)
    server.page.evaluate("window.scrollTo(0, 0)")
    server.until_silent()


def test_nothing_is_asked_once_it_has_gone(server: Server) -> None:
    server.page.evaluate("make()")
    server.waiting = []
    server.follow(50)
    server.until_asked(1)
    server.page.evaluate("feed.dispose()")
    with contextlib.suppress(Exception):
        server.waiting[0].fulfill(body="too late")
    server.wait(300)
    assert len(server.questions) == 1
    assert server.page.evaluate("answers") == []


def test_nothing_is_asked_from_the_first_moment_on_while_the_tabs_run_is_coming_back(
    server: Server,
) -> None:
    """Whichever script comes first: it would be about a run that has not begun."""
    page = server.page
    page.evaluate("""sessionStorage.setItem("dqn-lab-session", '{"run": "cartpole-1"}')""")
    again = Server(page)  # a page that is loaded anew
    page.evaluate("make()")
    again.follow(20)
    again.wait(300)
    assert not again.questions
    page.evaluate(
        """async () => (await import("/shared/tab.js")).remember({ run: "cartpole-1" })"""
    )
    again.follow(20)
    again.until_asked(2)
    page.evaluate("sessionStorage.clear()")
