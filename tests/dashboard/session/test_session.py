"""The draft in the sidebar and the run: what reaches it at once, what waits, what is refused."""

from dashboard.session.environment import choose_environment, keep_own, offered_refill
from dashboard.session.run import Status
from dashboard.session.session import Session
from dashboard.web.slots import Slots
from dqn_core import DQNConfig, preset, recommended
from tests.dashboard.session.ways import undo


def begun() -> Session:
    session = Session()
    session.run.step()
    session.run.advance(Slots(1))
    return session


def test_before_the_start_every_value_makes_a_new_run() -> None:
    session = Session()
    session.set("hidden_dims", "16, 16")
    session.set("gamma", 0.5)
    assert session.run.config.hidden_dims == "16, 16"
    assert session.run.config.gamma == 0.5
    assert session.run.change_labels() == []
    assert session.needs_reset() == []


def test_a_live_value_reaches_the_run_under_way() -> None:
    session = begun()
    session.set("gamma", 0.5)
    assert session.run.config.gamma == 0.5
    assert session.run.trainer.gamma.item() == 0.5


def test_a_value_for_the_restart_waits_and_is_named() -> None:
    session = begun()
    session.set("hidden_dims", "16, 16")
    assert session.run.config.hidden_dims == "128, 128"
    assert session.needs_reset() == ["Hidden layers 128, 128 → 16, 16"]
    session.reset()
    assert session.run.config.hidden_dims == "16, 16"
    assert session.needs_reset() == []


def test_a_refused_value_changes_nothing_and_says_why() -> None:
    session = begun()
    before = session.config
    session.set("batch_size", 5_000)
    assert session.problem.startswith("batch_size must be 1 to 1,024")
    assert session.config == session.run.config == before
    session.set("gamma", 0.9)
    assert session.problem == ""


def test_an_unknown_environment_suggests_the_nearest_and_keeps_the_run() -> None:
    session = Session()
    run = session.run
    session.set("env_id", "CartPole-v7")
    assert "did you mean CartPole-v1" in session.problem
    assert session.run is run
    assert session.config.env_id == "CartPole-v1"


def test_an_unknown_environment_is_refused_in_mid_run_too() -> None:
    session = begun()
    session.set("env_id", "CartPole-v7")
    assert "did you mean" in session.problem
    assert session.config.env_id == "CartPole-v1"
    assert session.run.trainer.env_step == 1, "the old run stays"


def test_a_preset_fills_every_control_but_the_seed() -> None:
    session = Session()
    session.set("seed", 7)
    session.choose_preset("notebook")
    assert session.config == preset("notebook").replace(seed=7)


def test_an_environment_that_is_chosen_in_mid_run_is_the_next_runs_with_its_values() -> None:
    session = begun()
    session.set("gamma", 0.5)
    choose_environment(session, "Taxi-v4")
    assert session.for_next
    assert session.run.config == DQNConfig(gamma=0.5), "the run goes on as it is"
    assert session.config == recommended("Taxi-v4")
    keep_own(session)
    assert session.config == recommended("Taxi-v4").replace(gamma=0.5)
    assert session.run.config.env_id == "CartPole-v1"
    session.choose_next(False)
    assert session.config == DQNConfig(gamma=0.5)
    session.choose_next(True)
    session.reset()
    assert session.run.config == recommended("Taxi-v4").replace(gamma=0.5)


def test_an_environment_that_is_refused_in_mid_run_leaves_the_controls_to_the_run() -> None:
    session = begun()
    choose_environment(session, "Taxi-v77")
    assert (session.refused, session.for_next) == ("env_id", False)
    assert "did you mean Taxi-v4" in session.problem
    assert session.link == Session().link


def test_what_an_environment_replaced_is_offered_until_other_values_are_set() -> None:
    session = Session()
    session.set("gamma", 0.5)
    choose_environment(session, "Taxi-v4")
    refill = offered_refill(session)
    assert refill
    assert refill.replaced == ["gamma"]
    session.set("tau", 0.5)
    assert offered_refill(session) is None
    keep_own(session)
    assert session.config == recommended("Taxi-v4").replace(tau=0.5)


def test_a_reset_with_the_same_seed_starts_with_the_same_weights() -> None:
    session = begun()
    weights = session.run.trainer.agent().network.parameters
    session.reset()
    assert session.run.status is Status.READY
    assert (session.run.trainer.agent().network.parameters == weights).all()
    session.reset(seed=123)
    assert session.config.seed == 123
    assert not (session.run.trainer.agent().network.parameters == weights).all()


def test_several_members_get_consecutive_seeds() -> None:
    session = Session()
    session.set("seed", 5)
    session.set_typed("members", "3")
    assert [config.seed for config in session.run.trainer.configs] == [5, 6, 7]


def test_more_weights_than_a_page_trains_are_refused_with_what_to_do_and_nothing_changes() -> None:
    session = Session()
    session.set("hidden_dims", "1024, 1024")
    assert not session.problem
    before = session.link
    session.set_typed("members", "16")
    assert "take fewer seeds or smaller hidden layers" in session.problem
    assert session.link == before
    assert session.run.trainer.members == 1


def test_values_for_the_next_run_leave_the_one_that_trains_alone() -> None:
    session = begun()
    session.choose_next(True)
    session.set("gamma", 0.5)
    session.choose_preset("notebook")
    session.paste('{"total_steps": 100}')
    assert session.run.config == DQNConfig()
    assert session.run.change_labels() == []
    assert "γ 0.99 → 0.5" not in session.needs_reset(), "the preset came after it"
    assert "Step budget 50,000 → 100" in session.needs_reset()
    session.reset()
    assert session.run.config == preset("notebook").replace(total_steps=100)
    assert not session.for_next


def test_each_of_the_two_runs_has_values_of_its_own_in_the_controls() -> None:
    session = begun()
    session.set("hidden_dims", "16, 16")
    session.choose_next(True)
    session.set("gamma", 0.5)
    session.choose_next(False)
    assert (session.config.gamma, session.config.hidden_dims) == (0.99, "16, 16")
    session.set("gamma", 0.9)
    assert session.run.config.gamma == 0.9
    session.choose_next(True)
    assert session.config.gamma == 0.5
    undo(session, 0)
    assert session.config.gamma == 0.5
    session.choose_next(False)
    assert session.config.gamma == session.run.config.gamma == 0.99


def test_the_next_run_begins_with_the_values_of_this_one_until_others_are_set() -> None:
    session = begun()
    session.choose_next(True)
    session.choose_next(False)
    session.set("gamma", 0.9)
    session.choose_next(True)
    assert session.config.gamma == 0.9


def test_a_value_that_is_wrong_is_refused_for_the_next_run_too() -> None:
    session = begun()
    session.choose_next(True)
    session.set("batch_size", 5_000)
    assert session.problem.startswith("batch_size must be 1 to 1,024")
    assert session.needs_reset() == []
