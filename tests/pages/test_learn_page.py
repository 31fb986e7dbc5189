"""The Learn page, without a browser: its sections and its address."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from dashboard.web.slots import Slots
from dqn_core.experiments.catalogue import EXPERIMENTS
from tests.dashboard.learn_page.small_experiments import small

APP = Path(__file__).parents[2] / "app.py"


def opened(**query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=120)
    for name, value in query.items():
        at.query_params[name] = value
    return at.switch_page("pages/learn.py").run()


def test_the_address_says_which_section_is_shown() -> None:
    at = opened(section="notebook", gamma="0.9")
    assert not at.exception
    assert not at.warning, "the section is no setting of the experiment"
    assert at.session_state["learn_page"].section == "notebook"
    assert at.session_state["session"].link.config.gamma == 0.9


@pytest.mark.parametrize("section", ["microscope", "experiments", "notebook", "lessons"])
def test_each_section_is_drawn(section: str) -> None:
    at = opened(section=section)
    assert not at.exception
    assert at.title[0].value == "Learn how it learns"


def test_the_page_speaks_chinese_where_the_address_asks_for_it() -> None:
    at = opened(section="experiments", experiment="forgetting", lang="zh")
    assert not at.exception
    assert (at.title[0].value, at.header[0].value) == ("看它怎样学习", "小回放池会遗忘")
    assert at.radio[0].options[0].startswith("小回放池学得更早")


def test_without_a_section_or_with_none_that_there_is_the_lessons_come_first() -> None:
    """They are for a beginner, who reads nothing in the microscope's numbers."""
    state = opened(section="no-such").session_state["learn_page"]
    assert (state.section, state.query) == ("lessons", "")


def button(at: AppTest, label: str) -> Button:
    return next(each for each in at.button if each.label == label)


def test_an_experiment_asks_for_a_prediction_first_and_shows_it_beside_what_happened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(EXPERIMENTS, "broadcasting", small("broadcasting"))
    at = opened(section="experiments", experiment="broadcasting")
    assert at.header[0].value == "The loss that broadcasts"
    assert button(at, "Start").disabled
    at.radio[0].set_value(0).run()
    button(at, "Start").click().run()
    assert "answer=1" in at.session_state["learn_page"].query, "a reload keeps it"
    run = at.session_state["session"].run
    run.start()
    at.run()
    assert any("stands still while the run on the Train page" in each.value for each in at.info)
    button(at, "Pause that run").click().run()
    assert not run.is_active
    state = at.session_state["learn_page"].experiments
    slots = Slots(1)  # as the runner's thread: `AppTest` ends the browser session with each run
    while state.arms.turns.is_active:
        state.arms.turns.advance(slots)
    at.run()
    assert not at.exception
    experiment = EXPERIMENTS["broadcasting"]
    (told,) = [each.value for each in at.info if "You predicted" in each.value]
    assert experiment.answers[0].label in told
    assert experiment.answers[1].label in told, "which is the right one"
    shown = " ".join(each.value for each in at.markdown)
    assert "of 100 pairs of seeds" in shown
    assert experiment.why in shown
    session = at.session_state["session"]
    session.beside = other = SimpleNamespace(is_active=False)  # of another page
    button(at, "Predict anew").click().run()
    assert session.beside is other
    assert state.arms is None
    assert at.radio[0].value is None
    assert button(at, "Start").disabled


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_each_experiment_is_drawn(experiment: str) -> None:
    at = opened(section="experiments", experiment=experiment)
    assert not at.exception
    assert at.header[0].value == EXPERIMENTS[experiment].title
    assert len(at.radio[0].options) == 3
    has_curve = EXPERIMENTS[experiment].drawing is not None
    assert any("draw a curve" in each.value for each in at.caption) == has_curve
    assert "(γ 0." not in " ".join(each.value for each in at.markdown), "its name has said that"
    query = at.session_state["learn_page"].query
    assert f"experiment={experiment}" in query or experiment == next(iter(EXPERIMENTS))
