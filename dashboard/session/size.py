"""What runs may take of a server's memory."""

from collections.abc import Sequence

from dqn_core import DQNConfig
from dqn_core.agent import network_shape
from dqn_core.base.errors import ConfigurationError
from dqn_core.base.memory import in_words
from dqn_core.configuration.members import side_by_side
from dqn_core.environments.configured import spec_for
from dqn_core.replay import replay_bytes

MOST_WEIGHTS = 5_000_000
"""The most weights of all members together; a run keeps six numbers for each weight."""

MOST_REPLAY_BYTES = 2**30
"""The most memory for the replay of all members together: a server has many visitors."""


def check_size(configs: Sequence[DQNConfig]) -> None:
    """Refuse what would fill a server's memory before anything is trained.

    ``configs`` are those of a run, or of all runs of a race.
    """
    runs = side_by_side(configs)
    weights = sum(len(run) * _weights(run[0]) for run in runs)
    if weights > MOST_WEIGHTS:
        raise ConfigurationError(
            "{count} networks of {weights:,} weights are more than the {most:,} that a page "
            "trains: take fewer seeds or smaller hidden layers.",
            count=len(configs),
            weights=weights // len(configs),
            most=MOST_WEIGHTS,
        )
    size = sum(map(replay_bytes, runs))
    if size > MOST_REPLAY_BYTES:
        transitions = sum(config.buffer_capacity for config in configs) // len(configs)
        raise ConfigurationError(
            "{count} × {transitions:,} transitions may take {size} of memory and a page has "
            "{most}: lower the buffer capacity or take fewer seeds.",
            "buffer_capacity",
            count=len(configs),
            transitions=transitions,
            size=in_words(size),
            most=in_words(MOST_REPLAY_BYTES),
        )


def _weights(config: DQNConfig) -> int:
    return network_shape(spec_for(config), config).n_parameters
