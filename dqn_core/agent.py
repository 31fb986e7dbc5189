"""What has been learnt: a network, and the configuration that it learnt with."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import torch

from dqn_core.base.compute import one_thread
from dqn_core.base.errors import ConfigurationError
from dqn_core.base.scalars import shown
from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.widths import widths
from dqn_core.distributional import Categorical, Quantile
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.heads import SCALAR, Head
from dqn_core.masks import greedy
from dqn_core.networks import NetworkShape, QNetwork
from dqn_core.value_range import value_range


def network_shape(spec: EnvironmentSpec, config: DQNConfig) -> NetworkShape:
    """The network that ``config`` asks for in the environment described by ``spec``."""
    return NetworkShape(
        observation_dim=spec.observation_dim,
        n_actions=spec.n_actions,
        hidden_dims=widths(config.hidden_dims),
        dueling=config.dueling,
        layer_norm=config.layer_norm,
        noisy=config.noisy,
        n_states=spec.n_states,
        atoms=_atoms(config),
    )


def _atoms(config: DQNConfig) -> int:
    return {"categorical": config.n_atoms, "quantile": config.n_quantiles}.get(config.head, 0)


def new_head(spec: EnvironmentSpec, configs: Sequence[DQNConfig]) -> Head:
    """The head of networks that begin to learn with these configurations, one for each member."""
    match configs[0].head:
        case "categorical":
            ranges = [value_range(spec, config) for config in configs]
            return Categorical(torch.tensor(ranges, dtype=torch.float32), configs[0].n_atoms)
        case "quantile":
            return Quantile(configs[0].n_quantiles)
    return SCALAR


def new_network(spec: EnvironmentSpec, configs: Sequence[DQNConfig]) -> QNetwork:
    """The networks that these members begin to learn with."""
    shape, head = network_shape(spec, configs[0]), new_head(spec, configs)
    seeds = [config.seed for config in configs]
    return QNetwork.initialised(shape, seeds, head=head, noisy_sigma=configs[0].noisy_sigma)


class Distributions(NamedTuple):
    """The distribution of each action's return in each of B states, at N points in any order."""

    returns: np.ndarray  # (B, n_actions, N) float32
    probabilities: np.ndarray  # (B, n_actions, N) float32


class Agent:
    """A policy to watch, test or take away: one network and the configuration it learnt with."""

    def __init__(self, config: DQNConfig, network: QNetwork, env_steps: int = 0) -> None:
        self.config = config
        self.network = network
        self.env_steps = env_steps

    def q_values(self, observations: np.ndarray) -> np.ndarray:
        """Q `(B, n_actions)` float32 for observations `(B, observation_dim)`.

        Raises `ConfigurationError` for what is no such observation.
        """
        with torch.inference_mode(), one_thread():
            return self.network.q_values(self._inputs(observations))[0].float().cpu().numpy()

    def distributions(
        self, observations: np.ndarray, allowed: np.ndarray | None = None
    ) -> Distributions | None:
        """How the return of each action is distributed; None where only its mean is learnt.

        An action that is not ``allowed`` has no probability; that is bool, `(n_actions,)` for all
        observations or `(B, n_actions)`.
        """
        if not self.network.head.atoms:
            return None
        with torch.inference_mode(), one_thread():
            outputs = self.network.forward(self._inputs(observations)).outputs
            found = self.network.head.distributions(outputs)
            returns, probabilities = (part[0].float().cpu().numpy() for part in found)
        if allowed is not None:
            probabilities = probabilities * self._mask(allowed, len(returns))[..., None]
        return Distributions(returns, probabilities)

    def _inputs(self, observations: Any) -> torch.Tensor:
        shape, parameters = self.network.shape, self.network.parameters
        with suppress(ArithmeticError, TypeError, ValueError):  # from texts, for example
            array = _array(observations)
            fits = array.ndim == 2 and array.shape[1] == shape.observation_dim
            if fits and array.dtype.kind in "biuf" and self._are_states(array):
                inputs = torch.as_tensor(
                    array.astype(np.float64)[None], dtype=parameters.dtype, device=parameters.device
                )
                # NaN would be answered with NaN, and the first action would be the best.
                if torch.isfinite(inputs).all():
                    return inputs
        raise ConfigurationError(
            "An observation of {env_id} is {dim} finite numbers, not {value}.",
            env_id=self.config.env_id,
            dim=shape.observation_dim,
            value=shown(observations),
        )

    def _are_states(self, indices: np.ndarray) -> bool:
        most = self.network.shape.n_states
        return not most or bool(((indices >= 0) & (indices < most)).all())

    def predict(self, observation: np.ndarray, allowed: np.ndarray | None = None) -> int:
        """The greedy action for one observation `(observation_dim,)`, or for the index of a state.

        ``allowed`` `(n_actions,)` bool restricts it; None allows all actions. Raises
        `ConfigurationError` for what is no such observation, and for a mask that allows nothing.
        """
        mask = None if allowed is None else self._mask(allowed)
        one = np.atleast_1d(_array(observation))[None]
        return greedy(self.q_values(one)[0], mask)

    def _mask(self, allowed: Any, observations: int = 1) -> np.ndarray:
        n_actions = self.network.shape.n_actions
        with suppress(RuntimeError, TypeError, ValueError):
            mask = _array(allowed)
            fits = mask.shape in ((n_actions,), (observations, n_actions))
            if fits and np.isin(mask, (0, 1)).all() and mask.any(-1).all():
                return mask.astype(bool)
        raise ConfigurationError(
            "An action mask of {env_id} is {n_actions} times true or false, and true at least "
            "once, not {value}.",
            env_id=self.config.env_id,
            n_actions=n_actions,
            value=shown(allowed),
        )


def _array(value: Any) -> np.ndarray:
    """A caller's ``value``, be it a tensor on whatever device."""
    return np.asarray(value.detach().cpu() if isinstance(value, torch.Tensor) else value)
