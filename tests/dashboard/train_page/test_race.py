"""The race on the Train page without a browser: who leads, and what the charts and figures say."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.session.links import Link
from dashboard.session.run import Run
from dashboard.session.turns import Turns
from dashboard.train_page.curves import _panels
from dashboard.train_page.figures import figures
from dashboard.train_page.race import judged, ranking, standing_words
from dashboard.train_page.race_curves import race_panels
from dqn_core import Trainer
from tests.core.small_runs import SMALL
from tests.dashboard.sidebar import opened, session

SMALLER = {
    "hidden_dims": "8,8",
    "batch_size": "8",
    "learning_starts": "10",
    "evaluation_episodes": "1",
}


def race(returns: dict[float, list[float]]) -> Run:
    """A run in which each discount has these greedy returns, one of each seed."""
    configs = [
        SMALL.replace(gamma=gamma, seed=seed, evaluation_period=100)
        for gamma, of_seeds in returns.items()
        for seed in range(len(of_seeds))
    ]
    run = Run(configs)
    run.trainer.run(max_steps=60)
    for member, value in enumerate(value for of_seeds in returns.values() for value in of_seeds):
        when = {"member": member, "env_step": 60, "episode": 3, "seconds": 0.1}
        run.history.evaluations.append(
            **when, mean_return=value, predicted=0.0, obtained=0.0, truncated_share=0.0
        )
    return run


def said(run: Run) -> str:
    turns = Turns([run])
    comparison = judged(turns)
    return standing_words(turns, comparison, ranking(turns.arms, comparison))


def test_the_leader_is_told_with_what_few_seeds_prove() -> None:
    words = said(race({0.9: [10.0, 20.0], 0.99: [400.0, 300.0], 0.5: [9.0, 9.0]}))
    assert "**γ 0.99 leads** with 350" in words
    assert "γ 0.99 came to more than γ 0.9 in 100 of 100 pairs of seeds" in words
    assert "2 and 2 seeds prove nothing yet" in words


def test_with_five_seeds_of_each_a_lead_can_be_real() -> None:
    words = said(
        race({0.9: [10.0, 20.0, 11.0, 12.0, 9.0], 0.99: [400.0, 300.0, 350.0, 90.0, 80.0]})
    )
    assert "likely real" in words


def test_an_arm_that_was_cancelled_is_in_no_number() -> None:
    run = race({0.9: [400.0, 300.0], 0.99: [10.0, 20.0]})
    run.cancel(run.arms[0])
    assert "**γ 0.99 leads** with 15" in said(run)


def test_before_the_first_evaluation_nobody_leads() -> None:
    configs = race({0.9: [1.0], 0.99: [2.0]}).trainer.configs
    assert "No value leads yet" in said(Run(configs))


def test_the_figures_of_a_race_are_those_of_its_best_value() -> None:
    run = race({0.9: [10.0, 20.0], 0.99: [400.0, 300.0]})
    shown = figures(run, 0.9)
    best = next(arm for arm in run.arms if arm.label in shown["where"])
    assert "the best at the moment: mean of 2 seeds" in shown["where"]
    wanted = {"γ 0.9": "15", "γ 0.99": "350"}[best.label]
    assert shown["numbers"]["greedy_return"][1] == wanted


def test_each_panel_has_a_line_for_each_value_of_its_own_members() -> None:
    run = Run(Trainer([SMALL.replace(gamma=gamma, seed=s) for gamma in (0.5, 0.9) for s in (0, 1)]))
    alone = _panels(run, [], None, Link(config=run.config))
    for panel in race_panels(Turns([run]), alone):
        assert [trace.name for trace in panel.traces] == ["γ 0.5", "γ 0.9"]
        assert [list(*trace.members.values()) for trace in panel.traces] == [[0, 1], [2, 3]]


@pytest.fixture
def page() -> AppTest:
    return opened(preset="recommended", **SMALLER)


def test_the_page_starts_a_race_stops_an_arm_and_takes_the_winner(page: AppTest) -> None:
    page.session_state[f"race_popover_{session(page).run.id}"] = True
    page.run()
    page.text_input(key="race_values_gamma_0.99").set_value("0.5, high").run()
    page.button(key="start_race").click().run()
    assert any("must be" in error.value for error in page.error)
    page.text_input(key="race_values_gamma_0.99").set_value("0.5, 0.99").run()
    page.number_input(key="race_seeds_False").set_value(2).run()
    page.button(key="start_race").click().run()
    assert not page.exception
    found = session(page)
    assert [arm.label for arm in found.run.arms] == ["γ 0.5", "γ 0.99"]
    found.run.pause()
    page.run()
    page.button(key="race_stop_0").click().run()
    assert [caption.value for caption in page.caption if caption.value.startswith("γ 0.5: Can")]
    assert not [button for button in page.button if button.key == "race_stop_1"]
    found.run.trainer.run(max_steps=20)
    found.run.trainer.evaluate()
    page.run()
    page.button(key="race_take").click().run()
    assert found.for_next
    assert found.config.gamma == 0.99
    page.button(key="race_end").click().run()
    assert not page.exception
    assert session(page).run.arms == []
