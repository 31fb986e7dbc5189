"""Munchausen targets: the policy's own certainty is part of the reward (Vieillard et al. 2020)."""

from torch import Tensor

from dqn_core.masks import among
from dqn_core.networks import QNetwork
from dqn_core.replay import Batch

LOWEST = -1.0
"""l₀: τ log π(a|s) is cut off here. Of an action that is hardly chosen it would be near −∞."""


def scaled_log_policy(
    q_values: Tensor, temperature: Tensor, allowed: Tensor | None = None
) -> Tensor:
    """τ log π `(P, B, n_actions)`, where π = softmax(Q / τ) and ``temperature`` is `(P, 1, 1)`.

    π of an action that is not ``allowed`` is 0, and its logarithm −∞.
    """
    return temperature * among(q_values / temperature, allowed).log_softmax(-1)


def munchausen_target(batch: Batch, target: QNetwork, share: Tensor, temperature: Tensor) -> Tensor:
    """r + α [τ log π(a|s)] cut off below l₀, + γ Σ π(a'|s') (Q⁻(s', a') − τ log π(a'|s')).

    Vieillard et al. 2020, eq. 1 and section 3. π is the softmax of the target network's Q-values;
    ``share`` α and ``temperature`` τ are `(P, 1)`. There is no maximum in it, so nothing for Double
    DQN to choose.
    """
    certainty, following = munchausen_terms(batch, target, temperature)
    return target.head.targets(batch.rewards + share * certainty, batch.discounts, following)


def munchausen_terms(batch: Batch, target: QNetwork, temperature: Tensor) -> tuple[Tensor, Tensor]:
    """τ log π(a|s), which is added to the reward, and the value of the next state, both `(P, B)`.

    Of a head with quantiles each is averaged by itself, `(P, B, atoms)`, as in M-IQN.
    """
    tau = temperature.unsqueeze(-1)
    here = scaled_log_policy(target.q_values(batch.observations), tau, batch.allowed)
    certainty = here.gather(-1, batch.actions).squeeze(-1).clamp_(LOWEST, 0)
    outputs = target.forward(batch.next_observations).outputs
    log_policy = scaled_log_policy(target.head.q_values(outputs), tau, batch.next_allowed)
    policy = (log_policy / tau).exp_()
    if batch.next_allowed is not None:  # 0 · ∞ would be no number
        log_policy = log_policy.masked_fill(~batch.next_allowed, 0)
    if target.head.atoms:
        log_policy, policy = log_policy.unsqueeze(-1), policy.unsqueeze(-1)
    return certainty, (policy * (outputs - log_policy)).sum(2)
