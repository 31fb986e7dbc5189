"""What a visitor of the Test page does, and what the page then shows."""

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard.session.agents import available as available_agents
from dashboard.test_page.page_state import PageState
from dashboard.test_page.results import Results
from dashboard.test_page.showing import Showing
from dashboard.web.keys import TEST_PAGE
from tests.pages.sessions import session

APP = Path(__file__).parents[3] / "app.py"
TRAINED = "Trained CartPole-v1 agent"
NOW = "In training, as it is now"


def state(at: AppTest) -> PageState:
    found = at.session_state[TEST_PAGE]
    assert isinstance(found, PageState)
    return found


def showings(at: AppTest) -> list[Showing]:
    return state(at).showings


def shown(at: AppTest) -> list[tuple[str, int]]:
    """Title and seed of what is in the player."""
    assert not at.exception
    return [(showing.chosen.title, showing.seed) for showing in showings(at)]


def results(at: AppTest) -> list[Results]:
    return state(at).results


def upload(at: AppTest, name: str, content: bytes) -> AppTest:
    at.file_uploader(key="upload_file").set_value((name, content, "application/octet-stream"))
    return at.run()


def box(at: AppTest, name: str) -> Any:
    """A box that was given another value by the page has a number in its key."""
    (found,) = (b for b in at.selectbox if b.key and b.key.split("-")[0] == name)
    return found


def choose(at: AppTest, place: str, name: str) -> None:
    choices = available_agents(session(at), state(at).picks.upload).values()
    box(at, place).set_value({choice.name: choice.key for choice in choices}[name]).run()


def chosen(at: AppTest, place: str) -> str:
    index = box(at, place).index
    assert index is not None
    return str(box(at, place).options[index])


def train(at: AppTest, steps: int = 100) -> None:
    session(at).run.trainer.run(max_steps=steps)


def headlines(at: AppTest) -> list[str]:
    return [m.value for m in at.markdown if "from seed" in m.value]


def downloads(at: AppTest) -> list[Any]:
    return list(at.get("download_button"))
