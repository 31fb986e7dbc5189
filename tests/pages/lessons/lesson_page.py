"""A lesson on the pages, without a browser."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from dashboard.lessons.playing import Playing
from dashboard.web.keys import LESSON
from tests.dashboard.lessons.small_lessons import lesson

APP = Path(__file__).parents[3] / "app.py"
STEPS = lesson(
    "# Two steps\n## First\ngamma: 0.9\nhide: target\nlock: gamma, seed\n\nLook.\n\n"
    "question: 1 + 1?\nanswer: 2\nbecause: So it is.\n\n"
    "## Second\nlock:\n\n## Third\ngamma: 0.5\n"
)


def opened(page: str = "app.py", **query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=120)
    for name, value in query.items():
        at.query_params[name] = value
    at = at.switch_page(page).run() if page != "app.py" else at.run()
    assert not at.exception
    return at


def playing(at: AppTest) -> Playing:
    found: Playing = at.session_state[LESSON]
    return found


def shown(at: AppTest) -> str:
    return " ".join(text.value for text in at.markdown).replace("\u2060", "")
