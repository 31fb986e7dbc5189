"""An environment and its arguments in a link, a paste and a lesson."""

import pytest

from dashboard.session.environment import choose_arguments, choose_environment
from dashboard.session.links import Link
from dashboard.session.pasting import pasted
from dashboard.session.session import Session
from dashboard.train_page.exchange import command_line
from dashboard.web.slots import Slots
from dqn_core import PRESETS, DQNConfig, preset
from dqn_core.base.errors import LabError
from dqn_core.recommendation import recommended
from tests.dashboard.session.drawn_links import of

LAKE = DQNConfig(env_id="FrozenLake-v1", env_kwargs="is_slippery=False, map_name=8x8")
ENVIRONMENT = {"env_id": LAKE.env_id, "env_kwargs": LAKE.env_kwargs}


def test_arguments_travel_in_a_link_and_in_a_command() -> None:
    link = Link(config=LAKE)
    assert of(link.query) == (link, [])
    command = command_line(link)
    assert "--env-kwargs is_slippery=False,map_name=8x8 " in command
    assert pasted(command, Link()) == link
    quoted = Link(config=LAKE.replace(env_kwargs="desc=['SF, ', 'FG']"))
    with pytest.raises(LabError, match="cannot be made"):
        pasted(command_line(quoted), Link())
    assert "env_kwargs=desc%3D%5B%27SF%2C+%27" in quoted.query.replace(",", "%2C")


def test_a_command_may_have_the_arguments_as_several_words() -> None:
    command = "python -m dqn_core train --env-id FrozenLake-v1 --env-kwargs a=1"
    with pytest.raises(LabError, match="has no argument 'a'"):
        pasted(command, Link())
    words = "--env-kwargs map_name=8x8 is_slippery=False --gamma 0.5"
    link = pasted(f"python -m dqn_core train --env-id FrozenLake-v1 {words}", Link())
    assert (link.environment, link.differences) == (ENVIRONMENT, {"gamma": 0.5})


@pytest.mark.parametrize(
    ("query", "config", "said"),
    [
        (
            "env_id=FrozenLake-v1&env_kwargs=slippery=False",
            LAKE.replace(env_kwargs=""),
            "did you mean is_slippery? Used instead: FrozenLake-v1.",
        ),
        ("env_id=Frozen-v9&env_kwargs=map_name=8x8", DQNConfig(), "Used instead: CartPole-v1."),
        ("env_kwargs=map_name=8x8", DQNConfig(), "has no argument 'map_name'"),
        (
            "env_id=FrozenLake-v1&env_kwargs=oops",
            LAKE.replace(env_kwargs=""),
            "env_kwargs must be names and values",
        ),
    ],
)
def test_arguments_that_cannot_be_used_are_told_and_left_out(
    query: str, config: DQNConfig, said: str
) -> None:
    link, problems = of(query + "&gamma=0.5")
    assert link.config == config.replace(gamma=0.5)
    assert len(problems) == 1
    assert said in problems[0]


def test_a_pasted_environment_comes_without_the_arguments_of_the_present_one() -> None:
    present = Link(config=LAKE)
    assert pasted('{"env_id": "Taxi-v4"}', present).config.env_kwargs == ""
    text = '{"env_kwargs": {"map_name": "4x4"}}'
    assert pasted(text, present).config.env_kwargs == "map_name=4x4"
    with pytest.raises(LabError, match="cannot be made"):
        pasted('{"env_kwargs": "map_name=9x9"}', present)


@pytest.mark.parametrize("fixed", ["env_id", "environment"])
def test_a_lesson_that_fixes_the_environment_fixes_its_arguments(fixed: str) -> None:
    session = Session(Link(config=LAKE, locked=(fixed,)))
    assert {"env_id", "env_kwargs"} <= session.link.fixed_controls
    session.choose_preset("notebook")
    assert session.paste('{"env_kwargs": "map_name=4x4", "gamma": 0.5}')
    assert session.config.environment == LAKE.environment
    assert session.config.gamma == 0.5


def test_another_environment_in_the_controls_has_none_of_the_arguments() -> None:
    session = Session(Link(config=LAKE))
    choose_environment(session, "Taxi-v4")
    assert (session.problem, session.config.env_kwargs) == ("", "")
    choose_arguments(session, "is_rainy = True")
    assert session.run.config.environment == "Taxi-v4(is_rainy=True)"
    choose_arguments(session, "is_snowy=True")
    assert "has no argument 'is_snowy'" in session.problem
    assert session.refused == "env_kwargs"
    assert session.config.env_kwargs == "is_rainy=True"
    choose_environment(session, " FrozenLake-v1( map_name=8x8 ) ")
    assert session.run.config.environment == "FrozenLake-v1(map_name=8x8)"


def test_a_papers_preset_goes_along_to_another_environment_and_into_its_link() -> None:
    session = Session()
    choose_environment(session, "MountainCar-v0")
    session.choose_preset("double")
    assert session.config == preset("double", "MountainCar-v0")
    session.set("gamma", 0.9)
    choose_environment(session, "FrozenLake-v1")
    choose_arguments(session, "map_name=8x8")
    assert session.link.preset == "double"
    assert session.config == preset("double", "FrozenLake-v1", "map_name=8x8")
    assert session.link.differences == {}
    assert of(session.link.query) == (session.link, [])
    assert pasted(command_line(session.link), Link()) == session.link


def test_a_link_to_a_papers_preset_means_on_cartpole_what_it_always_meant() -> None:
    link, problems = of("preset=dueling&gamma=0.9")
    assert not problems
    assert link.config == PRESETS["dueling"].config.replace(gamma=0.9)
    assert link.config.batch_size == 32


def test_arguments_chosen_for_the_next_run_are_tried_before_they_are_kept() -> None:
    session = Session(Link(config=LAKE.replace(total_steps=100)))
    session.run.step()
    session.run.advance(Slots(1))
    choose_arguments(session, "map_name=9x9")
    assert "cannot be made" in session.problem
    choose_arguments(session, "map_name=4x4")
    assert session.run.config == LAKE.replace(total_steps=100)
    assert session.config == recommended("FrozenLake-v1", "map_name=4x4")
    waiting = session.needs_reset()[0]
    assert waiting == "Environment arguments is_slippery=False, map_name=8x8 → map_name=4x4"
    assert session.never_due == {}
