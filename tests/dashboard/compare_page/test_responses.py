"""How a sweep is drawn: a response of one axis, a surface of two."""

import numpy as np
import pytest

from dashboard.compare_page.responses import Cell, cells, response, scatter, surface
from dqn_core import DQNConfig
from dqn_core.comparison import Comparison, Curve, SeedRun, compare, grouped
from dqn_core.sweeps.axis import Axis, axis_from

NO_CURVE = Curve(np.array([1]), np.array([0.0]))
GAMMA, RATE = axis_from("gamma=0.99,0.5"), axis_from("learning_rate=log:0.001:0.1:3")


def comparison(scores: dict[tuple[float, float], list[float]]) -> Comparison:
    """Seeds with these greedy returns, by discount and learning rate."""
    seeds = [
        SeedRun(
            "run",
            0,
            DQNConfig(gamma=gamma, learning_rate=rate, seed=seed),
            (),
            100,
            Curve(np.array([100]), np.array([score])),
            NO_CURVE,
            has_diverged=np.isnan(score),
        )
        for (gamma, rate), of_seeds in scores.items()
        for seed, score in enumerate(of_seeds)
    ]
    return compare(grouped(seeds))


FOUND = comparison(
    {(0.5, 0.001): [10.0, 20.0], (0.99, 0.001): [30.0, np.nan], (0.99, 0.1): [70.0, 50.0]}
)


def test_a_cell_has_the_seeds_that_count_and_of_one_there_is_no_interval() -> None:
    of_pair = {cell.values: cell for cell in cells([GAMMA, RATE], FOUND)}
    assert of_pair[0.5, 0.001].score == 15.0
    assert of_pair[0.5, 0.001].words.endswith("2 seeds")
    assert of_pair[0.99, 0.001].words == "30, 1 seed"
    assert Cell((), ()).words == "no finished seed that counts"


def test_over_one_axis_the_others_are_taken_together() -> None:
    assert {cell.values: len(cell.scores) for cell in cells([GAMMA], FOUND)} == {
        (0.5,): 2,
        (0.99,): 3,
    }


def test_a_surface_has_a_place_for_each_pair_and_says_how_many_seeds_are_behind_it() -> None:
    (heatmap,) = surface(GAMMA, RATE, FOUND).data
    assert list(heatmap.x) == ["0.5", "0.99"], "by size, not in the order of the list"
    assert list(heatmap.y) == ["0.001", "0.01", "0.1"]
    assert list(heatmap.text[0]) == ["15<br>2 seeds", "30<br>1 seed"]
    assert list(heatmap.text[1]) == ["", ""]
    assert heatmap.customdata[1][0] == "not trained"
    assert np.isnan(heatmap.z[1][0])


def test_a_response_lies_on_the_axis_of_its_hyperparameter() -> None:
    figure = response(RATE, FOUND, "#000000")
    (line,) = figure.data
    assert list(line.x) == [0.001, 0.1]
    assert figure.layout.xaxis.type == "log"
    assert "0.0001" in figure.layout.xaxis.ticktext, "100µ is no learning rate that anybody reads"
    assert line.y[1] == 60.0
    assert line.error_y.array[1] == pytest.approx(10.0)


def test_points_on_no_grid_are_markers_with_their_number_of_seeds() -> None:
    (markers,) = scatter(GAMMA, RATE, FOUND).data
    assert list(zip(markers.x, markers.y, markers.text, strict=True)) == [
        (0.5, 0.001, "2"),
        (0.99, 0.001, "1"),
        (0.99, 0.1, "2"),
    ]


def test_choices_are_named_on_a_response_as_people_read_them() -> None:
    axis = Axis("loss", ("mse", "huber"))
    (line,) = response(axis, FOUND, "#000000").data
    assert list(line.x) == ["huber"]
