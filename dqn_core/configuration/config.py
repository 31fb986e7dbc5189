"""Every hyperparameter, declared once.

The sidebar, the command line's ``--help``, the validation and the table in docs are all made from
the declarations below, so a hyperparameter cannot mean one thing here and another there.
"""

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Self, TypeVar

from dqn_core.base.errors import ConfigurationError
from dqn_core.base.phrases import Phrase, did_you_mean
from dqn_core.base.scalars import shown
from dqn_core.configuration import keyword_arguments
from dqn_core.configuration.combinations import (
    check_buffer,
    check_head,
    check_munchausen,
    check_stops,
)
from dqn_core.configuration.hyperparameter import Hyperparameter, Value, declare

_Config = TypeVar("_Config")


def _knows_earlier_names(config: type[_Config]) -> type[_Config]:
    """Let what an earlier version called a hyperparameter be given to ``config`` as well."""
    initialise = config.__init__

    @functools.wraps(initialise)
    def translated(self: _Config, *values: Any, **named: Any) -> None:
        initialise(self, *values, **in_todays_names(named))

    config.__init__ = translated  # type: ignore[assignment, method-assign]
    return config


@_knows_earlier_names
@dataclass(frozen=True)
class DQNConfig:
    """Every hyperparameter of a run, in the order of the DQN loop. The defaults are `recommended`.

    Raises `ConfigurationError` when a value is out of range or two values do not go together.
    """

    env_id: str = declare(
        "CartPole-v1",
        "environment",
        "Environment",
        "The Gymnasium environment the agent learns in. Choosing another one sets the values that "
        "are recommended for it.",
        scale="name",
        applies="restart",
    )
    env_kwargs: str = declare(
        "",
        "environment",
        "Environment arguments",
        "Keyword arguments that the environment is made with, such as is_slippery=False, "
        "map_name=8x8. A value is a number, True, False, None, a text, or a list of these.",
        canonical=keyword_arguments.canonical,
        applies="restart",
        rare=True,
    )
    action_masks: bool = declare(
        False,
        "environment",
        "Action masks",
        'The environment says in info["action_mask"], at each reset and step, which actions are '
        "allowed (1) and which are not (0). Only allowed actions are chosen, at random and "
        "greedily, and only they count in the target.",
        applies="restart",
        rare=True,
    )
    max_episode_steps: int = declare(
        0,
        "environment",
        "Time limit",
        "An episode is truncated after this many environment steps; 0 keeps the environment's "
        "own limit (1,000 if it has none). Truncation is not failure: the target still bootstraps "
        "there.",
        symbol="T",
        unit="environment steps",
        high=100_000,
        applies="next episode",
        rare=True,
        too_low="the agent never sees what happens later.",
        too_high="episodes of a good agent get long, and those of a bad one may never end.",
    )
    seed: int = declare(
        0,
        "environment",
        "Seed",
        "Decides the initial weights and the random numbers of exploration, sampling and "
        "environment. Every whole number is a seed, also 0.",
        high=2**53 - 1,  # what JSON and a browser carry exactly
        applies="restart",
        per_member=True,
    )
    epsilon_schedule: str = declare(
        "linear",
        "explore",
        "ε schedule",
        "How ε falls from its start to its end: exponentially, "
        "ε = end + (start − end)·exp(−step / decay), or linearly over the decay.",
        choices=("exponential", "linear"),
        per_member=True,
    )
    epsilon_start: float = declare(
        1.0,
        "explore",
        "ε start",
        "Share of random actions at the first step.",
        symbol="ε₀",
        high=1.0,
        per_member=True,
        too_low="the first episodes are much alike, and the buffer holds little variety.",
    )
    epsilon_end: float = declare(
        0.1,
        "explore",
        "ε end",
        "Share of random actions after the schedule has ended.",
        symbol="ε∞",
        high=1.0,
        per_member=True,
        too_low="the agent stops trying other actions.",
        too_high="the return in training stays low, even if the agent is good.",
    )
    epsilon_decay: int = declare(
        5_000,
        "explore",
        "ε decay",
        "Environment steps over which ε falls: the whole fall if linear, "
        "the time constant if exponential.",
        unit="environment steps",
        scale="log",
        low=1,
        high=1_000_000,
        per_member=True,
        too_low="the agent relies on its first, wrong Q-values.",
        too_high="the agent acts at random for longer than it needs to.",
    )
    noisy: bool = declare(
        False,
        "explore",
        "Noisy network",
        "Each weight gets noise of a size that is learnt, drawn anew for each step and update; the "
        "noise explores, and ε is 0 (Fortunato et al. 2018). Evaluations and saved agents have no "
        "noise.",
        applies="restart",
        rare=True,
    )
    noisy_sigma: float = declare(
        0.5,
        "explore",
        "Noise at the start",
        "Size of a noisy network's noise at the start: σ₀ / √(inputs of the layer). Without "
        "“Noisy network” it has no effect.",
        symbol="σ₀",
        high=5.0,
        applies="restart",
        rare=True,
        too_low="the agent hardly tries other actions.",
        too_high="noise hides what was learnt, and the return in training stays low.",
    )
    buffer_capacity: int = declare(
        50_000,
        "remember",
        "Buffer capacity",
        "Transitions kept for replay; new ones overwrite the oldest. A smaller buffer keeps the "
        "newest.",
        symbol="N",
        unit="transitions",
        scale="log",
        low=16,
        high=1_000_000,
        too_low="batches are much alike, and the network forgets what it learnt earlier.",
        too_high="batches hold many transitions of old policies, and memory fills up.",
    )
    learning_starts: int = declare(
        1_000,
        "remember",
        "Learning starts",
        "Environment steps collected before the first gradient update.",
        unit="environment steps",
        high=100_000,
        rare=True,
        too_low="the network overfits to a few transitions.",
        too_high="time passes without learning.",
    )
    sampling: str = declare(
        "uniform",
        "remember",
        "Replay order",
        "How a batch is drawn: uniformly at random; as a sequence of consecutive transitions, "
        "which is like learning without replay, and shows why replay shuffles; or prioritised, "
        "the more often the larger a transition's TD error was (Schaul et al. 2016). A change to "
        "prioritised begins with equal priorities; a change to another order forgets them.",
        choices=("uniform", "sequential", "prioritised"),
        rare=True,
    )
    priority_exponent: float = declare(
        0.6,
        "remember",
        "Priority exponent",
        "Only with prioritised replay. A transition is drawn with a probability in proportion to "
        "|TD error|^ω (α in Schaul et al. 2016). A new one counts as if it had the largest error "
        "of the run so far. A change holds for all that is stored.",
        symbol="ω",
        high=1.0,
        per_member=True,
        rare=True,
        too_low="transitions are drawn almost uniformly, and rare surprises wait for long.",
        too_high="a few transitions with large errors fill the batches, also where the error is "
        "only noise.",
    )
    importance_exponent: float = declare(
        0.4,
        "remember",
        "Importance exponent",
        "Only with prioritised replay. The loss of a transition is multiplied with "
        "(1 / (N·probability))^β, divided by the largest such weight of the batch, so that what is "
        "drawn often counts less each time. β rises linearly to 1 over the step budget.",
        symbol="β₀",
        high=1.0,
        per_member=True,
        rare=True,
        too_low="the network fits what is drawn often, and its Q-values are biased.",
        too_high="transitions with large errors make small steps, and learning is slow at first.",
    )
    batch_size: int = declare(
        128,
        "learn",
        "Batch size",
        "Transitions in one gradient update.",
        symbol="B",
        unit="transitions",
        scale="log",
        low=1,
        high=1_024,
        too_low="the gradient varies much from batch to batch.",
        too_high="each update is slow and hardly better.",
    )
    train_frequency: int = declare(
        2,
        "learn",
        "Train every",
        "Environment steps between two rounds of gradient updates.",
        unit="environment steps",
        scale="log",
        low=1,
        high=10_000,
        rare=True,
        too_high="the network learns little from each environment step.",
    )
    gradient_steps: int = declare(
        1,
        "learn",
        "Gradient steps",
        "Gradient updates in one round.",
        unit="gradient updates",
        scale="log",
        low=1,
        high=1_000,
        rare=True,
        too_low="the network learns little from each environment step.",
        too_high="the network overfits to the transitions in the buffer.",
    )
    gamma: float = declare(
        0.99,
        "learn",
        "Discount",
        "How much a reward counts if it comes one step later. "
        "The horizon is about 1 / (1 − γ) environment steps.",
        symbol="γ",
        high=1.0,
        per_member=True,
        too_low="the agent ignores rewards that come later.",
        too_high="Q-values grow large and settle slowly; with γ = 1 they may never settle.",
    )
    n_step: int = declare(
        5,
        "learn",
        "n-step return",
        "Number of rewards that are summed before the target bootstraps (Sutton & Barto 7.1).",
        symbol="n",
        unit="environment steps",
        low=1,
        high=20,
        rare=True,
        too_low="each update passes a reward back by only one step.",
        too_high="the target depends on many random actions of older policies, and varies much.",
    )
    double_dqn: bool = declare(
        True,
        "learn",
        "Double DQN",
        "The online network chooses the next action, and the target network values it. This "
        "removes much of the overestimation (van Hasselt et al. 2016).",
    )
    munchausen: bool = declare(
        False,
        "learn",
        "Munchausen",
        "Adds αₘ·τₘ·log π(a|s) to the reward, and bootstraps from the mean over the softmax policy "
        "π and its entropy (Vieillard et al. 2020). Without a maximum Double DQN has no effect. "
        "Defined for an n-step return of 1.",
    )
    munchausen_share: float = declare(
        0.9,
        "learn",
        "Munchausen share",
        "How much of the policy's log-probability is added to the reward.",
        symbol="αₘ",
        high=1.0,
        per_member=True,
        rare=True,
        too_low="nothing is added, and only the softmax is left.",
        too_high="with 1, the action values drift apart without end.",
    )
    munchausen_temperature: float = declare(
        0.03,
        "learn",
        "Munchausen temperature",
        "How soft the policy π = softmax(Q / τₘ) is.",
        symbol="τₘ",
        scale="log",
        low=1e-4,
        high=10.0,
        per_member=True,
        rare=True,
        too_low="π is the greedy policy, as in DQN.",
        too_high="π is nearly random, and Q is that of a random policy.",
    )
    loss: str = declare(
        "huber",
        "learn",
        "Loss",
        "Mean squared TD error (mse), or huber: linear for errors above 1, so that outliers count "
        "less. The head “quantile” has Huber's loss on its quantiles, and “categorical” always the "
        "cross-entropy.",
        choices=("mse", "huber"),
        per_member=True,
    )
    learning_rate: float = declare(
        3e-3,
        "learn",
        "Learning rate",
        "Adam's step size at the start.",
        symbol="α",
        scale="log",
        low=1e-6,
        high=1.0,
        per_member=True,
        too_low="learning is too slow to be seen.",
        too_high="Q-values change abruptly or diverge.",
    )
    learning_rate_end: float = declare(
        1e-5,
        "learn",
        "Learning rate at the end",
        "The learning rate falls linearly to this value over the step budget and stays there.",
        symbol="α∞",
        scale="log",
        low=1e-6,
        high=1.0,
        per_member=True,
        rare=True,
        too_low="late updates hardly change anything.",
        too_high="the policy still changes back and forth at the end.",
    )
    gradient_clipping: str = declare(
        "norm",
        "learn",
        "Gradient clipping",
        "What is limited: the length of the whole gradient (norm), each of its elements (value, "
        "as in the notebook), or nothing (none).",
        choices=("none", "value", "norm"),
        per_member=True,
        rare=True,
    )
    gradient_clip: float = declare(
        1.0,
        "learn",
        "Clipping limit",
        "Largest length (norm) or largest element (value) of the gradient after clipping.",
        scale="log",
        low=1e-3,
        high=1e3,
        per_member=True,
        rare=True,
        too_low="every gradient is clipped, and only its direction counts.",
        too_high="no gradient is ever clipped.",
    )
    target_update_period: int = declare(
        1,
        "target",
        "Target update every",
        "How often the target network moves towards the online network.",
        symbol="C",
        scale="log",
        low=1,
        high=100_000,
        per_member=True,
        too_low="the target changes with every update, and Q-values may diverge (unless τ is "
        "small).",
        too_high="the target is out of date, and learning is slow.",
    )
    target_update_unit: str = declare(
        "gradient_updates",
        "target",
        "Target update unit",
        "The unit in which “Target update every” counts.",
        choices=("episodes", "env_steps", "gradient_updates"),
        per_member=True,
    )
    tau: float = declare(
        0.02,
        "target",
        "Target update share",
        "How far the target network moves each time: 1 copies the online network (hard update); "
        "a small share at every update is Polyak averaging.",
        symbol="τ",
        scale="log",
        low=1e-4,
        high=1.0,
        per_member=True,
        too_low="the target network is far behind the online network.",
        too_high="the target changes as fast as the online network (unless it moves rarely).",
    )
    hidden_dims: str = declare(
        "128, 128",
        "network",
        "Hidden layers",
        "Units in each hidden layer, from the first to the last: 128, 64 is a layer of 128 units "
        "and one of 64 behind it.",
        unit="units",
        scale="widths",
        low=4,
        high=1_024,
        applies="restart",
        too_low="the network is too small to represent the Q-values.",
        too_high="each update is slow, and deep networks learn less surely.",
        formerly=("hidden_dim", "{0}, {0}"),
    )
    layer_norm: bool = declare(
        False,
        "network",
        "Layer normalisation",
        "Each hidden layer's outputs are brought to mean 0 and deviation 1 before the ReLU, then "
        "scaled and shifted by numbers that are learnt (Ba et al. 2016). Large inputs and a high "
        "learning rate then do less harm, and fewer units go dormant; each update takes longer.",
        applies="restart",
    )
    dueling: bool = declare(
        False,
        "network",
        "Dueling head",
        "The last layer gives a state value and advantages, Q = V + A − mean A "
        "(Wang et al. 2016, eq. 9).",
        applies="restart",
    )
    head: str = declare(
        "scalar",
        "network",
        "Head",
        "What is learnt of each action: its expected return Q (scalar), or the distribution of "
        "its return, whose mean is Q: as probabilities of fixed returns (categorical: C51, "
        "Bellemare et al. 2017) or as returns at fixed probabilities (quantile: QR-DQN, Dabney et "
        "al. 2018).",
        choices=("scalar", "categorical", "quantile"),
        applies="restart",
    )
    n_atoms: int = declare(
        51,
        "network",
        "Atoms",
        "Returns to which the head “categorical” gives probabilities.",
        low=2,
        high=255,
        applies="restart",
        rare=True,
        too_low="returns that differ share an atom.",
        too_high="each update is slow.",
    )
    value_low: float = declare(
        0.0,
        "network",
        "Lowest return",
        "The first atom of the head “categorical”. If this and the highest return are 0, both "
        "come from what is known of the environment's returns when the run begins, over as many "
        "steps as the discount looks ahead; where nothing is known, a step counts −1 to 1.",
        symbol="V₋",
        low=-1e6,
        high=1e6,
        applies="restart",
        rare=True,
        too_low="most atoms are never used.",
        too_high="worse returns cannot be told apart.",
    )
    value_high: float = declare(
        0.0,
        "network",
        "Highest return",
        "The last atom of the head “categorical”; see the lowest return.",
        symbol="V₊",
        low=-1e6,
        high=1e6,
        applies="restart",
        rare=True,
        too_low="better returns cannot be told apart.",
        too_high="most atoms are never used.",
    )
    n_quantiles: int = declare(
        32,
        "network",
        "Quantiles",
        "Returns that the head “quantile” learns for each action.",
        low=1,
        high=255,
        applies="restart",
        rare=True,
        too_low="little is seen of the distribution.",
        too_high="each update is slow.",
    )
    total_steps: int = declare(
        50_000,
        "budget",
        "Step budget",
        "Training stops after this many environment steps. The learning rate reaches its end "
        "value there.",
        unit="environment steps",
        scale="log",
        low=100,
        high=10_000_000,
        too_low="the run ends before the agent has learnt.",
        too_high="the learning rate falls slowly.",
    )
    total_episodes: int = declare(
        0,
        "budget",
        "Episode budget",
        "Training stops after this many episodes; 0 means no limit.",
        unit="episodes",
        high=1_000_000,
        rare=True,
        too_low="the run ends before the agent has learnt.",
    )
    total_seconds: int = declare(
        0,
        "budget",
        "Time budget",
        "Training stops after this many seconds of training; 0 means no limit.",
        unit="seconds",
        high=1_000_000,
        rare=True,
        too_low="the run ends before the agent has learnt.",
    )
    evaluation_period: int = declare(
        2_500,
        "budget",
        "Evaluate every",
        "Environment steps between two greedy evaluations. They do not affect training. 0 means "
        "never.",
        unit="environment steps",
        high=1_000_000,
        rare=True,
        too_low="evaluation takes longer than training.",
        too_high="you learn late how good the greedy policy is.",
    )
    evaluation_episodes: int = declare(
        10,
        "budget",
        "Episodes per evaluation",
        "Greedy episodes that one evaluation averages.",
        unit="episodes",
        low=1,
        high=1_000,
        rare=True,
        too_low="the average depends on luck.",
        too_high="evaluation takes longer than training.",
    )
    stop_when_solved: bool = declare(
        False,
        "budget",
        "Stop when solved",
        "Training stops when a greedy evaluation reaches the environment's solve threshold.",
        rare=True,
    )
    plateau_evaluations: int = declare(
        0,
        "budget",
        "Evaluations without improvement",
        "Training stops after this many greedy evaluations in a row without a new best; 0 means "
        "never.",
        unit="evaluations",
        high=1_000,
        rare=True,
        too_low="a few unlucky evaluations end the run.",
        too_high="the run goes on for long without improvement.",
    )
    device: str = declare(
        "cpu",
        "network",
        "Device",
        "Where the networks are computed and the replay buffer lies: on the processor (cpu), on a "
        "CUDA GPU (cuda), or on the GPU if there is one (auto). The environments of four or more "
        "seeds are computed there too, where that is plain arithmetic, as in CartPole, and no "
        "action masks, noisy networks or replay order other than uniform need the processor. For "
        "one small network the processor is faster.",
        choices=("auto", "cpu", "cuda"),
        applies="restart",
        rare=True,
    )

    def __post_init__(self) -> None:
        for name, hyperparameter in HYPERPARAMETERS.items():
            # Frozen for everyone else; here 1 becomes 1.0 where a float is declared.
            object.__setattr__(self, name, hyperparameter.validated(getattr(self, name)))
        check_buffer(batch_size=self.batch_size, buffer_capacity=self.buffer_capacity)
        check_stops(
            stop_when_solved=self.stop_when_solved,
            plateau_evaluations=self.plateau_evaluations,
            evaluation_period=self.evaluation_period,
        )
        check_head(
            head=self.head, loss=self.loss, value_low=self.value_low, value_high=self.value_high
        )
        check_munchausen(munchausen=self.munchausen, n_step=self.n_step, head=self.head)

    @property
    def environment(self) -> str:
        """The environment with its arguments: ``FrozenLake-v1(is_slippery=False)``."""
        return keyword_arguments.called(self.env_id, self.env_kwargs)

    def replace(self, **changes: Any) -> Self:
        """A copy with ``changes``; raises `ConfigurationError` for a bad name or value.

        Another environment comes without the arguments of this one.
        """
        changes = in_todays_names(changes)
        for name in changes:
            hyperparameter(name)
        if changes.get("env_id", self.env_id) != self.env_id:
            changes = {"env_kwargs": ""} | changes
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Value]:
        """Names to values, as JSON can hold them."""
        return {name: getattr(self, name) for name in HYPERPARAMETERS}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The configuration that `to_dict` described; unknown names raise `ConfigurationError`."""
        return cls().replace(**values)

    def difference(self, other: "DQNConfig") -> dict[str, Value]:
        """This configuration's values where they differ from ``other``'s."""
        return {n: own for n, own in self.to_dict().items() if own != getattr(other, n)}


HYPERPARAMETERS: dict[str, Hyperparameter] = {
    field.name: dataclasses.replace(field.metadata["declared"], name=field.name)
    for field in dataclasses.fields(DQNConfig)
}
"""Every hyperparameter by name, in the order of the DQN loop."""

EARLIER_NAMES: dict[str, Hyperparameter] = {
    declared.formerly[0]: declared for declared in HYPERPARAMETERS.values() if declared.formerly
}
"""Every name of earlier versions, with the hyperparameter that it means today."""


def in_todays_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` by name, text or not, with those of earlier names written as they are today.

    Raises `ConfigurationError` where one hyperparameter is given under both names.
    """
    translated = dict(values)
    for earlier, declared in EARLIER_NAMES.items():
        if earlier in translated:
            if declared.name in translated:
                raise ConfigurationError(
                    "{earlier} is the earlier name of {name}: give only {name}.",
                    declared.name,
                    earlier=earlier,
                    name=declared.name,
                )
            translated[declared.name] = declared.of_earlier(translated.pop(earlier))
    return translated


def hyperparameter(name: str) -> Hyperparameter:
    """The declaration of ``name``; raises `ConfigurationError` with the nearest name if unknown."""
    if name not in HYPERPARAMETERS:
        near = get_close_matches(name, HYPERPARAMETERS, n=1)
        unknown = Phrase("There is no hyperparameter called {name}.", name=shown(name))
        raise ConfigurationError(did_you_mean(unknown, near))
    return HYPERPARAMETERS[name]
