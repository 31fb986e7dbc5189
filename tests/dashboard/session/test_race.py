"""A race: which values it may have, how it begins, and what becomes of it."""

import pytest
import torch

from dashboard.session.earlier import Earlier
from dashboard.session.going_on import go_on_with
from dashboard.session.links import Link
from dashboard.session.race import (
    arms_of,
    member_configs,
    member_words,
    race_from,
    race_of,
    race_words,
)
from dashboard.session.racing import end_race, go_on_alone, race_more_seeds, start_race
from dashboard.session.reading import read
from dashboard.session.run import Status
from dashboard.session.session import Session
from dashboard.session.store import store
from dashboard.train_page.exchange import command_line
from dashboard.web.slots import Slots
from dqn_core import DQNConfig, Trainer
from dqn_core.base.errors import ConfigurationError
from dqn_core.cli.command_line import _parser
from dqn_core.cli.origins import given_values, member_seeds, new_config
from dqn_core.sweeps.plan import Plan
from tests.core.small_runs import SMALL
from tests.dashboard.session.ways import undo

VALUES = "0.9, 0.99"


def raced(values: str = VALUES, seeds: int = 2, from_here: bool = False) -> Session:
    """A race of discounts of small networks after a few steps, paused."""
    session = Session(Link(config=SMALL, members=seeds if from_here else 1))
    if from_here:
        train(session)
    start_race(session, "gamma", values, seeds, from_here)
    assert session.problem == ""
    assert session.run.status is Status.RUNNING, "it starts at once"
    train(session)
    return session


def train(session: Session, steps: int = 30) -> None:
    session.turns.start()
    for run in session.turns.runs:
        run.trainer.run(max_steps=steps)
    session.turns.advance(Slots(1))
    session.turns.pause()
    session.turns.rest()


def test_a_link_names_a_race_and_reads_it_back() -> None:
    link = Link(race=race_from("gamma=0.9,0.99", 2), members=2)
    assert "race=gamma%3D0.9,0.99" in link.query
    found, problems = read({"race": ["gamma=0.9,0.99"], "members": ["2"]})
    assert problems == []
    assert found.race == link.race
    assert [(c.gamma, c.seed) for c in found.member_configs] == [
        (0.9, 0),
        (0.9, 1),
        (0.99, 0),
        (0.99, 1),
    ]


@pytest.mark.parametrize(
    ("text", "seeds", "words"),
    [
        ("gamma=0.9", 1, "2 to 8 values of gamma, not 1"),
        ("hidden_dims=64, 128", 1, "not 1: write “;” between two values"),
        ("gamma=lin:0.1:0.9:9", 1, "2 to 8 values of gamma, not 9"),
        ("gamma=lin:0.1:0.9:8", 6, "48 agents"),
        ("gamma=0.9,2", 1, "gamma must be"),
        ("total_steps=100,200", 1, "total_steps cannot be raced: all values train equally long"),
        ("env_id=Acrobot-v1;Taxi-v3", 1, "env_id is no axis"),
        ("nothing=1,2", 1, "no hyperparameter called"),
        ("seed=1,2", 1, "seed is no axis"),
    ],
)
def test_what_cannot_be_raced_is_refused_in_a_sentence(text: str, seeds: int, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        race_from(text, seeds)
    found, problems = read({"race": [text], "members": [str(seeds)]})
    assert found.race is None
    assert len(problems) == 1
    assert words in problems[0]


def test_a_race_whose_values_do_not_go_with_the_others_is_left_out() -> None:
    found, problems = read({"head": ["quantile"], "race": ["loss=mse,huber"]})
    assert found.race is None
    (problem,) = problems
    assert "The head quantile does not go together with the loss mse" in problem
    assert problem.endswith("Used instead: no race.")


def test_the_members_of_a_race_are_known_by_their_value_and_their_seed() -> None:
    race = race_from("gamma=0.9,0.99", 2)
    configs = member_configs(SMALL, 2, race)
    assert race_of(configs) == race
    assert [(arm.label, arm.members) for arm in arms_of(configs)] == [
        ("γ 0.9", (0, 1)),
        ("γ 0.99", (2, 3)),
    ]
    assert member_words(configs)[3] == "seed 1 of γ 0.99"
    assert race_words(race) == "race of γ 0.9, 0.99"
    alone = member_configs(SMALL, 2, None)
    assert race_of(alone) is None
    assert arms_of(alone) == []
    assert member_words(alone) == ["seed 0", "seed 1"]


def test_an_arm_of_a_race_has_the_bits_of_a_lone_run() -> None:
    trainer = raced().run.trainer
    for member, config in enumerate(trainer.configs):
        alone = Trainer(config)
        alone.run(max_steps=trainer.env_step)
        theirs = alone.learner.online.parameters[0]
        assert torch.equal(trainer.learner.online.parameters[member], theirs)


def test_a_race_from_the_present_state_is_a_fork_of_it() -> None:
    session = Session(Link(config=SMALL, members=2))
    train(session)
    before = session.run
    start_race(session, "gamma", VALUES, 1, from_here=True)
    run = session.run
    assert [(arm.label, arm.members) for arm in run.arms] == [
        ("γ 0.9", (0, 1)),
        ("γ 0.99", (2, 3)),
    ]
    assert run.trainer.env_step == before.trainer.env_step
    assert run.keeping.parent == before.keeping.name
    assert session.needs_reset() == []
    assert session.config.gamma == SMALL.gamma, "what the control had"


def test_another_value_reaches_all_arms_and_each_keeps_its_own() -> None:
    session = raced()
    session.set("learning_rate", 1e-4)
    configs = session.run.trainer.configs
    assert [config.learning_rate for config in configs] == [1e-4] * 4
    assert [config.gamma for config in configs] == [0.9, 0.9, 0.99, 0.99]
    assert session.needs_reset() == []


def test_an_arm_that_is_cancelled_goes_no_further_and_the_last_one_cannot_be() -> None:
    session = raced()
    first, second = session.run.arms
    session.run.cancel(first)
    assert session.run.trainer.going_on == [2, 3]
    assert session.run.stopped == [], "an arm that stopped whole is no seed that is missing"
    with pytest.raises(ConfigurationError, match="No member"):
        session.run.cancel(second)


def test_one_arm_goes_on_alone_to_the_bit() -> None:
    session = raced()
    race = session.run.trainer
    go_on_alone(session, session.run.arms[1])
    alone = session.run.trainer
    assert session.run.arms == []
    assert (session.link.members, session.config.gamma, session.link.race) == (2, 0.99, None)
    alone.run(max_steps=20)
    race.run(max_steps=20)
    assert torch.equal(alone.learner.online.parameters, race.learner.online.parameters[2:])


def test_undo_and_the_way_back_keep_the_race() -> None:
    session = raced()
    session.set("learning_rate", 1e-4)
    train(session)
    undo(session, 0)
    assert session.problem == ""
    assert [config.learning_rate for config in session.run.trainer.configs] == [1e-3] * 4
    assert [arm.label for arm in session.run.arms] == ["γ 0.9", "γ 0.99"]
    assert session.needs_reset() == []


def test_more_agents_than_a_race_has_are_refused_where_the_seeds_are_set() -> None:
    session = Session(Link(config=SMALL, race=race_from("gamma=lin:0.1:0.9:8", 2), members=2))
    session.set_typed("members", "6")
    assert "48 agents" in session.problem
    assert session.link.members == 2


def test_the_command_of_a_race_is_a_sweep_of_its_configurations() -> None:
    link = Link(config=SMALL, race=race_from("gamma=0.9,0.99", 2), members=2)
    options = _parser().parse_args(command_line(link).split()[3:])
    given = given_values(options)
    config = new_config(options, given)
    plan = Plan(config, tuple(options.axes), tuple(member_seeds(options, config)))
    planned = [config for piece in plan.pieces() for config in piece]
    assert {*planned} == {*link.member_configs}


def test_more_seeds_are_a_run_of_the_same_race_with_the_seeds_after() -> None:
    session = raced()
    race_more_seeds(session)
    assert [config.seed for config in session.run.trainer.configs] == [2, 3, 2, 3]
    assert [arm.label for arm in session.run.arms] == ["γ 0.9", "γ 0.99"]
    assert session.run.status is Status.RUNNING
    session.run.pause()


def test_a_race_is_gone_on_with_from_the_store_and_its_values_can_be_used_again() -> None:
    session = raced()
    name, race = session.run.keeping.name, session.link.race
    end_race(session)
    assert (session.run.arms, session.link.race) == ([], None)
    earlier = Earlier.read(store(), store().run(name))
    assert (earlier.race, earlier.seeds) == (race, 2)
    assert earlier.differences(session.run)[0] == "race of γ 0.9, 0.99"
    session.use_values_of(earlier)
    assert session.link.race == race
    end_race(session)
    go_on_with(session, name)
    assert session.problem == ""
    assert session.link.race == race
    assert session.run.trainer.env_step >= 30


def test_the_winners_value_is_that_of_the_next_run_without_the_race() -> None:
    session = raced()
    arm = session.run.arms[0]
    session.prepare(arm.config, len(arm.members))
    assert session.for_next
    assert (session.config.gamma, session.link.race) == (0.9, None)
    assert "no race" in session.needs_reset()
    session.reset()
    assert session.run.arms == []
    assert session.run.trainer.configs == [arm.config, arm.config.replace(seed=1)]


def test_what_is_typed_wrongly_is_said_beside_the_race_and_changes_nothing() -> None:
    session = raced()
    run = session.run
    start_race(session, "gamma", "0.9, high", 2, False)
    assert session.refused == "race"
    assert "gamma must be" in session.problem
    assert session.run is run
    assert DQNConfig().gamma == 0.99


def test_a_lesson_that_locks_a_hyperparameter_keeps_out_an_earlier_race_of_it() -> None:
    before = raced()
    session = Session(Link(config=SMALL, locked=("gamma",)))
    session.prepare(before.config, 2, before.link.race)
    assert session.link.race is None
    assert session.left_alone == ["gamma"]
    session.prepare(before.config, 2, race_from("learning_rate=0.001,0.01", 2))
    assert session.link.race is not None
    assert session.left_alone == []
