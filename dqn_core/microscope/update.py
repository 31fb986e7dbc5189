"""One gradient update taken apart: batch, targets, errors, loss, gradient, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from dqn_core.distributional import Categorical
from dqn_core.learner import LastUpdate
from dqn_core.masks import among
from dqn_core.microscope.returns import Returns
from dqn_core.munchausen import munchausen_terms
from dqn_core.networks import Forward, QNetwork
from dqn_core.trainer import Trainer

Distribution = tuple[np.ndarray, np.ndarray]
"""Returns and their probabilities, both `(B, atoms)`."""


@dataclass(frozen=True)
class Update:
    """An update of the member that is looked at, on its batch of B transitions.

    Arrays have the learner's own float32 numbers. ``rewards`` are summed as ``returns`` says.
    ``next_q`` are the target network's Q-values of the next observations. ``choosing_q`` are the
    online network's, which chooses with Double DQN; without it they are None. ``best`` is the
    action whose value counts. With Munchausen ``certainty`` joins the reward and ``soft_value`` is
    that of the next state, else both are None. ``targets`` and ``td_errors`` of a distribution are
    those of its expectation. ``weights`` are those of prioritised replay, else None; ``losses`` are
    without them, ``loss`` and ``shares``, each transition's share of it, are with them.
    ``gradient_norm`` is before the clipping. ``q_after`` is None with noise, which differs at each
    use.
    """

    gradient_update: int
    returns: Returns
    observations: np.ndarray  # (B, observation_dim)
    actions: np.ndarray  # (B,)
    rewards: np.ndarray  # (B,)
    discounts: np.ndarray  # (B,)
    next_observations: np.ndarray  # (B, observation_dim)
    weights: np.ndarray | None  # (B,)
    allowed: np.ndarray | None  # (B, n_actions) bool
    next_allowed: np.ndarray | None  # (B, n_actions) bool
    q: np.ndarray  # (B, n_actions), before
    q_after: np.ndarray | None  # (B, n_actions)
    next_q: np.ndarray  # (B, n_actions)
    choosing_q: np.ndarray | None  # (B, n_actions)
    best: np.ndarray  # (B,)
    certainty: np.ndarray | None  # (B,)
    soft_value: np.ndarray | None  # (B,)
    targets: np.ndarray  # (B,)
    td_errors: np.ndarray  # (B,)
    losses: np.ndarray  # (B,)
    loss: float
    shares: np.ndarray  # (B,)
    gradient_norm: float
    clipped_norm: float
    learning_rate: float
    online: QNetwork  # P = 1, as it was before
    target: QNetwork  # P = 1, as it was asked
    of_online: list[np.ndarray]  # (B, units) of each layer, for the observations
    of_target: list[np.ndarray]  # (B, units) of each layer, for the next observations
    predicted: Distribution | None
    aimed_at: Distribution | None

    @classmethod
    def of(cls, trainer: Trainer, online: Sequence[QNetwork], target: QNetwork) -> "Update":
        """The update that ``trainer`` has just made.

        ``online`` are the networks that it drew, the last of them to learn with; ``target`` is the
        one that gave the targets.
        """
        learner, p = trainer.learner, trainer.first
        last = learner.last
        assert last is not None
        head, batch = last.head, last.batch
        assert batch.slots is not None

        def own(values: Tensor) -> np.ndarray:
            array: np.ndarray = values[p].cpu().numpy().copy()
            return array

        def own_if_any(values: Tensor | None) -> np.ndarray | None:
            return None if values is None else own(values)

        here = online[-1].forward(batch.observations)
        following = target.forward(batch.next_observations)
        next_q, choosing_q = head.q_values(following.outputs), None
        certainty = soft_value = None
        if learner.munchausen:
            terms = munchausen_terms(batch, target, learner.munchausen_temperature)
            certainty, soft_value = own(terms[0]), own(head.q_values(terms[1]))
        elif learner.double_dqn:
            choosing_q = online[0].q_values(batch.next_observations)
        judged = among(next_q if choosing_q is None else choosing_q, batch.next_allowed)
        q_taken = last.q_values.gather(-1, batch.actions).squeeze(-1)
        weighted = last.losses if batch.weights is None else last.losses * batch.weights
        is_noisy = learner.online.shape.noisy
        predicted, aimed_at = _distributions(last, p) if head.atoms else (None, None)
        return cls(
            gradient_update=trainer.gradient_updates,
            returns=Returns.of(trainer, batch.slots),
            observations=own(batch.observations),
            actions=own(batch.actions.squeeze(-1)),
            rewards=own(batch.rewards),
            discounts=own(batch.discounts),
            next_observations=own(batch.next_observations),
            weights=own_if_any(batch.weights),
            allowed=own_if_any(batch.allowed),
            next_allowed=own_if_any(batch.next_allowed),
            q=own(last.q_values),
            q_after=None if is_noisy else own(learner.online.q_values(batch.observations)),
            next_q=own(next_q),
            choosing_q=own_if_any(choosing_q),
            best=own(judged.argmax(-1)),
            certainty=certainty,
            soft_value=soft_value,
            targets=own(q_taken - last.td_errors if head.atoms else last.targets),
            td_errors=own(last.td_errors),
            losses=own(last.losses),
            loss=float(learner.loss()[p]),
            shares=own(weighted / weighted.sum(1, keepdim=True)),
            gradient_norm=float(learner.gradient_norm[p, 0]),
            clipped_norm=float(learner.gradient.parameters[p].norm()),
            learning_rate=learner.learning_rates[p],
            online=online[-1].members([p]),
            target=target.members([p]),
            of_online=_units(here, p),
            of_target=_units(following, p),
            predicted=predicted,
            aimed_at=aimed_at,
        )


def _units(forward: Forward, member: int) -> list[np.ndarray]:
    """What the units of each layer give, from the inputs to the outputs."""
    layers = [*forward.inputs, forward.outputs.flatten(2)]
    return [layer[member].cpu().numpy().copy() for layer in layers]


def _distributions(last: LastUpdate, member: int) -> tuple[Distribution, Distribution]:
    """What was believed of the returns of the actions taken, and what they should have been."""
    head, actions = last.head, last.batch.actions
    values, probabilities = (head.of(part, actions) for part in head.distributions(last.outputs))
    fixed = isinstance(head, Categorical)
    aims = (values, last.targets) if fixed else (last.targets, probabilities)
    return (
        (values[member].cpu().numpy(), probabilities[member].cpu().numpy()),
        (aims[0][member].cpu().numpy(), aims[1][member].cpu().numpy()),
    )
