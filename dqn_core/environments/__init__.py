"""Environments of Gymnasium: made, described, kept behind a border, and known by their family."""

from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.environment import (
    Environment,
    environment_spec,
    known_environments,
    make_environment,
)
from dqn_core.environments.registration import DEFAULT_TIME_LIMIT, MOST_STEPS

__all__ = [
    "DEFAULT_TIME_LIMIT",
    "MOST_STEPS",
    "Environment",
    "EnvironmentSpec",
    "environment_spec",
    "known_environments",
    "make_environment",
]
