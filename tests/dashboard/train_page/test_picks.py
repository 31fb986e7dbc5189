"""The values that a slider offers."""

from dashboard.session.race import checked, raceable
from dashboard.session.words import show
from dashboard.train_page.picks import around, picks
from dqn_core import HYPERPARAMETERS
from dqn_core.sweeps.axis import Axis


def test_the_ends_of_a_slider_are_the_ends_of_the_range() -> None:
    with_slider = 0
    for declared in HYPERPARAMETERS.values():
        values = picks(declared, declared.default)
        if values:
            assert (values[0], values[-1]) == (declared.low, declared.high), declared.name
            with_slider += 1
    assert with_slider > 10


def test_no_two_values_of_a_slider_are_written_alike() -> None:
    near_one = picks(HYPERPARAMETERS["gamma"], 0.999999999, 0.99)
    assert [show(value) for value in near_one][-2:] == ["0.999999999", "1"]
    for declared in HYPERPARAMETERS.values():
        words = [show(pick) for pick in picks(declared, declared.default)]
        assert len(set(words)) == len(words), declared.name


def test_what_is_offered_for_a_race_can_be_raced_and_has_the_present_value() -> None:
    assert around(HYPERPARAMETERS["gamma"], 0.99) == [0.9, 0.95, 0.99, 0.999]
    assert around(HYPERPARAMETERS["learning_rate"], 1e-3) == [1e-4, 3e-4, 1e-3, 3e-3]
    for name in raceable():
        declared = HYPERPARAMETERS[name]
        for value in {declared.default, *picks(declared, declared.default)[::20]}:
            values = around(declared, value)
            assert value in values, name
            checked(Axis(name, tuple(values)), 1)
