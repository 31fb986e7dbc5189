"""A page that is loaded again, a tab that is duplicated, a server that was restarted."""

from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.session.address import Remembered
from dashboard.session.going_on import go_on_with
from dashboard.session.links import Link
from dashboard.session.run import Status
from dashboard.session.runner import Runner
from dashboard.session.session import Session
from dashboard.session.store import _opened, store
from dashboard.session.visits import come_back, sessions
from dashboard.web.slots import Slots
from dqn_core import DQNConfig, Trainer
from dqn_core.sweeps.axis import Axis
from tests.core.small_runs import SMALL, assert_bit_equal, fingerprint, without_seconds
from tests.dashboard.session.ways import train, undo


@pytest.fixture(autouse=True)
def _no_other_pages() -> None:
    """In their stores other tests have runs of the same names."""
    sessions().clear()


def open_page(session: Session) -> Session:
    session.runner = Runner(lambda: session.run, Slots(1))
    sessions()[session.name] = session
    return session


def left(steps: int = 60) -> Session:
    """A session under way whose page was closed or is being loaded again."""
    session = open_page(Session(Link(config=SMALL)))
    train(session, steps)
    session.runner.stop()
    return session


def remembered(session: Session) -> Remembered:
    """What its tab knows when it is loaded again at its own address."""
    return replace(session.remembered, left=session.link.query)


def restart_server() -> None:
    """Nothing is left of the server but its folder."""
    sessions().clear()
    _opened.clear()


def test_a_page_that_was_loaded_again_goes_on_with_its_run() -> None:
    earlier = left()
    state = without_seconds(earlier.run.state_dict())
    session = Session(Link(config=SMALL))
    come_back(session, remembered(earlier))
    assert_bit_equal(without_seconds(session.run.state_dict()), state)
    assert session.run.status is Status.PAUSED
    assert session.run.keeping.name == earlier.run.keeping.name
    assert session.run is not earlier.run, "two sessions never share a run"


def test_a_page_that_was_loaded_again_while_it_trained_trains_on_at_its_speed() -> None:
    earlier = left()
    earlier.set_speed(100.0)
    earlier.run.episode()  # no thread is left that trains it
    session = Session(Link(config=SMALL))
    come_back(session, remembered(earlier))
    assert session.run.status is Status.RUNNING
    assert session.run.steps_per_second == 100.0
    session.set_speed(None)
    while session.run.is_active:
        session.run.advance(Slots(1))
    assert session.run.status is Status.PAUSED, "an episode was all that was asked for"
    assert session.run.trainer.episodes[0] > earlier.run.trainer.episodes[0]


def test_a_race_comes_back_as_the_run_of_the_controls_also_where_a_lesson_fixes_values() -> None:
    race = Axis("gamma", (0.5, SMALL.gamma))
    nothing: tuple[str, ...] = ()
    for fixed in (nothing, ("gamma",)):
        link = Link(config=SMALL, race=race, locked=fixed)
        earlier = open_page(Session(link))
        train(earlier, 20)
        earlier.runner.stop()
        session = Session(link)
        come_back(session, remembered(earlier))
        assert (session.problem, session.for_next) == ("", False)
        assert session.run.keeping.name == earlier.run.keeping.name
    other = Session(Link(config=SMALL, locked=("gamma",)))
    go_on_with(other, earlier.run.keeping.name)
    assert other.problem.startswith("This lesson has fixed values")


def test_after_a_restart_of_the_server_the_run_goes_on_as_if_it_had_never_stopped() -> None:
    earlier = left()
    known, query = remembered(earlier), earlier.link.query
    del earlier
    restart_server()
    session = Session(Link(config=SMALL))
    come_back(session, replace(known, query=query))
    assert session.run.status is Status.PAUSED, "nobody asked this server to train"
    assert session.run.message == f"Back at step 60 of {known.run}."
    train(session, 50)
    straight = Trainer(SMALL)
    straight.run(max_steps=110)
    assert fingerprint(session.run.trainer) == fingerprint(straight)
    assert [record.run for record in store().runs()] == [known.run], "it is the same run"


def test_a_process_that_was_killed_between_two_writings_goes_on_from_the_last_one() -> None:
    killed = Session(Link(config=SMALL))
    train(killed, 60)
    killed.run.trainer.run(max_steps=30)  # of which nothing was written
    known = remembered(killed)
    restart_server()
    session = Session(Link(config=SMALL))
    come_back(session, known)
    train(session, 50)
    straight = Trainer(SMALL)
    straight.run(max_steps=110)
    assert fingerprint(session.run.trainer) == fingerprint(straight)


def test_a_run_that_is_at_its_end_comes_back_as_finished() -> None:
    link = Link(config=SMALL.replace(total_steps=100))
    earlier = open_page(Session(link))
    train(earlier, 100)
    earlier.runner.stop()
    session = Session(link)
    come_back(session, remembered(earlier))
    assert session.run.status is Status.FINISHED
    assert "100 environment steps is used up" in session.run.message


def test_a_page_with_another_address_begins_what_it_asks_for_and_offers_the_run() -> None:
    earlier = left()
    known = replace(remembered(earlier), query="preset=recommended&gamma=0.5")
    session = Session(Link(config=DQNConfig(gamma=0.5)))
    come_back(session, known)
    assert session.run.trainer.env_step == 0
    assert session.config.gamma == 0.5
    assert session.offered == earlier.run.keeping.name
    go_on_with(session, session.offered)
    assert session.run.trainer.env_step == 60
    assert session.config == SMALL, "the controls are those of the run now"


def test_the_controls_keep_the_addresss_values_that_were_for_the_next_run() -> None:
    earlier = left()
    earlier.choose_next(True)
    earlier.set("gamma", 0.5)
    session = Session(earlier.link)
    come_back(session, remembered(earlier))
    assert (session.config.gamma, session.for_next) == (0.5, True)
    assert session.run.config == SMALL
    session.choose_next(False)
    assert session.config == SMALL


def test_what_waits_for_a_reset_still_waits() -> None:
    earlier = left()
    earlier.set("hidden_dims", "16, 16")
    session = Session(earlier.link)
    come_back(session, remembered(earlier))
    assert session.needs_reset() == ["Hidden layers 8, 8 → 16, 16"]
    assert not session.for_next


def test_changes_made_before_can_still_be_undone() -> None:
    earlier = left()
    earlier.set("gamma", 0.5)
    earlier.run.rest()
    session = Session(earlier.link)
    come_back(session, remembered(earlier))
    undo(session, 0)
    assert session.run.config == session.config == SMALL


def test_an_undone_run_comes_back_before_it_goes_on_and_after_a_restart_its_parent_does() -> None:
    earlier = open_page(Session(Link(config=SMALL)))
    train(earlier, 60)
    earlier.set("gamma", 0.5)
    train(earlier, 5)
    undo(earlier, 0)
    known, state = remembered(earlier), without_seconds(earlier.run.state_dict())
    assert len(store().runs()) == 1, "an undo that nobody goes on with leaves no run behind"
    earlier.runner.stop()
    again = open_page(Session(earlier.link))
    come_back(again, known)
    assert_bit_equal(without_seconds(again.run.state_dict()), state)
    assert (again.config, again.for_next) == (SMALL, False)
    undone, parent = again.run.keeping, known.run
    assert undone.name != undone.parent == parent
    again.runner.stop()
    del earlier, again
    restart_server()
    session = Session(Link(config=SMALL))
    come_back(session, known)  # the tab had not heard of the undone run's name
    assert session.run.trainer.env_step == 65
    assert session.for_next, "the address has another discount than this run"
    session.choose_next(False)
    assert session.config.gamma == 0.5


def test_a_run_that_is_gone_is_said_to_be_and_the_addresss_values_stay() -> None:
    session = Session()
    query = "preset=recommended&gamma=0.6&seed=5&smoothing=0.5"
    come_back(session, Remembered("tab", "cartpole-77", query, query))
    assert "cartpole-77" in session.problem
    assert session.run.config == session.config == DQNConfig(gamma=0.6, seed=5)
    assert session.link.smoothing == 0.5
    session = Session()
    come_back(session, Remembered("never begun", "", "preset=recommended&gamma=0.6"))
    assert session.problem == ""
    assert session.config.gamma == 0.6


def test_a_tab_that_was_duplicated_leaves_the_run_to_the_first_one() -> None:
    first = open_page(Session(Link(config=SMALL)))
    try:
        train(first, 5)
        second = Session(Link(config=SMALL))
        come_back(second, remembered(first))
        assert second.run.trainer.env_step == 0
        assert second.offered == first.run.keeping.name
        go_on_with(second, second.offered)
        train(second, 1)
        train(first, 1)
        assert first.run.keeping.problem, "of two that write one run the second does"
    finally:
        first.runner.stop()


def test_a_page_that_only_looks_writes_nothing(runs_folder: Path) -> None:
    session = open_page(Session())
    session.set("gamma", 0.5)
    session.reset()
    session.runner.stop()
    session.runner.join()
    assert not runs_folder.exists()


def test_a_run_that_waits_for_a_place_is_kept_from_its_start() -> None:
    session, slots = Session(Link(config=SMALL)), Slots(1)
    slots.enter("another")
    session.turns.start()
    (record,) = store().runs()
    assert record.run == session.run.keeping.name, "the page is drawn with its name at once"
    session.turns.advance(slots)
    assert session.turns.status is Status.WAITING
    assert store().trainer(record.run).env_step == 0, "a server that is killed now comes back"
    session.turns.pause()


def test_a_folder_that_cannot_be_written_is_told_and_training_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DQN_LAB_RUNS", f"{__file__}/runs")
    session = Session(Link(config=SMALL))
    train(session, 30)
    assert session.run.trainer.env_step == 30
    assert "cannot be kept" in session.run.keeping.problem
    session.set("gamma", 0.5)
    assert session.run.config.gamma == 0.5
    assert session.earlier.of(session.run) == []


def test_a_tab_that_names_no_run_but_a_space_is_one_without_a_run() -> None:
    session = Session(Link(config=SMALL))
    query = session.link.query
    come_back(session, Remembered("tab", " ", query, query))
    assert (session.offered, session.problem) == ("", "")
    assert session.run.status is Status.READY
