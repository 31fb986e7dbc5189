"""Every hyperparameter, declared once.

The sidebar, the command line's ``--help``, the validation and the README's table are all made from
the declarations below, so a hyperparameter cannot mean one thing here and another there.
"""

import dataclasses
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Self

from dqn_core.errors import ConfigurationError
from dqn_core.hyperparameter import Hyperparameter, Value, declare
from dqn_core.scalars import shown


@dataclass(frozen=True)
class DQNConfig:
    """Every hyperparameter of a run, in the order of the DQN loop. The defaults are `recommended`.

    Raises `ConfigurationError` when a value is out of range or two values do not go together.
    """

    env_id: str = declare(
        "CartPole-v1",
        "Environment",
        "Environment",
        "The Gymnasium environment the agent learns in.",
        scale="text",
        applies="restart",
    )
    max_episode_steps: int = declare(
        0,
        "Environment",
        "Time limit",
        "Steps after which the environment truncates an episode; 0 keeps the environment's own "
        "limit (1,000 if it has none). Truncation is not failure: the target still bootstraps "
        "there.",
        symbol="T",
        unit="environment steps",
        high=100_000,
        applies="next episode",
        rare=True,
        too_low="the agent never sees what happens later.",
        too_high="a good agent's episodes get long, and a bad one's may never end.",
    )
    seed: int = declare(
        0,
        "Environment",
        "Seed",
        "Fixes the initial weights, the exploration, the sampling and the environment. "
        "Every whole number is a seed, 0 too.",
        high=2**53 - 1,  # what JSON and a browser carry exactly
        applies="restart",
        per_member=True,
    )
    epsilon_schedule: str = declare(
        "linear",
        "Explore",
        "ε schedule",
        "How ε falls from its start to its end: exponentially, "
        "ε = end + (start − end)·exp(−step / decay), or linearly over the decay.",
        choices=("exponential", "linear"),
        per_member=True,
    )
    epsilon_start: float = declare(
        1.0,
        "Explore",
        "ε start",
        "Share of random actions at the first step.",
        symbol="ε₀",
        high=1.0,
        per_member=True,
        too_low="the replay buffer fills with one habit.",
        too_high="cannot be: 1 is all random.",
    )
    epsilon_end: float = declare(
        0.1,
        "Explore",
        "ε end",
        "Share of random actions once the schedule has run out.",
        symbol="ε∞",
        high=1.0,
        per_member=True,
        too_low="the agent stops finding out about what it does not do.",
        too_high="the training return stays low however good the agent is.",
    )
    epsilon_decay: int = declare(
        5_000,
        "Explore",
        "ε decay",
        "Environment steps over which ε falls: the whole fall if linear, "
        "the time constant if exponential.",
        unit="environment steps",
        scale="log",
        low=1,
        high=1_000_000,
        per_member=True,
        too_low="the agent trusts its first guesses.",
        too_high="it keeps acting at random long after it knows better.",
    )
    buffer_capacity: int = declare(
        50_000,
        "Remember",
        "Buffer capacity",
        "Transitions kept for replay; the oldest are overwritten. Shrinking keeps the newest.",
        symbol="N",
        unit="transitions",
        scale="log",
        low=16,
        high=1_000_000,
        too_low="batches are alike, and what was learnt earlier is forgotten.",
        too_high="batches hold much from policies long gone, and memory fills.",
    )
    learning_starts: int = declare(
        1_000,
        "Remember",
        "Learning starts",
        "Environment steps collected before the first gradient update.",
        unit="environment steps",
        high=100_000,
        rare=True,
        too_low="the network fits a handful of transitions.",
        too_high="time passes without learning.",
    )
    sampling: str = declare(
        "uniform",
        "Remember",
        "Replay order",
        "Which transitions make a batch: drawn uniformly, or one run of consecutive ones "
        "(as when learning without replay; it shows why replay shuffles).",
        choices=("uniform", "sequential"),
        rare=True,
    )
    batch_size: int = declare(
        128,
        "Learn",
        "Batch size",
        "Transitions in one gradient update.",
        symbol="B",
        unit="transitions",
        scale="log",
        low=1,
        high=1_024,
        too_low="the gradient is noisy.",
        too_high="each update is slow, for little gain.",
    )
    train_frequency: int = declare(
        2,
        "Learn",
        "Train every",
        "Environment steps between two rounds of gradient updates.",
        unit="environment steps",
        scale="log",
        low=1,
        high=10_000,
        rare=True,
        too_low="cannot be: 1 is after every step.",
        too_high="the policy that collects the data lags behind what was learnt.",
    )
    gradient_steps: int = declare(
        1,
        "Learn",
        "Gradient steps",
        "Gradient updates in one round.",
        unit="gradient updates",
        scale="log",
        low=1,
        high=1_000,
        rare=True,
        too_low="transitions are used less often than they could be.",
        too_high="the network overfits to the buffer, and the target stands still meanwhile.",
    )
    gamma: float = declare(
        0.99,
        "Learn",
        "Discount",
        "What a reward one step later is worth now. "
        "The horizon is about 1 / (1 − γ) environment steps.",
        symbol="γ",
        high=1.0,
        per_member=True,
        too_low="the agent is short-sighted.",
        too_high="values grow large and settle slowly; at 1 they may never.",
    )
    n_step: int = declare(
        5,
        "Learn",
        "n-step return",
        "Rewards summed before the target bootstraps (Sutton & Barto 7.1).",
        symbol="n",
        unit="environment steps",
        low=1,
        high=20,
        rare=True,
        too_low="news of a reward travels one step an update.",
        too_high="the target mixes in old, exploring actions and gets noisy.",
    )
    double_dqn: bool = declare(
        True,
        "Learn",
        "Double DQN",
        "The online network chooses the next action, the target network values it, which removes "
        "much of the overestimation (van Hasselt et al. 2016).",
    )
    loss: str = declare(
        "huber",
        "Learn",
        "Loss",
        "Mean squared TD error, or Huber: linear beyond an error of 1, so that outliers pull less.",
        choices=("mse", "huber"),
        per_member=True,
    )
    learning_rate: float = declare(
        3e-3,
        "Learn",
        "Learning rate",
        "Adam's step size at the start.",
        symbol="α",
        scale="log",
        low=1e-6,
        high=1.0,
        per_member=True,
        too_low="nothing seems to happen.",
        too_high="Q-values jump about or diverge.",
    )
    learning_rate_end: float = declare(
        1e-5,
        "Learn",
        "Learning rate at the end",
        "The learning rate falls linearly to this value over the step budget and stays there.",
        symbol="α∞",
        scale="log",
        low=1e-6,
        high=1.0,
        per_member=True,
        rare=True,
        too_low="late training changes nothing any more.",
        too_high="the policy keeps wobbling at the end.",
    )
    gradient_clipping: str = declare(
        "norm",
        "Learn",
        "Gradient clipping",
        "Clamp every element of the gradient (as the notebook does), shorten the whole gradient "
        "to a length, or leave it.",
        choices=("none", "value", "norm"),
        per_member=True,
        rare=True,
    )
    gradient_clip: float = declare(
        1.0,
        "Learn",
        "Clipping limit",
        "The largest element or the largest length that clipping lets through.",
        scale="log",
        low=1e-3,
        high=1e3,
        per_member=True,
        rare=True,
        too_low="every gradient is cut down, and Adam sees only directions.",
        too_high="clipping never happens.",
    )
    target_update_period: int = declare(
        1,
        "Target",
        "Target update every",
        "How often the target network moves towards the online one.",
        symbol="C",
        scale="log",
        low=1,
        high=100_000,
        per_member=True,
        too_low="the network chases its own tail (unless τ is small).",
        too_high="the target is stale, and learning waits for it.",
    )
    target_update_unit: str = declare(
        "gradient_updates",
        "Target",
        "Target update unit",
        "What the target period counts.",
        choices=("episodes", "env_steps", "gradient_updates"),
        per_member=True,
    )
    tau: float = declare(
        0.02,
        "Target",
        "Target update share",
        "How far the target moves each time: 1 copies the online network (hard update), "
        "a small share every update is Polyak averaging.",
        symbol="τ",
        scale="log",
        low=1e-4,
        high=1.0,
        per_member=True,
        too_low="the target lags far behind.",
        too_high="the target follows every wobble (unless the period is long).",
    )
    hidden_dim: int = declare(
        128,
        "Network",
        "Hidden width",
        "Units in each of the two hidden layers.",
        unit="units",
        scale="log",
        low=4,
        high=1_024,
        applies="restart",
        too_low="the network cannot express the values.",
        too_high="each update is slow.",
    )
    dueling: bool = declare(
        False,
        "Network",
        "Dueling head",
        "The last layer gives a state value and advantages, Q = V + A − mean A "
        "(Wang et al. 2016, eq. 9).",
        applies="restart",
    )
    total_steps: int = declare(
        50_000,
        "Budget",
        "Step budget",
        "Environment steps after which training stops; the learning rate reaches its end there.",
        unit="environment steps",
        scale="log",
        low=100,
        high=10_000_000,
        too_low="the run ends before the agent has learnt.",
        too_high="the learning rate falls slowly.",
    )
    total_episodes: int = declare(
        0,
        "Budget",
        "Episode budget",
        "Episodes after which training stops; 0 is no limit.",
        unit="episodes",
        high=1_000_000,
        rare=True,
        too_low="the run ends before the agent has learnt.",
    )
    total_seconds: int = declare(
        0,
        "Budget",
        "Time budget",
        "Seconds of training after which it stops; 0 is no limit.",
        unit="seconds",
        high=1_000_000,
        rare=True,
        too_low="the run ends before the agent has learnt.",
    )
    evaluation_period: int = declare(
        2_500,
        "Budget",
        "Evaluate every",
        "Environment steps between two greedy evaluations, which the training never notices; "
        "0 is never.",
        unit="environment steps",
        high=1_000_000,
        rare=True,
        too_low="evaluating takes longer than training.",
        too_high="you learn late how good the greedy policy is.",
    )
    evaluation_episodes: int = declare(
        10,
        "Budget",
        "Episodes an evaluation",
        "Greedy episodes averaged in one evaluation.",
        unit="episodes",
        low=1,
        high=1_000,
        rare=True,
        too_low="the average is luck.",
        too_high="evaluating takes longer than training.",
    )
    stop_when_solved: bool = declare(
        False,
        "Budget",
        "Stop when solved",
        "Stop as soon as a greedy evaluation reaches the environment's solve threshold.",
        rare=True,
    )
    plateau_evaluations: int = declare(
        0,
        "Budget",
        "Stop at a plateau of",
        "Greedy evaluations in a row without a new best after which training stops; 0 is never.",
        unit="evaluations",
        high=1_000,
        rare=True,
        too_low="one unlucky evaluation ends the run.",
        too_high="the plateau goes on for long.",
    )
    device: str = declare(
        "cpu",
        "Network",
        "Device",
        "Where the networks live: the processor, a CUDA GPU, or the GPU if there is one. "
        "For one small network the processor is faster.",
        choices=("auto", "cpu", "cuda"),
        applies="restart",
        rare=True,
    )

    def __post_init__(self) -> None:
        for name, hyperparameter in HYPERPARAMETERS.items():
            # Frozen for everyone else; here 1 becomes 1.0 where a float is declared.
            object.__setattr__(self, name, hyperparameter.validated(getattr(self, name)))
        if self.batch_size > self.buffer_capacity:
            raise ConfigurationError(
                f"batch_size {self.batch_size} is larger than buffer_capacity "
                f"{self.buffer_capacity}: make the batch smaller or the buffer larger.",
                "batch_size",
                "buffer_capacity",
            )
        stops = {
            "stop_when_solved": self.stop_when_solved,
            "plateau_evaluations": self.plateau_evaluations,
        }
        for name, is_on in stops.items():
            if is_on and not self.evaluation_period:
                raise ConfigurationError(
                    f"{name} needs greedy evaluations, but evaluation_period is 0: set one of "
                    "them.",
                    name,
                    "evaluation_period",
                )

    def replace(self, **changes: Any) -> Self:
        """A copy with ``changes``; raises `ConfigurationError` for a bad name or value."""
        for name in changes:
            hyperparameter(name)
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Value]:
        """Names to values, as JSON can hold them."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The configuration that `to_dict` described; unknown names raise `ConfigurationError`."""
        return cls().replace(**values)

    def difference(self, other: "DQNConfig") -> dict[str, Value]:
        """This configuration's values where they differ from ``other``'s."""
        theirs = other.to_dict()
        return {name: value for name, value in self.to_dict().items() if value != theirs[name]}


HYPERPARAMETERS: dict[str, Hyperparameter] = {
    field.name: Hyperparameter(
        name=field.name, default=getattr(DQNConfig, field.name), **field.metadata
    )
    for field in dataclasses.fields(DQNConfig)
}
"""Every hyperparameter by name, in the order of the DQN loop."""


def hyperparameter(name: str) -> Hyperparameter:
    """The declaration of ``name``; raises `ConfigurationError` with the nearest name if unknown."""
    if name not in HYPERPARAMETERS:
        near = get_close_matches(name, HYPERPARAMETERS, n=1)
        hint = f": did you mean {near[0]}?" if near else "."
        raise ConfigurationError(f"There is no hyperparameter called {shown(name)}{hint}")
    return HYPERPARAMETERS[name]
