"""Ready-made configurations."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from dqn_core.base.errors import ConfigurationError, LabError
from dqn_core.base.phrases import one_of
from dqn_core.configuration.config import HYPERPARAMETERS, DQNConfig
from dqn_core.configuration.hyperparameter import Value
from dqn_core.recommendation import recommended

AUTO = "auto"
"""The preset that is what is recommended for each environment."""

OF_CARTPOLE = "recommended"
"""The preset with CartPole's values, in any environment. Links and commands have always called it
so."""


@dataclass(frozen=True)
class Preset:
    """A named configuration with one sentence on what it is for.

    ``config`` are its values in its own environment. Elsewhere they are the recommended values with
    these ``changes``; if those are None, they are ``config`` everywhere.
    """

    label: str
    description: str
    config: DQNConfig
    changes: Mapping[str, Value] | None = None

    @property
    def follows_environment(self) -> bool:
        """Whether each environment has values of its own in it."""
        return self.changes is not None


_PLAIN: Mapping[str, Value] = {
    "noisy": False,
    "sampling": "uniform",
    "n_step": 1,
    "double_dqn": False,
    "munchausen": False,
    # The online network is this old on average with the recommended averaging too.
    "target_update_period": 100,  # 10,000 in the paper
    "target_update_unit": "gradient_updates",
    "tau": 1.0,
    "layer_norm": False,
    "dueling": False,
    "head": "scalar",
}
"""DQN as in Mnih et al. 2015, without what came later."""

_DOUBLE = {**_PLAIN, "double_dqn": True}
_DUELING = {**_DOUBLE, "dueling": True, "gradient_clipping": "norm", "gradient_clip": 10.0}
_MUNCHAUSEN = {
    **_PLAIN,
    "munchausen": True,
    "munchausen_share": 0.9,
    "munchausen_temperature": 0.03,
}
_RAINBOW = {
    **_DOUBLE,
    "noisy": True,
    "noisy_sigma": 0.5,
    "sampling": "prioritised",
    "priority_exponent": 0.5,
    "importance_exponent": 0.4,
    "n_step": 3,
    "dueling": True,
    "head": "categorical",
    "n_atoms": 51,
    "value_low": 0.0,  # both from the environment's returns
    "value_high": 0.0,
}

_DQN_2015 = DQNConfig(
    epsilon_schedule="linear",
    epsilon_start=1.0,
    epsilon_end=0.1,
    epsilon_decay=5_000,  # 1,000,000 in the paper; here a tenth of the run
    buffer_capacity=50_000,  # 1,000,000 in the paper
    learning_starts=1_000,  # 50,000 in the paper
    batch_size=32,
    train_frequency=4,
    gamma=0.99,
    loss="huber",  # the paper cuts errors off at ±1, which is its gradient
    learning_rate=1e-3,  # 0.00025 in the paper
    learning_rate_end=1e-3,
    gradient_clipping="none",
    total_steps=50_000,
).replace(**_PLAIN)
_DOUBLE_2016 = _DQN_2015.replace(**_DOUBLE, epsilon_end=0.01).replace(target_update_period=300)

PRESETS: dict[str, Preset] = {
    AUTO: Preset(
        "Recommended",
        "What is recommended for the environment.",
        DQNConfig(),
        changes={},
    ),
    OF_CARTPOLE: Preset(
        "CartPole's values",
        "Solves CartPole-v1 within 50,000 environment steps.",
        DQNConfig(),
    ),
    "notebook": Preset(
        "Notebook",
        "The notebook's own values on CartPole-v0: hard target update every 10 episodes, "
        "MSE, gradients clamped to ±1.",
        DQNConfig(
            env_id="CartPole-v0",
            max_episode_steps=200,
            epsilon_schedule="exponential",
            epsilon_start=0.9,
            epsilon_end=0.05,
            epsilon_decay=200,
            buffer_capacity=10_000,
            learning_starts=64,
            batch_size=64,
            train_frequency=1,
            gamma=0.99,
            n_step=1,
            double_dqn=False,
            loss="mse",
            learning_rate=1e-3,
            learning_rate_end=1e-3,
            gradient_clipping="value",
            gradient_clip=1.0,
            target_update_period=10,
            target_update_unit="episodes",
            tau=1.0,
            hidden_dims="128, 128",
            total_steps=40_000,
            total_episodes=200,
        ),
    ),
    "dqn-2015": Preset(
        "DQN 2015",
        "Mnih et al. 2015: one step, a target network that is copied, and nothing that came later. "
        "On CartPole-v1 with the numbers of Atari scaled down (buffer, ε's fall and target period "
        "are a twentieth or less, the learning rate is four times as high), elsewhere with the "
        "environment's recommended ones; Adam in place of RMSProp.",
        _DQN_2015,
        _PLAIN,
    ),
    "double": Preset(
        "Double DQN",
        "van Hasselt et al. 2016: DQN 2015 with Double DQN; on CartPole-v1 ε to 0.01 and a target "
        "period three times as long, as in its tuned version.",
        _DOUBLE_2016,
        _DOUBLE,
    ),
    "dueling": Preset(
        "Dueling",
        "Wang et al. 2016: Double DQN with the dueling head and the gradient's length cut off at "
        "10.",
        _DOUBLE_2016.replace(dueling=True, gradient_clipping="norm", gradient_clip=10.0),
        _DUELING,
    ),
    "munchausen": Preset(
        "Munchausen",
        "Vieillard et al. 2020: DQN 2015 with its target; on CartPole-v1 with the values of its "
        "published code. Where that acts by the softmax policy, this acts ε-greedily.",
        _DQN_2015.replace(**_MUNCHAUSEN).replace(
            epsilon_end=0.01,
            learning_starts=500,
            batch_size=128,
            target_update_unit="env_steps",
        ),
        _MUNCHAUSEN,
    ),
    "rainbow": Preset(
        "Rainbow",
        "Hessel et al. 2018: Double DQN, dueling, prioritised replay, 3 steps, noise instead of ε, "
        "and C51 between the returns that the environment can have; buffer, start, learning rate "
        "and target period as in DQN 2015.",
        _DQN_2015.replace(**_RAINBOW, epsilon_start=0.0, epsilon_end=0.0),
        _RAINBOW,
    ),
}
"""Ready-made configurations by name."""


def preset(name: str, env_id: str = DQNConfig.env_id, env_kwargs: str = "") -> DQNConfig:
    """The configuration called ``name`` in an environment made with these arguments.

    Raises `ConfigurationError` for a name that there is not, and what `recommended` raises.
    """
    if name not in PRESETS:
        raise ConfigurationError(
            "There is no preset {name}: choose {presets}.",
            name=repr(name),
            presets=one_of(tuple(PRESETS)),
        )
    chosen = PRESETS[name]
    if chosen.changes is None:
        return chosen.config
    if env_id == chosen.config.env_id:
        return chosen.config.replace(env_kwargs=env_kwargs)
    return recommended(env_id, env_kwargs).replace(**chosen.changes)


SAID_BESIDE = {"seed", "env_id", "env_kwargs"}
"""Hyperparameters that a list of runs has a column for."""


@lru_cache(maxsize=4_096)
def beside_preset(
    name: str, configs: tuple[DQNConfig, ...]
) -> tuple[tuple[str, tuple[Value, ...]], ...]:
    """Each hyperparameter in which members differ from the preset, with the values that they have.

    Without a preset of that name, from the environment's recommended values.
    """
    first = configs[0]
    try:
        base = preset(name if name in PRESETS else AUTO, first.env_id, first.env_kwargs)
    except LabError:  # an environment of a module that is not here
        base = DQNConfig()
    differing = {name for config in configs for name in config.difference(base)} - SAID_BESIDE
    return tuple(
        (name, tuple(dict.fromkeys(getattr(config, name) for config in configs)))
        for name in HYPERPARAMETERS
        if name in differing
    )
