"""A page that is loaded again, a tab that is duplicated, a server that was restarted."""

from dataclasses import replace

from dashboard.session.address import Remembered
from dashboard.session.links import Link
from dashboard.session.run import Status
from dashboard.session.runner import Runner
from dashboard.session.session import Session
from dashboard.session.visits import LOST, Visit, absent, come_back, sessions
from dashboard.web.slots import Slots
from dqn_core import DQNConfig, preset
from tests.core.small_runs import SMALL


def begun() -> Session:
    session = Session()
    session.run.step()
    session.run.advance(Slots(1))
    return session


def left() -> Session:
    """A session under way whose page was closed or is being loaded again."""
    session = begun()
    Visit(session, Runner(lambda: session.run, Slots(1))).end()
    return session


def load_again(session: Session, earlier: Session) -> None:
    """A tab that had ``earlier`` gets ``session``, at the address that this one was made from."""
    come_back(session, replace(earlier.remembered, query=session.asked_for))


def test_a_page_that_was_loaded_again_goes_on_with_its_run() -> None:
    earlier = left()
    run = earlier.run
    session = Session()
    load_again(session, earlier)
    assert session.run is run
    assert session.run.trainer.env_step == 1
    assert earlier.run is not run, "two sessions never share a run"
    again = Session()
    load_again(again, earlier)
    assert again.run.trainer.env_step == 0, "it is there once"


def test_a_page_that_is_loaded_again_and_again_finds_its_run_by_the_name_that_it_knows() -> None:
    earlier = left()
    known = earlier.remembered
    for _ in range(2):
        session = Session()
        come_back(session, known)
        assert session.run.trainer.env_step == 1
        Visit(session, Runner(lambda: session.run, Slots(1))).end()  # noqa: B023


def test_a_page_with_another_address_begins_the_run_that_it_asks_for() -> None:
    earlier = left()
    session = Session(Link(config=preset("recommended").replace(gamma=0.5)))
    load_again(session, earlier)
    assert session.run.trainer.env_step == 0
    assert session.config.gamma == 0.5
    again = Session()
    load_again(again, earlier)
    assert again.run.trainer.env_step == 1, "it is there for whoever goes back to its address"


def test_a_draft_that_cannot_be_built_does_not_keep_the_run_from_coming_back() -> None:
    earlier = begun()
    earlier.set_members(16)
    earlier.set("hidden_dims", "1024, 1024")
    assert earlier.problem == ""
    Visit(earlier, Runner(lambda: earlier.run, Slots(1))).end()
    session = Session(earlier.link)
    assert session.link_problems
    load_again(session, earlier)
    assert session.run.trainer.env_step == 1
    assert session.link_problems == []


def test_the_speed_goes_with_the_run_and_from_one_to_the_next() -> None:
    earlier = begun()
    earlier.set_speed(10)
    earlier.reset()
    assert earlier.run.steps_per_second == 10
    earlier.run.step()
    earlier.run.advance(Slots(1))
    Visit(earlier, Runner(lambda: earlier.run, Slots(1))).end()
    session = Session()
    load_again(session, earlier)
    assert session.run.steps_per_second == 10


def test_a_server_that_does_not_know_the_tabs_run_says_so_and_takes_the_addresss_values() -> None:
    session = Session()
    come_back(
        session, Remembered("lost", True, "preset=recommended&gamma=0.6&seed=5&smoothing=0.5")
    )
    assert session.run.message == LOST
    assert session.run.config == session.config == DQNConfig(gamma=0.6, seed=5)
    assert session.link.smoothing == 0.5
    session = Session()
    come_back(session, Remembered("never begun", False, "preset=recommended&gamma=0.6"))
    assert session.run.message == ""
    assert session.config.gamma == 0.6


def test_a_tab_that_was_duplicated_has_lost_nothing() -> None:
    first = begun()
    first.runner = Runner(lambda: first.run, Slots(1))
    sessions()[first.name] = first
    second = Session()
    load_again(second, first)
    assert second.run.message == ""
    assert second.run is not first.run
    first.runner.stop()


def test_the_earlier_runs_come_back_too_when_the_present_one_was_not_begun() -> None:
    earlier = Session(Link(config=SMALL))
    earlier.run.trainer.run(max_steps=60)
    earlier.run.status = Status.PAUSED
    earlier.reset()
    Visit(earlier, Runner(lambda: earlier.run, Slots(1))).end()
    session = Session(Link(config=SMALL))
    load_again(session, earlier)
    assert [kept.name for kept in session.earlier.all] == ["run 1"]


def test_a_run_that_was_never_begun_is_not_kept() -> None:
    earlier = Session()
    Visit(earlier, Runner(lambda: earlier.run, Slots(1))).end()
    assert absent().take(earlier.name) is None
