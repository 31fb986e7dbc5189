"""Values that do not go together."""

from typing import Any

import pytest

from dqn_core.base.errors import ConfigurationError
from dqn_core.configuration.config import DQNConfig


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"munchausen": True}, ("munchausen", "n_step 5")),
        ({"munchausen": True, "n_step": 1, "head": "categorical"}, ("munchausen", "categorical")),
        ({"head": "quantile", "loss": "mse"}, ("quantile", "mse")),
        ({"value_low": 3.0, "value_high": 3.0}, ("value_low 3", "value_high 3")),
    ],
)
def test_what_does_not_go_together_is_refused_in_a_sentence_that_names_both(
    values: dict[str, Any], named: tuple[str, str]
) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        DQNConfig().replace(**values)
    assert all(name in str(refusal.value) for name in named)
    assert str(refusal.value).count(". ") == 0


def test_a_batch_larger_than_the_buffer_is_refused_whichever_of_the_two_is_set() -> None:
    with pytest.raises(ConfigurationError, match=r"batch_size \d+.*buffer_capacity 32"):
        DQNConfig(buffer_capacity=32)
    with pytest.raises(ConfigurationError, match=r"batch_size 512.*buffer_capacity 500"):
        DQNConfig(buffer_capacity=500).replace(batch_size=512)
    assert DQNConfig(buffer_capacity=64, batch_size=64).batch_size == 64


@pytest.mark.parametrize("stop", [{"stop_when_solved": True}, {"plateau_evaluations": 3}])
def test_a_stop_that_no_evaluation_could_trigger_is_refused(stop: dict[str, Any]) -> None:
    assert DQNConfig(**stop).evaluation_period
    with pytest.raises(ConfigurationError, match="needs greedy evaluations"):
        DQNConfig(**stop, evaluation_period=0)
