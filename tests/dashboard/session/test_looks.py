"""What the Compare page's address says."""

from urllib.parse import parse_qs

import pytest

from dashboard.session.links import NAMES as OF_AN_EXPERIMENT
from dashboard.session.looks import MOST_RUNS, NAMES, Look, read

LOOKS = [
    Look(),
    Look(("cartpole-1", "acrobot-12"), "fork", "area"),
    Look(search="γ 0.9 & more", environment="FrozenLake-v1(is_slippery=False)", tag="a, b"),
    Look(status="finished", hidden=True),
    Look(sweep="cartpole-gamma"),
    Look(sweep="a search", metric="final"),
]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_an_address_says_the_same_look_again(look: Look) -> None:
    assert read(parse_qs(look.query, keep_blank_values=True)) == look


def test_a_first_look_needs_no_words_in_the_address() -> None:
    assert Look().query == ""
    assert Look(("cartpole-1", "cartpole-2")).query == "runs=cartpole-1,cartpole-2"


def test_an_address_names_nothing_that_an_experiments_link_names() -> None:
    assert not NAMES & set(OF_AN_EXPERIMENT)


def test_what_an_address_cannot_mean_is_left_out() -> None:
    found = read(
        {"metric": ["best"], "hidden": ["maybe"], "runs": ["a,,a,b\n", "c"], "gamma": ["1"]}
    )
    assert found == Look(("a", "b", "c"))
    many = ",".join(str(n) for n in range(10 * MOST_RUNS))
    assert len(read({"runs": [many], "search": ["x" * 10_000]}).runs) == MOST_RUNS
