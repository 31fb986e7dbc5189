"""An axis as a person types it."""

import pytest

from dqn_core.base.errors import ConfigurationError
from dqn_core.sweeps.axis import Axis, axis_from


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("gamma=0.9,0.95, 0.99", Axis("gamma", (0.9, 0.95, 0.99))),
        ("double-dqn=on,off", Axis("double_dqn", (True, False))),
        ("hidden_dims=64,64;128", Axis("hidden_dims", ("64, 64", "128"))),
        ("loss=mse,huber,mse", Axis("loss", ("mse", "huber"))),
        ("learning_rate=log:1e-4:1e-2:3", Axis("learning_rate", (1e-4, 1e-3, 1e-2), "log")),
        ("gamma=lin:0.9:1", Axis("gamma", (0.9, 0.925, 0.95, 0.975, 1.0), "lin")),
        ("n_step=lin:1:3:9", Axis("n_step", (1, 2, 3), "lin")),
    ],
)
def test_what_is_typed_is_an_axis_of_values_in_their_own_type(text, axis):
    assert axis_from(text) == axis
    assert Axis.from_dict(axis.to_dict()) == axis


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gamma", "An axis is written as gamma=0.9,0.95, not as 'gamma'."),
        ("gama=0.9", "There is no hyperparameter called 'gama': did you mean gamma?"),
        ("gamma=0.9,2", "gamma must be 0 to 1, not 2."),
        ("gamma=", "gamma has no values: list some."),
        ("seed=1,2", "seed is no axis: give the number of seeds of each value with --seeds."),
        ("loss=log:1:2", "loss has no range: list its values."),
        ("gamma=lin:0.9", "A range is written as lin:LOWEST:HIGHEST:NUMBER, not as 'lin:0.9'."),
        ("gamma=lin:0.9:0.8", "needs a highest value above the lowest, not 'lin:0.9:0.8'."),
        ("gamma=log:0:0.8", "needs a lowest value above 0 and a highest value above the lowest"),
        ("gamma=lin:0:1:one", "A range has 2 to 1,000 values, not 'one'."),
        (f"gamma=lin:0:1:{'9' * 5_000}", "A range has 2 to 1,000 values, not '99"),
    ],
)
def test_what_is_no_axis_is_refused_in_one_sentence(text, words):
    with pytest.raises(ConfigurationError) as refusal:
        axis_from(text)
    assert words in str(refusal.value)


def test_a_share_of_the_way_is_a_value_of_the_axis():
    assert axis_from("learning_rate=log:1e-4:1e-2").at(0.5) == pytest.approx(1e-3)
    assert axis_from("n_step=lin:1:9").at(0.99) == 9
    assert [axis_from("loss=mse,huber").at(share) for share in (0, 0.49, 0.5, 0.99)] == [
        *("mse", "mse", "huber", "huber")
    ]
