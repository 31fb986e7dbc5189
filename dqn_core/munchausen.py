"""Munchausen targets: the policy's own certainty is part of the reward (Vieillard et al. 2020)."""

from torch import Tensor

from dqn_core.networks import QNetwork
from dqn_core.replay import Batch

LOWEST = -1.0
"""l₀: τ log π(a|s) counts down to here, since it has no end where an action is hardly chosen."""


def scaled_log_policy(q_values: Tensor, temperature: Tensor) -> Tensor:
    """τ log π `(P, B, n_actions)`, where π = softmax(Q / τ) and ``temperature`` is `(P, 1, 1)`."""
    return temperature * (q_values / temperature).log_softmax(-1)


def munchausen_target(batch: Batch, target: QNetwork, share: Tensor, temperature: Tensor) -> Tensor:
    """r + α [τ log π(a|s)] cut off below l₀, + γ Σ π(a'|s') (Q⁻(s', a') − τ log π(a'|s')).

    Vieillard et al. 2020, eq. 1 and section 3. π is the softmax of the target network's Q-values;
    ``share`` α and ``temperature`` τ are `(P, 1)`. There is no maximum in it, so nothing for Double
    DQN to choose. Of a head with quantiles each is averaged by itself, as in M-IQN.
    """
    head, tau = target.head, temperature.unsqueeze(-1)
    here = scaled_log_policy(target.q_values(batch.observations), tau)
    taken = here.gather(-1, batch.actions).squeeze(-1)
    rewards = batch.rewards + share * taken.clamp_(LOWEST, 0)
    outputs = target.forward(batch.next_observations).outputs
    log_policy = scaled_log_policy(head.q_values(outputs), tau)
    policy = (log_policy / tau).exp_()
    if head.atoms:
        log_policy, policy = log_policy.unsqueeze(-1), policy.unsqueeze(-1)
    following = (policy * (outputs - log_policy)).sum(2)
    return head.targets(rewards, batch.discounts, following)
