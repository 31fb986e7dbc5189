"""Reading a link: nothing in one can break a page, and what is wrong in it is named."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.session.links import NAMES, Link
from dashboard.session.pasting import pasted
from dashboard.session.reading import read
from dqn_core import HYPERPARAMETERS, DQNConfig, preset, recommended
from dqn_core.base.errors import ConfigurationError
from tests.core.foreign import Foreign, registered
from tests.dashboard.session.drawn_links import of


def test_a_bad_value_in_it_gives_way_to_the_environments() -> None:
    link, problems = of("preset=auto&env_id=Taxi-v4&epsilon_decay=x")
    assert link.config == recommended("Taxi-v4")
    assert problems[0].endswith(f"Used instead: {link.config.epsilon_decay}.")


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


def test_a_width_under_both_names_is_told_and_todays_counts() -> None:
    link, problems = of("hidden_dim=64&hidden_dims=32")
    assert link.config.hidden_dims == "32"
    assert problems == ["hidden_dim is the earlier name of hidden_dims: give only hidden_dims."]
    with pytest.raises(ConfigurationError, match="give only hidden_dims"):
        pasted('{"hidden_dim": 64, "hidden_dims": "32"}', Link())
