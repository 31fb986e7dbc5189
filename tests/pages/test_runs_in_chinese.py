"""A race, a test and a comparison in Chinese, without a browser: no sentence stays English."""

import re
import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.session.session import Session
from dashboard.test_page.results import Results
from dashboard.web.keys import SESSION, TEST_PAGE
from dashboard.web.language import answering
from dashboard.web.slots import Slots
from dqn_core.store.store import Store
from tests.kept_runs import keep

APP = Path(__file__).parents[2] / "app.py"
SENTENCE = re.compile(r"\b[A-Za-z]?[a-z]+ [a-z]{3,} [a-z]{3,}\b")
"""Three words in a row: names and symbols stand alone."""

ARMS = ((0.9, 100.0), (0.99, 400.0))

MADE = (Results.export, Results.shown_table)

KINDS = (
    *("button", "button_group", "caption", "error", "expander", "header", "info", "markdown"),
    *("multiselect", "number_input", "select_slider", "selectbox", "slider", "success"),
    *("tabs", "text_area", "text_input", "title", "toggle", "warning"),
)


pytestmark = pytest.mark.usefixtures("store")


def opened(page: str = "", **query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=120)
    if page:
        at = at.switch_page(page)
    for name, value in ({"lang": "zh"} | query).items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def again(at: AppTest) -> None:
    """Draw the page once more, with the widgets' values by the words that it shows."""
    with answering("zh"):
        at.run()
    assert not at.exception


def english(at: AppTest) -> list[str]:
    """What is said on the page in English."""
    elements = [element for kind in KINDS for element in at.get(kind)]
    texts = [
        str(getattr(element, name, ""))
        for element in elements
        for name in ("label", "value", "help", "placeholder")
    ]
    return [text for text in texts if SENTENCE.search(text)]


def test_the_train_page_and_a_race_on_it_are_said_in_chinese() -> None:
    at = opened(race="gamma=0.5,0.9", total_steps="300", evaluation_period="100")
    session: Session = at.session_state[SESSION]
    session.run.train_for(300)
    slots = Slots(1)
    while session.run.is_active:
        session.run.advance(slots)
    again(at)
    assert at.button(key="reset").label == "重置"
    assert english(at) == []


def test_the_test_page_and_its_results_are_said_in_chinese_and_files_stay_english() -> None:
    at = opened("pages/test.py")
    at.text_input(key="test_episodes").set_value("2")
    again(at)
    at.button(key="run_test").click()
    again(at)
    for showing in at.session_state[TEST_PAGE].showings:
        showing.stop()
    for thread in threading.enumerate():
        if thread.name.startswith("film-"):
            thread.join(10)
    assert at.table[0].value.columns[0] == "平均回报"
    assert english(at) == []
    with answering("zh"):
        file, table = (make(at.session_state[TEST_PAGE].results[0]) for make in MADE)
    assert (file["agent"][0], file.columns[-3]) == ("Trained CartPole-v1 agent", "ended by")
    assert table["结束原因"].isin({"终止", "时间限制"}).all()


def test_the_compare_page_and_its_verdict_are_said_in_chinese(store: Store) -> None:
    runs = [keep(store, range(5), gamma=gamma, best=best).run for gamma, best in ARMS]
    at = opened("pages/compare.py", runs=",".join(runs))
    assert at.title[0].value == "比较运行"
    assert english(at) == []
