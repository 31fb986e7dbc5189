"""Undo and the way back: a new run from the state before a change, whose parent stays as it is."""

from dataclasses import replace

import pytest
import torch

from dashboard.session.going_on import fork_from
from dashboard.session.links import Link
from dashboard.session.run import Status
from dashboard.session.session import Session
from dashboard.session.snapshots import snapshots_on_the_way
from dashboard.session.store import store
from dqn_core import DQNConfig, Trainer
from dqn_core.configuration.hyperparameter import Value
from dqn_core.divergence import Stop
from tests.core.foreign import Foreign, fails_at, registered
from tests.core.small_runs import SMALL, assert_bit_equal, fingerprint, without_seconds
from tests.dashboard.session.ways import changes, go_back, train, undo


def begun() -> Session:
    session = Session()
    train(session, 1)
    return session


def small(steps: int = 60, **values: int) -> Session:
    session = Session(Link(config=SMALL, **values))  # type: ignore[arg-type]
    train(session, steps)
    return session


def state(session: Session) -> dict[str, object]:
    return without_seconds(session.run.state_dict())


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"noisy": True},
        {"noisy": True, "head": "categorical", "sampling": "prioritised", "n_step": 3},
        {"env_id": "Taxi-v4", "action_masks": True},
    ],
    ids=["plain", "noisy", "noisy atoms", "masked"],
)
def test_undo_gives_the_bit_equal_earlier_state_and_the_same_way_on(
    values: dict[str, Value],
) -> None:
    config = SMALL.replace(**values)
    session = Session(Link(config=config))
    train(session, 60)
    before, run = state(session), session.run
    session.set("gamma", 0.5)
    train(session, 40)
    undo(session, 0)
    assert_bit_equal(state(session), before)
    assert (session.run.status, session.run.config) == (Status.PAUSED, config)
    assert session.run.id != run.id, "the curves are drawn anew"
    assert session.run.message.startswith("Back at step 60, before γ 0.99 → 0.5.")
    train(session, 50)
    straight = Trainer(config)
    straight.run(max_steps=110)
    assert fingerprint(session.run.trainer) == fingerprint(straight)


def test_the_same_changes_after_a_fork_give_the_parents_way() -> None:
    session = small()
    session.set("gamma", 0.5)
    train(session, 40)
    parent = state(session)
    undo(session, 0)
    session.set("gamma", 0.5)
    train(session, 40)
    assert_bit_equal(state(session), parent)
    assert len(store().runs()) == 2


def test_the_parent_of_a_fork_keeps_its_way_and_can_be_gone_back_to() -> None:
    session = small()
    session.set("gamma", 0.5)
    train(session, 40)
    parent, name = state(session), session.run.keeping.name
    undo(session, 0)
    assert session.run.keeping.parent == name
    assert session.run.keeping.name == "", "it has gone nowhere yet"
    train(session, 1)
    record = store().run(session.run.keeping.name)
    assert (record.parent, record.fork_step, record.env_steps) == (name, 60, 61)
    go_back(session)
    assert_bit_equal(state(session), parent)
    assert session.config.gamma == session.run.config.gamma == 0.5
    assert session.run.keeping.name == name


def test_each_of_two_changes_at_one_step_has_an_undo_of_its_own() -> None:
    session = small(30)
    session.set("gamma", 0.9)
    session.set("tau", 0.5)
    undo(session, 1)
    assert (session.run.config.gamma, session.run.config.tau) == (0.9, SMALL.tau)
    undo(session, 0)
    assert session.run.config == session.config == SMALL
    go_back(session)
    assert (session.config.gamma, session.config.tau) == (0.9, 0.5)


def test_a_fork_undoes_the_changes_that_its_parent_made_before_it() -> None:
    session = small(30)
    for gamma in (0.9, 0.8):
        session.set("gamma", gamma)
        train(session, 10)
    undo(session, 1)
    train(session, 5)
    session.set("tau", 0.5)
    train(session, 5)
    assert [change.before is not None for change in changes(session)] == [True, True]
    undo(session, 0)
    assert session.run.config == SMALL
    assert session.run.trainer.env_step == 30
    steps = [snapshot.env_step for snapshot in snapshots_on_the_way(session.run)]
    assert steps == sorted(steps)
    assert max(steps) == 30, "what its parent did later is not behind it"


def test_several_seeds_are_undone_together() -> None:
    session = small(30, members=2)
    before = state(session)
    session.paste('{"gamma": 0.9, "tau": 0.5}')
    train(session, 5)
    assert len(changes(session)) == 1
    undo(session, 0)
    assert_bit_equal(state(session), before)


def test_a_change_before_a_failure_can_be_undone_after_it() -> None:
    with registered("Foreign-v0", lambda **_: Foreign(outcome=fails_at(100))) as env_id:
        session = Session(Link(config=SMALL.replace(env_id=env_id)))
        train(session, 50)
        session.set("gamma", 0.5)
        train(session, 60)
        assert session.run.status is Status.INTERRUPTED
        undo(session, 0)
        assert (session.run.status, session.run.config.gamma) == (Status.PAUSED, SMALL.gamma)
        assert session.run.trainer.env_step == 50


def test_undo_says_so_where_the_episode_could_not_be_restored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dqn_core.interaction.restores_exactly", lambda *_: False)
    session = small(20)
    session.set("gamma", 0.5)
    undo(session, 0)
    sentence = "cannot be resumed in mid-episode: a new episode was started."
    assert session.run.message.endswith(sentence)


def test_a_seed_that_diverged_after_a_change_goes_on_when_that_is_undone() -> None:
    session = small(30, members=3)
    session.set("tau", 0.01)
    session.run.trainer._stop({0: Stop(30, "why")})
    train(session, 5)
    undo(session, 0)
    assert session.run.stopped == []
    go_back(session)
    assert session.run.stopped == ["Seed 0 stopped: why"]


def test_a_run_on_another_device_is_undone_as_on_the_processor(device: str) -> None:
    session = Session(Link(config=SMALL.replace(device="cuda")))
    train(session, 60)
    before = session.run.agent().network.parameters
    session.set("gamma", 0.5)
    train(session, 20)
    undo(session, 0)
    assert session.run.trainer.learner.online.parameters.device.type == device
    assert torch.equal(session.run.agent().network.parameters, before)


def test_undo_leaves_waiting_what_waited_for_a_reset_before_the_change() -> None:
    session = begun()
    session.set("hidden_dims", "256, 256")
    session.set_typed("members", "3")
    session.set("gamma", 0.5)
    undo(session, 0)
    assert session.config.gamma == session.run.config.gamma == 0.99
    assert session.needs_reset() == [
        "Hidden layers 128, 128 → 256, 256",
        "Seeds side by side 1 → 3",
    ]


def test_undo_of_a_preset_brings_the_earlier_preset_back() -> None:
    session = begun()
    before = session.link
    session.choose_preset("notebook")
    undo(session, 0)
    assert session.link == before


def test_going_back_brings_back_what_the_controls_showed() -> None:
    session = begun()
    session.set("gamma", 0.5)
    session.set("hidden_dims", "16, 16")
    undo(session, 0)
    assert (session.config.gamma, session.config.hidden_dims) == (0.99, "128, 128")
    go_back(session)
    assert (session.config.gamma, session.config.hidden_dims) == (0.5, "16, 16")


def test_an_undo_that_memory_has_no_room_for_says_so_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = begun()
    session.set("buffer_capacity", 1_000)
    run = session.run
    with monkeypatch.context() as patch:
        patch.setattr("dqn_core.replay.free_memory", lambda: 1_000)
        undo(session, 0)
        assert "buffer_capacity" in session.problem
        assert session.run is run
        assert session.config.buffer_capacity == 1_000
    undo(session, 0)
    assert session.problem == ""
    assert session.run.config.buffer_capacity == DQNConfig().buffer_capacity


def test_a_fork_whose_state_is_gone_is_refused_and_the_run_stays() -> None:
    session = small()
    session.set("gamma", 0.5)
    before = changes(session)[0].before
    assert before
    run = session.run
    fork_from(session, replace(before, id=before.id + 1_000))
    assert session.problem
    assert session.run is run


def test_the_agents_of_the_evaluations_up_to_the_fork_stay() -> None:
    session = Session(Link(config=SMALL.replace(evaluation_period=10, evaluation_episodes=1)))
    train(session, 30)
    session.set("gamma", 0.5)
    train(session, 30)
    undo(session, 0)
    assert [agent.env_steps for agent in session.run.passed_agents] == [0, 10, 20, 30]


def test_a_second_click_on_undo_is_the_same_fork_once_more() -> None:
    session = small()
    session.set("gamma", 0.5)
    train(session, 10)
    (change,) = changes(session)
    assert change.before
    for _ in range(2):
        fork_from(session, change.before)
    assert session.run.trainer.env_step == 60
    assert session.run.keeping.parent == "cartpole-1"
    assert len(store().runs()) == 1
