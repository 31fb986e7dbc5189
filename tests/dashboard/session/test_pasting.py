"""Pasting JSON, links and commands: what was copied comes back, or one sentence says why not."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.session.links import Link
from dashboard.session.pasting import pasted
from dashboard.session.race import race_from
from dashboard.train_page.exchange import command_line
from dqn_core import HYPERPARAMETERS, DQNConfig, preset, recommended
from dqn_core.base.errors import ConfigurationError, LabError
from dqn_core.cli.command_line import _parser
from dqn_core.presets import AUTO
from tests.dashboard.session.drawn_links import OLD, links, of


@given(links())
@settings(max_examples=30)
def test_a_pasted_configuration_brings_back_exactly_what_was_copied(link: Link) -> None:
    text = json.dumps(link.config.to_dict())
    assert pasted(text, Link()).config == link.config
    assert pasted(f'{{"config": {text}, "returns": [1, 2]}}', Link()).config == link.config


@given(links())
@settings(max_examples=30)
def test_the_command_line_trains_the_same_configuration(link: Link) -> None:
    options = _parser().parse_args(command_line(link).split()[3:])
    values = {n: getattr(options, n) for n in HYPERPARAMETERS if hasattr(options, n)}
    assert preset(options.preset or AUTO, link.config.env_id).replace(**values) == link.config
    assert (options.seeds or 1) == link.members


@given(links())
@settings(max_examples=30, deadline=None)
def test_a_pasted_command_brings_back_what_was_copied_and_leaves_the_view(link: Link) -> None:
    present = Link(x_axis="seconds", smoothing=0.5)
    assert pasted(command_line(link), present) == replace(
        link, x_axis="seconds", smoothing=0.5, view="page", hidden=(), locked=()
    )


def test_a_command_may_be_written_over_several_lines() -> None:
    command = "$ .venv/bin/python -m dqn_core train \\\n  --gamma=0.5 \\\n  --episodes 30"
    assert pasted(command, Link()).differences == {"gamma": 0.5, "total_episodes": 30}


@pytest.mark.parametrize(("command", "said"), OLD["commands"].items())
def test_a_command_of_an_earlier_version_means_what_it_meant(command: str, said: Any) -> None:
    link = pasted(command, Link())
    assert (link.config.difference(DQNConfig()), link.members) == (said["values"], said["members"])


def test_a_pasted_command_without_a_preset_means_what_it_trains() -> None:
    link = pasted("python -m dqn_core train --env-id Taxi-v4 --gamma 0.9", Link())
    assert link.config == recommended("Taxi-v4").replace(gamma=0.9)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "nothing to apply"),
        ("hello", "neither"),
        ("http://[", "neither"),
        ('{"gamma": 0.9', "not complete or not correct"),
        ("[" * 20_000, "not complete or not correct"),
        ("[1, 2]", "JSON object"),
        ('{"gama": 0.9}', "did you mean gamma"),
        ('{"gamma": 2}', "gamma must be 0 to 1, not 2."),
        ('{"gamma": "0.9"}', "gamma must be 0 to 1, not '0.9'."),
        ('{"gamma": null}', "gamma must be"),
        ('{"gamma": NaN}', "gamma must be"),
        ('{"seed": 1e400}', "seed must be"),
        ('{"batch_size": 512, "buffer_capacity": 100}', "larger than buffer_capacity"),
        ('{"env_id": "this:foo"}', "names a module"),
        ("?gamma=2", "gamma must be 0 to 1"),
        ("http://localhost/?gama=0.9", "did you mean gamma"),
        ("python -m dqn_core train --gamma 2", "gamma must be 0 to 1, not 2"),
        ("python -m dqn_core train --gamma", "gamma must be"),
        ("python -m dqn_core train --save it --gamma 0.9", "not --save"),
        ("python -m dqn_core train --env-id 'Cart", "cut off"),
        ("dqn_core train --seeds 3,5", "members must be"),
        ("python -m dqn_core train 0.9", "not 0.9"),
        ("python -m dqn_core train --double-dqn=off", "takes no value"),
        ("python -m dqn_core train --gamma= 0.5", "not 0.5"),
    ],
)
def test_what_cannot_be_pasted_is_refused_in_one_sentence(text: str, part: str) -> None:
    with pytest.raises(LabError) as refusal:
        pasted(text, Link())
    assert part in str(refusal.value)
    assert "Used instead" not in str(refusal.value)


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_no_pasted_text_raises_anything_but_a_sentence(text: str) -> None:
    command = "python -m dqn_core train "
    for whole in (text, "{" + text, "?" + text, f'{{"gamma": {text}}}', command + text):
        try:
            pasted(whole, Link())
        except LabError:
            continue


def test_a_pasted_part_leaves_the_rest_as_it_is() -> None:
    present = Link(preset="notebook", config=preset("notebook"))
    assert pasted('{"gamma": 0.5}', present).config == preset("notebook").replace(gamma=0.5)


def test_a_pasted_link_brings_everything_but_the_lesson() -> None:
    present = Link(locked=("seed",), task="Find out.")
    text = "http://localhost:8501/?preset=notebook&gamma=0.5&members=3&hide=tau&task=No."
    config = preset("notebook").replace(gamma=0.5)
    expected = Link("notebook", config, 3, locked=("seed",), task="Find out.")
    assert pasted(text, present) == expected


def test_of_a_link_that_any_page_shows_the_experiment_is_taken() -> None:
    others = "lang=zh&section=lessons&lesson=two-networks&step=2&runs=a,b&metric=area"
    expected = Link(config=DQNConfig(gamma=0.5))
    assert pasted(f"http://localhost:8501/learn?{others}&gamma=0.5", Link()) == expected
    with pytest.raises(ConfigurationError, match="no values of an experiment"):
        pasted(f"http://localhost:8501/compare?{others}", Link())


def test_an_earlier_versions_link_command_and_json_still_mean_what_they_meant() -> None:
    for link in (
        of("hidden_dim=64&hide=hidden_dim")[0],
        pasted("https://lab.example/?hidden_dim=64", Link()),
        pasted("python -m dqn_core train --hidden-dim 64", Link()),
        pasted('{"hidden_dim": 64}', Link()),
    ):
        assert link.differences == {"hidden_dims": "64, 64"}
    assert of("hide=hidden_dim")[0].hidden == ("hidden_dims",)


def test_a_link_and_a_command_write_widths_without_a_space() -> None:
    link = Link(config=DQNConfig(hidden_dims="64, 32"))
    assert "hidden_dims=64,32&" in link.query
    assert "--hidden-dims 64,32 " in command_line(link)


@pytest.mark.parametrize("race", ["gamma=0.9,0.99", "hidden_dims=64,64;128", "double_dqn=on,off"])
def test_a_pasted_sweep_of_one_hyperparameter_is_the_race_that_was_copied(race: str) -> None:
    link = Link(members=3, race=race_from(race, 3))
    assert pasted(command_line(link), Link(members=2)) == link
    command = "python -m dqn_core train --gamma 0.9"
    assert pasted(command, link).race is None, "a command says all"


def test_of_a_sweep_that_a_page_does_not_race_one_sentence_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="begin the sweep on the Compare page"):
        pasted("python -m dqn_core sweep --set gamma=0.9,1 --set tau=0.1,1", Link())
    with pytest.raises(ConfigurationError, match="not --workers"):
        pasted("python -m dqn_core sweep --set gamma=0.9,1 --workers 2", Link())
