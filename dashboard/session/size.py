"""What a run may take of a server's memory."""

from collections.abc import Sequence

from dqn_core import DQNConfig
from dqn_core.agent import network_shape
from dqn_core.environments.configured import spec_for
from dqn_core.errors import ConfigurationError
from dqn_core.memory import in_words
from dqn_core.replay import replay_bytes

MOST_WEIGHTS = 5_000_000
"""Of all members of a run; a run keeps six numbers for each, and a server many runs."""

MOST_REPLAY_BYTES = 2**30
"""Of all members of a run: a server has many visitors."""


def check_size(configs: Sequence[DQNConfig]) -> None:
    """Refuse what would fill a server's memory before anything is trained."""
    first, spec = configs[0], spec_for(configs[0])
    shape = network_shape(spec, first)
    if len(configs) * shape.n_parameters > MOST_WEIGHTS:
        raise ConfigurationError(
            f"{len(configs)} networks of {shape.n_parameters:,} weights are more than the "
            f"{MOST_WEIGHTS:,} that a page trains: take fewer seeds or smaller hidden layers."
        )
    size = replay_bytes(
        len(configs),
        first.buffer_capacity,
        spec.observation_dim,
        first.sampling,
        n_masked=spec.n_actions if first.action_masks else 0,
    )
    if size > MOST_REPLAY_BYTES:
        raise ConfigurationError(
            f"{len(configs)} × {first.buffer_capacity:,} transitions may take {in_words(size)} of "
            f"memory and a page has {in_words(MOST_REPLAY_BYTES)}: lower the buffer capacity or "
            "take fewer seeds.",
            "buffer_capacity",
        )
