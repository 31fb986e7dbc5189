"""The sum tree against sums in plain loops, and against vectors of dqn_zoo's tests."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dqn_core import sum_tree
from dqn_core.sum_tree import SumTree


def tree_of(*rows: list[float]) -> SumTree:
    tree = SumTree(len(rows), len(rows[0]))
    tree.set(np.tile(np.arange(len(rows[0])), (len(rows), 1)), np.array(rows))
    return tree


@pytest.fixture(params=[(32, 2_048), (2, 2), (3, 4)], ids=["flat", "binary", "three wide"])
def shape(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also narrow trees, so that few numbers have many levels."""
    fanout, widest = request.param
    monkeypatch.setattr(sum_tree, "FANOUT", fanout)
    monkeypatch.setattr(sum_tree, "WIDEST_ROOT", widest)


# dqn_zoo, replay_test.py of commit 359945d: SumTreeTest.test_query_typical
@pytest.mark.parametrize(
    ("place", "target"),
    [(0, 0), (0, 2.9), (1, 3), (1, 3.9), (2, 4), (2, 5.9), (3, 6), (3, 10.9)],
)
def test_a_target_falls_where_dqn_zoo_says(shape: None, place: int, target: float) -> None:
    assert tree_of([3, 1, 2, 5]).find(np.array([[target]])).tolist() == [[place]]


# there: test_query_never_returns_an_index_with_zero_index
def test_a_number_that_is_0_is_never_found_by_the_targets_of_dqn_zoo(shape: None) -> None:
    numbers = [0.0, 1, 0, 0, 3, 0, 2, 0, 3, 0]
    targets = [0, 0.1, 0.9, 1, 1.1, 3.9, 4, 4.1, 5.9, 6, 6.1, 8.9, 8.999999]
    found = tree_of(numbers).find(np.array([targets]))[0]
    assert found.tolist() == [1, 1, 1, 4, 4, 4, 6, 6, 6, 8, 8, 8, 8]


# there: test_set_multiple, test_set_updates_total_sum
def test_numbers_that_are_set_change_the_total_as_in_dqn_zoo(shape: None) -> None:
    tree = tree_of([4, 5, 3, 9])
    tree.set(np.array([[2, 0]]), np.array([[99.0, 88.0]]))
    assert tree.at(np.arange(4)[None]).tolist() == [[88, 5, 99, 9]]
    assert tree.total.tolist() == [[201]]


@pytest.mark.parametrize("beyond", [0.0, 1e-9, 1.0])
def test_rounding_up_to_the_total_finds_the_last_number_that_is_not_0(
    shape: None, beyond: float
) -> None:
    tree = tree_of([0.1] * 7 + [0.0] * 6, [0.3] * 10 + [0.0] * 3)
    assert tree.find(tree.total * (1 + beyond)).tolist() == [[6], [9]]


@settings(max_examples=60)
@given(st.data())
def test_it_agrees_with_sums_in_plain_loops(data: st.DataObject) -> None:
    members, size = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 40))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sum_tree, "FANOUT", data.draw(st.integers(2, 4)))
        patch.setattr(sum_tree, "WIDEST_ROOT", data.draw(st.integers(2, 9)))
        tree = SumTree(members, size)
    twin = [[0] * size for _ in range(members)]
    for _ in range(data.draw(st.integers(1, 5))):
        count = data.draw(st.integers(1, 8))
        pairs = st.tuples(st.integers(0, size - 1), st.integers(0, 5))  # whole: sums are exact
        rows = [data.draw(st.lists(pairs, min_size=count, max_size=count)) for _ in twin]
        tree.set(*(np.array([[pair[i] for pair in row] for row in rows]) for i in (0, 1)))
        for numbers, row in zip(twin, rows, strict=True):
            for place, number in row:
                numbers[place] = number
    assert tree.total.tolist() == [[sum(numbers)] for numbers in twin]
    if all(map(sum, twin)):
        targets = [[data.draw(st.integers(0, sum(numbers) - 1))] for numbers in twin]
        assert tree.find(np.array(targets, float)).tolist() == [
            [next(i for i in range(size) if sum(numbers[: i + 1]) > target)]
            for numbers, (target,) in zip(twin, targets, strict=True)
        ]


def test_after_a_million_writes_the_sums_are_those_of_the_numbers_to_the_bit() -> None:
    generator = np.random.default_rng(0)
    numbers, tree = np.zeros(5_000), SumTree(1, 5_000)
    for _ in range(1_000):
        places, values = generator.integers(5_000, size=1_000), generator.exponential(size=1_000)
        numbers[places] = values
        tree.set(places[None], values[None])
    anew = tree_of(numbers.tolist())
    assert tree.total.tolist() == anew.total.tolist()
    assert tree.total[0, 0] == pytest.approx(sum(numbers.tolist()), rel=1e-12)
    targets = generator.random((1, 10_000)) * tree.total
    assert (tree.find(targets) == anew.find(targets)).all()


def test_a_member_finds_among_others_what_it_finds_alone(shape: None) -> None:
    generator = np.random.default_rng(1)
    numbers = generator.random((3, 50))
    together, targets = tree_of(*numbers.tolist()), generator.random((3, 200)) * 20
    for p in range(3):
        alone = tree_of(numbers[p].tolist())
        assert alone.total.tolist() == together.total[p : p + 1].tolist()
        assert (alone.find(targets[p : p + 1]) == together.find(targets)[p]).all()
