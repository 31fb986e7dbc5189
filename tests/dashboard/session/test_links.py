"""Links: every configuration survives the way through one, and nothing in one can break a page."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.session.links import (
    CONTROLS,
    GROUPS,
    MOST_MEMBERS,
    MOST_TASK,
    NAMES,
    Link,
)
from dashboard.session.pasting import pasted
from dashboard.session.race import race_from
from dashboard.session.reading import read
from dashboard.train_page.exchange import command_line
from dqn_core import HYPERPARAMETERS, PRESETS, DQNConfig, preset, recommended
from dqn_core.cli.command_line import _parser
from dqn_core.errors import ConfigurationError, LabError
from dqn_core.hyperparameter import Hyperparameter
from dqn_core.presets import AUTO
from tests.core.foreign import Foreign, registered

OLD = json.loads(Path(__file__).with_name("links_of_787938c.json").read_text())
"""Links and commands with the values that they had in that version."""


def values(declared: Hyperparameter) -> st.SearchStrategy[object]:
    if declared.name == "env_id":
        return st.sampled_from(["CartPole-v1", "Acrobot-v1", "FrozenLake-v1"])
    if declared.name == "env_kwargs":
        return st.sampled_from(["", "sutton_barto_reward=True"])  # of the preset's environment
    if declared.name == "device":
        return st.sampled_from(["cpu", "auto"])  # a GPU is not everywhere
    if declared.kind is bool:
        return st.booleans()
    if declared.scale == "widths":
        units = st.integers(int(declared.low), int(declared.high))
        return st.lists(units, min_size=1, max_size=4).map(lambda found: ", ".join(map(str, found)))
    if declared.kind is str:
        return st.sampled_from(declared.choices)
    if declared.kind is int:
        return st.integers(int(declared.low), int(declared.high))
    return st.floats(declared.low, declared.high)


@st.composite
def links(draw: st.DrawFn) -> Link:
    name = draw(st.sampled_from(list(PRESETS)))
    given_values = draw(st.fixed_dictionaries({}, optional=STRATEGIES))
    config = preset(name)
    for key, value in given_values.items():
        if key == "env_kwargs" and not config.env_id.startswith("CartPole"):
            continue
        try:
            config = config.replace(**{key: value})
        except ConfigurationError:  # a batch that is larger than the buffer
            continue
    members = draw(st.integers(1, MOST_MEMBERS))
    largest = int(HYPERPARAMETERS["seed"].high) - MOST_MEMBERS
    lists = st.lists(st.sampled_from([*CONTROLS, *GROUPS]), unique=True).map(tuple)
    return Link(
        preset=name,
        config=config.replace(seed=min(config.seed, largest)),
        members=members,
        x_axis=draw(st.sampled_from(["env_step", "episode", "seconds"])),
        smoothing=draw(st.floats(0, 0.99)),
        view=draw(st.sampled_from(["page", "presentation"])),
        hidden=draw(lists),
        locked=draw(lists),
    )


STRATEGIES = {name: values(declared) for name, declared in HYPERPARAMETERS.items()}


def of(query: str) -> tuple[Link, list[str]]:
    return read(parse_qs(query, keep_blank_values=True))


@given(links())
@settings(max_examples=60)
def test_a_link_brings_back_exactly_what_it_was_made_from(link: Link) -> None:
    assert of(link.query) == (link, [])


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


@pytest.mark.parametrize(("command", "said"), OLD["commands"].items())
def test_a_command_of_an_earlier_version_means_what_it_meant(command: str, said: Any) -> None:
    link = pasted(command, Link())
    assert (link.config.difference(DQNConfig()), link.members) == (said["values"], said["members"])


def test_a_link_of_the_preset_auto_has_what_is_recommended_for_its_environment() -> None:
    link, problems = of("preset=auto&env_id=Taxi-v4&gamma=0.9")
    assert problems == []
    assert link.config == recommended("Taxi-v4").replace(gamma=0.9)
    assert link.differences == {"gamma": 0.9}


def test_a_bad_value_in_it_gives_way_to_the_environments() -> None:
    link, problems = of("preset=auto&env_id=Taxi-v4&epsilon_decay=x")
    assert link.config == recommended("Taxi-v4")
    assert problems[0].endswith(f"Used instead: {link.config.epsilon_decay}.")


def test_a_pasted_command_without_a_preset_means_what_it_trains() -> None:
    link = pasted("python -m dqn_core train --env-id Taxi-v4 --gamma 0.9", Link())
    assert link.config == recommended("Taxi-v4").replace(gamma=0.9)


def test_cartpoles_values_are_called_recommended_where_they_are() -> None:
    assert of("preset=recommended")[0].preset == of("gamma=0.9")[0].preset == AUTO
    assert of("preset=recommended&env_id=Taxi-v4")[0].preset == "recommended"


def test_a_link_to_an_environment_that_fails_in_its_first_step_opens() -> None:
    def fails(*_: object) -> object:
        raise RuntimeError("boom")

    with registered("Failing-v0", Foreign, kwargs={"outcome": fails}):
        link, problems = of("preset=auto&env_id=Failing-v0&gamma=0.5")
        assert (link.config.env_id, link.config.gamma, problems) == ("Failing-v0", 0.5, [])


junk = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["nan", "inf", "-inf", "1e999", "-0", "9" * 400, "0x10", "1_000", "None", "", " ", "os:foo"]
    ),
    st.sampled_from(["/etc/passwd", "![](http://a.b/c.png)", "<script>", "\ud800", "a" * 100_000]),
)


@given(st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=20)), st.lists(junk)))
@settings(max_examples=60)
def test_nothing_in_a_link_raises_and_what_is_left_is_valid(
    parameters: dict[str, list[str]],
) -> None:
    link, problems = read(parameters)
    assert len(link.member_configs) == link.members
    assert of(link.query) == (link, [])
    assert all(len(problem) < 400 for problem in problems)


@pytest.mark.parametrize("name", [*HYPERPARAMETERS, "members", "x_axis", "smoothing", "preset"])
def test_a_bad_value_is_reported_with_its_name_and_what_is_used(name: str) -> None:
    link, problems = read({name: ["no such thing"]})
    assert link == Link()
    assert len(problems) == 1
    assert "Used instead: " in problems[0]
    assert "no such thing" in problems[0]
    assert name == "env_id" or name in problems[0]


def test_all_that_is_bad_is_reported_and_the_rest_is_used() -> None:
    link, problems = of("gamma=0.9&tau=-3&epsilon_end=x&members=99&seed=4")
    assert link.config == DQNConfig(gamma=0.9, seed=4)
    assert [problem.split()[0] for problem in problems] == ["members", "epsilon_end", "tau"]


def test_unknown_names_are_named_with_the_nearest_known() -> None:
    link, problems = of("gama=0.9&lock=sead&hide=Lern,gamma")
    assert link == Link(hidden=("gamma",))
    assert "'gama': did you mean gamma?" in problems[0]
    assert any("hide" in p and "'Lern': did you mean learn?" in p for p in problems)
    assert any("lock" in p and "'sead': did you mean seed?" in p for p in problems)


def test_two_values_that_do_not_go_together_are_both_left_out() -> None:
    link, problems = of("batch_size=512&buffer_capacity=100&gamma=0.9")
    assert link.config == DQNConfig(gamma=0.9)
    assert problems == [
        "batch_size 512 is larger than buffer_capacity 100: make the batch smaller or the buffer "
        "larger. Used instead: buffer_capacity 50000 and batch_size 128."
    ]


def test_of_several_pairs_that_do_not_go_together_each_is_reported() -> None:
    link, problems = of(
        "batch_size=512&buffer_capacity=100&stop_when_solved=on&evaluation_period=0&gamma=0.9"
    )
    assert link.config == DQNConfig(gamma=0.9)
    assert ["batch_size" in problems[0], "stop_when_solved" in problems[1]] == [True, True]
    assert len(problems) == 2


def test_two_values_are_judged_together_not_one_after_the_other() -> None:
    link, problems = of("buffer_capacity=32&batch_size=16")
    assert (link.config.buffer_capacity, link.config.batch_size) == (32, 16)
    assert problems == []


def test_a_link_cannot_import_a_module() -> None:
    link, problems = of("env_id=this:foo")
    assert link.config.env_id == "CartPole-v1"
    assert "names a module" in problems[0]


def test_an_unknown_environment_is_reported_with_the_nearest() -> None:
    _, problems = of("env_id=CartPol-v1")
    assert "did you mean CartPole-v1? Used instead: CartPole-v1." in problems[0]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_device_that_is_not_here_is_reported_and_the_rest_of_the_link_is_used() -> None:
    link, problems = read({"device": ["cuda"], "gamma": ["0.5"], "env_id": ["Acrobot-v1"]})
    assert link.config == preset("recommended").replace(gamma=0.5, env_id="Acrobot-v1")
    assert len(problems) == 1
    assert "no CUDA GPU" in problems[0]
    assert problems[0].endswith("Used instead: cpu.")


def test_of_a_repeated_name_the_last_value_counts() -> None:
    link, problems = of("gamma=0.9&gamma=0.8")
    assert link.config.gamma == 0.8
    assert problems == ["gamma is given 2 times: the last one counts."]


def test_seeds_that_would_run_past_the_largest_are_reported() -> None:
    link, problems = of(f"seed={2**53 - 1}&members=2")
    assert link.config.seed == 0
    assert problems[0].startswith("seed must be")


def test_a_group_stands_for_its_controls() -> None:
    link, _ = of("hide=target&lock=seed")
    assert of("hide=Target&lock=seed") == (link, []), "as links of earlier versions say it"
    assert link.hidden_controls == {"target_update_period", "target_update_unit", "tau"}
    assert link.fixed_controls == link.hidden_controls | {"seed"}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "nothing to apply"),
        ("hello", "neither"),
        ("http://[", "neither"),
        ('{"gamma": 0.9', "not complete or not correct"),
        ("[" * 100_000, "not complete or not correct"),
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


def test_a_lessons_task_keeps_its_lines_and_is_not_too_long() -> None:
    task = "Lower γ at step 10,000:\n1. what happens\n2. *why*?\n\n100 % & $y=r$"
    link, problems = read(parse_qs(Link(task=task).query))
    assert (link.task, problems) == (task, [])
    assert "%0A1." in link.query
    assert read({"task": ["\ud800 one\r\n\n\n  two\x00  words"]})[0].task == "one\n\ntwo words"
    link, problems = read({"task": ["long " * 200]})
    assert len(link.task) == MOST_TASK - 1
    assert problems == ["task is cut off after 500 characters."]


def test_an_earlier_versions_link_command_and_json_still_mean_what_they_meant() -> None:
    for link in (
        of("hidden_dim=64&hide=hidden_dim")[0],
        pasted("https://lab.example/?hidden_dim=64", Link()),
        pasted("python -m dqn_core train --hidden-dim 64", Link()),
        pasted('{"hidden_dim": 64}', Link()),
    ):
        assert link.differences == {"hidden_dims": "64, 64"}
    assert of("hide=hidden_dim")[0].hidden == ("hidden_dims",)


def test_a_width_under_both_names_is_told_and_todays_counts() -> None:
    link, problems = of("hidden_dim=64&hidden_dims=32")
    assert link.config.hidden_dims == "32"
    assert problems == ["hidden_dim is the earlier name of hidden_dims: give only hidden_dims."]
    with pytest.raises(ConfigurationError, match="give only hidden_dims"):
        pasted('{"hidden_dim": 64, "hidden_dims": "32"}', Link())


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
