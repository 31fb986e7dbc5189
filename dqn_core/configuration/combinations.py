"""Values that are allowed each by itself, but not together: refused with the names of both."""

from dqn_core.base.errors import ConfigurationError
from dqn_core.base.numbers import setting


def check_buffer(*, batch_size: int, buffer_capacity: int) -> None:
    if batch_size > buffer_capacity:
        raise ConfigurationError(
            "batch_size {batch_size} is larger than buffer_capacity {buffer_capacity}: make the "
            "batch smaller or the buffer larger.",
            "batch_size",
            "buffer_capacity",
            batch_size=batch_size,
            buffer_capacity=buffer_capacity,
        )


def check_stops(
    *, stop_when_solved: bool, plateau_evaluations: int, evaluation_period: int
) -> None:
    stops = {"stop_when_solved": stop_when_solved, "plateau_evaluations": plateau_evaluations}
    for name, is_on in stops.items():
        if is_on and not evaluation_period:
            raise ConfigurationError(
                "{name} needs greedy evaluations, but evaluation_period is 0: change one of the "
                "two.",
                name,
                "evaluation_period",
                name=name,
            )


def check_head(*, head: str, loss: str, value_low: float, value_high: float) -> None:
    if (value_low or value_high) and value_low >= value_high:
        raise ConfigurationError(
            "value_low {value_low} must be below value_high {value_high}, or both 0.",
            "value_low",
            "value_high",
            value_low=setting(value_low),
            value_high=setting(value_high),
        )
    if head == "quantile" and loss == "mse":
        raise ConfigurationError(
            "The head quantile does not go together with the loss mse, which would fit other "
            "statistics than quantiles: change loss to huber or head to scalar.",
            "loss",
            "head",
        )


def check_munchausen(*, munchausen: bool, n_step: int, head: str) -> None:
    if munchausen and n_step > 1:
        raise ConfigurationError(
            "munchausen changes the reward of one step and is not defined for n_step {n_step}: "
            "set n_step to 1 or munchausen to off.",
            "munchausen",
            "n_step",
            n_step=n_step,
        )
    if munchausen and head == "categorical":
        raise ConfigurationError(
            "munchausen averages over actions, which the head categorical cannot: set head to "
            "scalar or quantile, or munchausen to off.",
            "munchausen",
            "head",
        )
