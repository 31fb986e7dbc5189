"""An experiment's arms as a runner trains them."""

from pathlib import Path

import pytest

from dashboard.learn_page.arms import Arms
from dashboard.session.session import Session
from dashboard.web.slots import Slots
from dqn_core.experiments.defects.broadcasting_loss import BroadcastingLearner
from tests.dashboard.learn_page.small_experiments import small


@pytest.fixture
def arms():
    made = Arms(small("broadcasting"), range(2))
    yield made
    made.turns.close()


def advance_to_the_end(arms: Arms) -> None:
    slots = Slots(1)
    while arms.turns.is_active:
        arms.turns.advance(slots)


def test_no_arm_is_ahead_of_the_others_by_more_than_a_slice(arms: Arms) -> None:
    arms.turns.start()
    slots, trained = Slots(1), []
    while arms.turns.is_active:
        before = {name: run.trainer.env_step for name, run in arms.runs.items()}
        arms.turns.advance(slots)
        (one,) = [n for n, run in arms.runs.items() if run.trainer.env_step != before[n]] or [""]
        if one:
            assert before[one] == min(
                step for name, step in before.items() if step < 100 or name == one
            )
            trained.append(one)
    assert set(trained) == {"sound", "broadcasting"}
    assert arms.is_over


def test_all_arms_share_one_place_and_give_it_back(arms: Arms) -> None:
    slots = Slots(1)
    arms.turns.start()
    arms.turns.advance(slots)
    assert slots.enter("another") == 1, "the arms have the only place"
    while arms.turns.is_active:
        arms.turns.advance(slots)
    arms.turns.advance(slots)
    assert slots.enter("another") == 0


def test_the_defect_is_in_its_arm_alone_and_the_claims_are_judged(arms: Arms) -> None:
    arms.turns.start()
    advance_to_the_end(arms)
    defective = {
        name: isinstance(run.trainer.learner, BroadcastingLearner)
        for name, run in arms.runs.items()
    }
    assert defective == {"sound": False, "broadcasting": True}
    (finding,) = arms.findings()
    assert [len(standing.counted) for standing in finding.comparison.standings] == [2, 2]


def test_nothing_of_an_experiment_is_kept(
    arms: Arms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defective run that came back from the store would go on without its defect."""

    def no_store() -> None:
        raise AssertionError("an arm asked for the store")

    monkeypatch.setattr("dashboard.session.keeping.store", no_store)
    arms.turns.start()
    advance_to_the_end(arms)
    for run in arms.runs.values():
        run.rest()
        assert run.keeping.name == ""


def test_a_paused_experiment_goes_on_where_it_was(arms: Arms) -> None:
    arms.turns.start()
    slots = Slots(1)
    for _ in range(2):
        arms.turns.advance(slots)
    arms.turns.pause()
    step = arms.env_step
    arms.turns.advance(slots)
    assert (arms.env_step, arms.turns.is_active, arms.is_over) == (step, False, False)
    arms.turns.start()
    advance_to_the_end(arms)
    assert arms.env_step == 100


def test_the_run_of_the_train_page_pauses_and_comes_first_once_it_is_started_again(
    arms: Arms,
) -> None:
    session = Session()
    session.run.start()
    session.train_beside(arms.turns, "An experiment began.")
    arms.turns.start()
    assert not session.run.is_active
    assert session.trained is arms.turns
    session.run.start()
    assert session.trained is session.turns
    session.run.pause()
    session.beside = None
    assert session.trained is session.turns
    session.run.close()
