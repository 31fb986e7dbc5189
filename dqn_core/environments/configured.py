"""The environments that a configuration names."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from dqn_core.base.all_or_none import all_or_none
from dqn_core.base.errors import UnsupportedEnvironmentError
from dqn_core.configuration.config import DQNConfig
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.environment import Environment, environment_spec, make_environment


def spec_for(config: DQNConfig) -> EnvironmentSpec:
    """What is known of the environment of ``config``: see `environment_spec`."""
    return environment_spec(config.env_id, config.max_episode_steps, env_kwargs=config.env_kwargs)


def environment_for(
    config: DQNConfig,
    render_mode: str | None = None,
    parameters: Mapping[str, float] | None = None,
) -> Environment:
    """The environment of ``config``: see `make_environment`."""
    return make_environment(
        config.env_id,
        config.max_episode_steps,
        render_mode,
        parameters,
        env_kwargs=config.env_kwargs,
    )


def environments_for(
    config: DQNConfig,
    count: int,
    parameters: Mapping[str, float] | None = None,
    *,
    least: int | None = None,
) -> list[Environment]:
    """``count`` environments of `environment_for`; where one cannot be made, all are closed.

    If ``least`` are enough, those that can be made: a simulator may have one port or one licence.
    """
    needed = count if least is None else least

    def made() -> Iterator[Environment]:
        for _ in range(needed):
            yield environment_for(config, parameters=parameters)
        with suppress(UnsupportedEnvironmentError):
            for _ in range(count - needed):
                yield environment_for(config, parameters=parameters)

    return all_or_none(made())
