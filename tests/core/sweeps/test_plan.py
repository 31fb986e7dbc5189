"""Which configurations a sweep trains, and which of them side by side."""

import sys

import pytest

from dqn_core.base.errors import ConfigurationError, MissingPackageError
from dqn_core.configuration.members import check_members
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.plan import MOST_MEMBERS, Plan
from tests.core.small_runs import SMALL


def plan(*axes, seeds=2, base=SMALL, random=None):
    return Plan(base, tuple(map(axis_from, axes)), tuple(range(seeds)), random)


def test_every_point_has_every_seed_once_and_each_its_first_before_any_its_second():
    pieces = plan("gamma=0.9,0.95", "tau=0.01,0.02,0.03", seeds=3).pieces()
    runs = [(config.seed, config.gamma, config.tau) for piece in pieces for config in piece]
    assert len(set(runs)) == len(runs) == 18
    assert [seed for seed, _, _ in runs] == [0] * 6 + [1] * 6 + [2] * 6


def test_a_piece_has_few_members_that_can_train_side_by_side():
    pieces = plan("gamma=0.9,0.95,0.99", "hidden_dims=8;4,4", "n_step=1,3", seeds=5).pieces()
    for piece in pieces:
        check_members(piece)
    sizes = [len(piece) for piece in pieces]
    assert sum(sizes) == 60
    assert max(sizes) <= MOST_MEMBERS
    assert max(sizes) - min(sizes) <= 1  # no small rest that would train nearly as long


def test_large_replay_buffers_make_small_pieces():
    base = SMALL.replace(buffer_capacity=1_000_000)
    assert max(map(len, plan("gamma=0.9,0.95", seeds=8, base=base).pieces())) == 2


def test_random_points_lie_within_the_axes_and_are_the_same_each_time():
    axes = ("learning_rate=log:1e-4:1e-2", "loss=mse,huber")
    points = plan(*axes, random=10).points()
    assert points == plan(*axes, random=10).points()
    assert len(points) == 10
    rates = [point["learning_rate"] for point in points]
    assert all(1e-4 <= rate <= 1e-2 for rate in rates)
    assert sum(rate < 1e-3 for rate in rates) in (4, 5, 6)  # as many in each half
    assert {point["loss"] for point in points} == {"mse", "huber"}


def test_a_plan_comes_back_from_json():
    one = plan("gamma=0.9,0.95", random=3)
    assert Plan.from_dict(one.to_dict()) == one


def test_without_scipy_one_sentence_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(MissingPackageError, match=r"pip install -r requirements-sweeps.txt"):
        plan("gamma=lin:0.9:1", random=4).points()


@pytest.mark.parametrize(
    ("axes", "values", "words"),
    [
        ([], {}, "A sweep needs an axis"),
        (["gamma=0.9", "gamma=0.8"], {}, "gamma is an axis twice"),
        (["gamma=0.9"], {"total_seconds": 5}, "total_seconds does not go with a sweep"),
        (
            ["gamma=0.9"],
            {"stop_when_solved": True, "evaluation_period": 50},
            "stop_when_solved does not go with a sweep, which judges all points at the same step",
        ),
        (
            ["gamma=0.9"],
            {"total_episodes": 9},  # a piece would end at its slowest member
            "total_episodes does not go with a sweep, which judges all points at the same step",
        ),
        (["total_episodes=5,9"], {}, "total_episodes is no axis"),
        (["stop_when_solved=on,off"], {}, "stop_when_solved is no axis"),
        (["gamma=lin:0:1:1000", "tau=lin:0.1:1:9"], {}, "18,000|more than 10,000 runs"),
    ],
)
def test_what_is_no_sweep_is_refused_in_one_sentence(axes, values, words):
    with pytest.raises(ConfigurationError, match=words):
        plan(*axes, base=SMALL.replace(**values))


def test_values_that_do_not_go_together_are_refused_before_anything_is_trained():
    with pytest.raises(ConfigurationError, match="batch_size"):
        plan("batch_size=8,1000").pieces()
