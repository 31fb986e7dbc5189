"""Links: every configuration survives the way through one."""

from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings

from dashboard.session.links import MOST_TASK, Link
from dashboard.session.reading import read
from dqn_core import DQNConfig, recommended
from dqn_core.presets import AUTO
from tests.dashboard.session.drawn_links import OLD, links, of


@given(links())
@settings(max_examples=60)
def test_a_link_brings_back_exactly_what_it_was_made_from(link: Link) -> None:
    assert of(link.query) == (link, [])


def test_a_link_names_only_what_differs() -> None:
    assert Link().query == "preset=auto&env_id=CartPole-v1&seed=0"
    config = recommended("Taxi-v4").replace(gamma=0.9, seed=3)
    assert Link(config=config).query == "preset=auto&env_id=Taxi-v4&gamma=0.9&seed=3"
    lesson = Link(members=4, x_axis="episode", hidden=("gamma", "target"), locked=("seed",))
    assert lesson.query == (
        "preset=auto&env_id=CartPole-v1&seed=0&members=4&x_axis=episode&hide=gamma,target&lock=seed"
    )


@pytest.mark.parametrize(("query", "said"), OLD["links"].items())
def test_a_link_of_an_earlier_version_means_what_it_meant(query: str, said: Any) -> None:
    link, problems = of(query)
    assert problems == []
    assert (link.config.difference(DQNConfig()), link.members) == (said["values"], said["members"])
    assert of(link.query) == (link, []), "also once the address was written anew"


def test_a_link_of_the_preset_auto_has_what_is_recommended_for_its_environment() -> None:
    link, problems = of("preset=auto&env_id=Taxi-v4&gamma=0.9")
    assert problems == []
    assert link.config == recommended("Taxi-v4").replace(gamma=0.9)
    assert link.differences == {"gamma": 0.9}


def test_cartpoles_values_are_called_recommended_where_they_are() -> None:
    assert of("preset=recommended")[0].preset == of("gamma=0.9")[0].preset == AUTO
    assert of("preset=recommended&env_id=Taxi-v4")[0].preset == "recommended"


def test_a_group_stands_for_its_controls() -> None:
    link, _ = of("hide=target&lock=seed")
    assert of("hide=Target&lock=seed") == (link, []), "as links of earlier versions say it"
    assert link.hidden_controls == {"target_update_period", "target_update_unit", "tau"}
    assert link.fixed_controls == link.hidden_controls | {"seed"}


def test_a_lessons_task_keeps_its_lines_and_is_not_too_long() -> None:
    task = "Lower γ at step 10,000:\n1. what happens\n2. *why*?\n\n100 % & $y=r$"
    link, problems = read(parse_qs(Link(task=task).query))
    assert (link.task, problems) == (task, [])
    assert "%0A1." in link.query
    assert read({"task": ["\ud800 one\r\n\n\n  two\x00  words"]})[0].task == "one\n\ntwo words"
    link, problems = read({"task": ["long " * 200]})
    assert len(link.task) == MOST_TASK - 1
    assert problems == ["task is cut off after 500 characters."]
