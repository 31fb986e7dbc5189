"""Signs of health of a learner and its replay, cheap enough to be taken while training goes on.

None of them reads or moves a random stream: a run with them is the same run to the bit.
"""

import numpy as np
import torch
from torch import Tensor

from dqn_core.learner import ADAM_EPSILON, BETA_1, BETA_2, Learner
from dqn_core.networks import QNetwork
from dqn_core.noise import sizes
from dqn_core.replay import ReplayBuffer
from dqn_core.samplers import Prioritised

DORMANT_BELOW = 0.025
"""A unit whose score is at most this counts as dormant (Sokar et al. 2023)."""

STATES_LOOKED_AT = 256
"""How many stored observations the activity of a unit is averaged over."""

TENTHS = 10
TRANSITIONS_LOOKED_AT = 5_000
"""How many stored transitions stand for all in the shares of a batch."""


def health(learner: Learner, replay: ReplayBuffer) -> dict[str, list[float]]:
    """The columns of the table of updates that are made here, each with one value a member."""
    dormant = dormant_shares(learner.online, spread_observations(replay, STATES_LOOKED_AT))
    return {
        **{f"dormant_{n}": shares.tolist() for n, shares in enumerate(dormant.T, start=1)},
        **(noise_sizes(learner.online) if learner.online.shape.noisy else {}),
        "target_distance": target_distance(learner).tolist(),
        "update_ratio": update_ratio(learner).tolist(),
    }


def dormant_shares(network: QNetwork, observations: Tensor) -> Tensor:
    """Share of dormant units of the L hidden layers, `(P, L)`, over observations `(P, B, d)`.

    Sokar et al. 2023, "The dormant neuron phenomenon in deep reinforcement learning", eq. 1: a
    unit's score is its mean activity over the mean activity of its layer,
    s = E|h| / (1/H Σ E|h|), and it is dormant when s is at most `DORMANT_BELOW`. In a layer that is
    silent altogether every unit is.
    """
    forward = network.forward(observations.to(network.parameters))
    # After a ReLU |h| is h. Multiplied out, so that a silent layer divides nothing by zero.
    activities = (hidden.mean(1) for hidden in forward.inputs[1:])
    shares = [
        (activity <= DORMANT_BELOW * activity.mean(1, keepdim=True)).float().mean(1)
        for activity in activities
    ]
    return torch.stack(shares, 1)


def noise_sizes(network: QNetwork) -> dict[str, list[float]]:
    """Mean |σ| of each linear layer of a noisy network, by column."""
    return {f"noise_{n}": of.tolist() for n, of in enumerate(sizes(network).T, start=1)}


def target_distance(learner: Learner) -> Tensor:
    """‖θ − θ⁻‖ / ‖θ‖ of each member, `(P,)`: how far the target network is behind."""
    online, target = learner.online.parameters, learner.target.parameters
    return _length(online - target) / _length(online)


def update_ratio(learner: Learner) -> Tensor:
    """‖Δθ‖ / ‖θ‖ of the newest Adam step of each member, `(P,)`; NaN before the first.

    Δθ = α m̂ / (√v̂ + ε) (Kingma & Ba 2015, Algorithm 1), from the moments that the step used.
    """
    steps = learner.adam_steps
    first = learner.first_moment / (1 - BETA_1**steps)
    second = learner.second_moment / (1 - BETA_2**steps)
    step = first / (second.sqrt() + ADAM_EPSILON)
    rates = step.new_tensor(learner.learning_rates)
    return _length(step) * rates / _length(learner.online.parameters)


def spread_observations(replay: ReplayBuffer, count: int) -> Tensor:
    """``count`` stored observations `(P, count, d)` at equal distances from oldest to newest.

    Fewer when fewer are stored. Unlike a random sample it costs the replay's stream nothing.
    """
    size = len(replay)
    order = np.arange(min(count, size)) * size // max(1, min(count, size))
    return _observations(replay, order)


def recent_observations(replay: ReplayBuffer, count: int) -> Tensor:
    """The newest ``count`` observations of every member, `(P, count, d)`, oldest first."""
    size = len(replay)
    return _observations(replay, np.arange(max(0, size - count), size))


def allowed_actions(replay: ReplayBuffer, member: int, n_states: int) -> np.ndarray | None:
    """The actions allowed in each of ``n_states`` states, `(n_states, n_actions)` bool.

    The replay tells them; in a state that is not stored all are allowed. None without masks, and
    where a state is no index.
    """
    if not (n_states and replay.n_masked):
        return None
    allowed = np.ones((n_states, replay.n_masked), dtype=bool)
    observations, masks = replay.masks(member)
    allowed[observations[:, 0].astype(np.int64)] = masks
    return allowed


def shares_of_batch(replay: ReplayBuffer, member: int) -> tuple[np.ndarray, np.ndarray] | None:
    """What share of a prioritised batch to expect from each tenth of what is stored, `(10,)` each.

    By age, the oldest tenth first, and by |δ|, the smallest first. None where priorities play no
    part, or too little is stored. At most `TRANSITIONS_LOOKED_AT` at equal distances stand for all.
    """
    contents, sampler = replay.contents, replay.sampler
    count = min(contents.size, TRANSITIONS_LOOKED_AT)
    if not isinstance(sampler, Prioritised) or count < TENTHS:
        return None
    order = np.arange(count) * contents.size // count
    chances = sampler.chances(contents, member, order)
    by_error = chances[np.argsort(sampler.errors(contents, member, order), kind="stable")]
    by_age, by_error = (
        np.array([tenth.sum() for tenth in np.array_split(each, TENTHS)]) / chances.sum()
        for each in (chances, by_error)
    )
    return by_age, by_error


def _length(rows: Tensor) -> Tensor:
    lengths: Tensor = torch.linalg.vector_norm(rows, dim=1)
    return lengths


def _observations(replay: ReplayBuffer, order: np.ndarray) -> Tensor:
    return torch.from_numpy(replay.rows(order)[..., : replay.observation_dim])
