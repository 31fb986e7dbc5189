"""What a run will never do with its configuration, told before its first step."""

import math
from dataclasses import dataclass, replace

from dqn_core.base.numbers import number
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.config import DQNConfig
from dqn_core.environments.declared import EnvironmentSpec

_UNITS = {
    "env_steps": Phrase("environment step"),
    "gradient_updates": Phrase("gradient update"),
    "episodes": Phrase("episode"),
}


@dataclass(frozen=True)
class Never:
    """One sentence; ``names`` are the hyperparameters that it calls by their names."""

    sentence: Phrase
    names: tuple[str, ...]


def never_due(
    config: DQNConfig, spec: EnvironmentSpec, gives_masks: bool = False
) -> dict[str, Never]:
    """What a run asks for, or its environment gives, and will not have; by the hyperparameter to
    change.

    Only what the configuration alone decides is told. ``gives_masks`` says that the environment
    tells which actions are allowed.
    """
    end = _end(config, spec)
    first_update = _first_update(config)
    found = _exploration(config)
    if gives_masks and not config.action_masks and spec.family.recommended is None:
        sentence = Phrase(
            "{env_id} says which actions are allowed, and that is used only with action_masks on.",
            env_id=spec.env_id,
        )
        found["action_masks"] = Never(sentence, ("action_masks",))
    if first_update > end.step:
        names = ("learning_starts", "train_frequency")
        name = max(names, key=lambda name: getattr(config, name))
        what = Phrase(
            "The first gradient update is due at environment step {step:,}", step=first_update
        )
        found[name] = end.too_early_for(what, name)
    else:  # without updates the target network has nothing to follow
        found |= _target_updates(config, end)
    found |= _evaluations(config, end)
    if config.stop_when_solved and (reason := _why_never_solved(config, spec, end)):
        name = "stop_when_solved"
        sentence = Phrase("{name} will not stop this run: {reason}.", name=name, reason=reason)
        found[name] = Never(sentence, (name,))
    return found


def _exploration(config: DQNConfig) -> dict[str, Never]:
    if not config.noisy:
        return {}
    names = ("epsilon_schedule", "epsilon_start", "epsilon_end", "epsilon_decay")
    *others, last = names
    sentence = Phrase(
        "With noisy on, ε is 0: {names} and {last} have no effect.",
        names=", ".join(others),
        last=last,
    )
    return {"epsilon_schedule": Never(sentence, ("noisy", *names))}


@dataclass(frozen=True)
class _End:
    """The environment step that a run does not go beyond, and the budget that says so."""

    step: int
    budget: str
    words: Phrase

    def too_early_for(self, what: Phrase, name: str) -> Never:
        sentence = Phrase(
            "{what}, but the run ends {end}: make {name} smaller or {budget} larger.",
            what=what,
            end=self.words,
            name=name,
            budget=self.budget,
        )
        return Never(sentence, (name, self.budget))


def _end(config: DQNConfig, spec: EnvironmentSpec) -> _End:
    # How long an episode is nobody knows yet, but it is no longer than the time limit.
    of_episodes = config.total_episodes * spec.max_episode_steps
    if 0 < of_episodes < config.total_steps:
        words = Phrase(
            "after episode {episode:,}, at the latest at environment step {step:,}",
            episode=config.total_episodes,
            step=of_episodes,
        )
        return _End(of_episodes, "total_episodes", words)
    words = Phrase("at {step:,}", step=config.total_steps)
    return _End(config.total_steps, "total_steps", words)


def _first_update(config: DQNConfig) -> int:
    """The environment step after which the first gradient update is due."""
    frequency = config.train_frequency
    return max(1, math.ceil(config.learning_starts / frequency)) * frequency


def _target_updates(config: DQNConfig, end: _End) -> dict[str, Never]:
    most = end.step  # of episodes too: each has a step at least
    if config.target_update_unit == "gradient_updates":
        frequency = config.train_frequency
        rounds = end.step // frequency - _first_update(config) // frequency + 1
        most = rounds * config.gradient_steps
        end = replace(end, words=Phrase("after {count:,} gradient updates", count=most))
    elif config.target_update_unit == "episodes" and config.total_episodes:
        most = config.total_episodes
        words = Phrase("after episode {episode:,}", episode=most)
        end = replace(end, budget="total_episodes", words=words)
    if config.target_update_period <= most:
        return {}
    what = Phrase(
        "The first move of the target network is due at {unit} {count:,}",
        unit=_UNITS[config.target_update_unit],
        count=config.target_update_period,
    )
    return {"target_update_period": end.too_early_for(what, "target_update_period")}


def _evaluations(config: DQNConfig, end: _End) -> dict[str, Never]:
    found = {}
    if config.evaluation_period > end.step:
        what = Phrase(
            "The first greedy evaluation is due at environment step {step:,}",
            step=config.evaluation_period,
        )
        found["evaluation_period"] = end.too_early_for(what, "evaluation_period")
    # The first evaluation is the best so far: only those after it can be without a new best.
    first_stop = config.evaluation_period * (config.plateau_evaluations + 1)
    if config.plateau_evaluations and first_stop > end.step:
        what = Phrase(
            "{count:,} evaluations without improvement are not possible before environment step "
            "{step:,}",
            count=config.plateau_evaluations,
            step=first_stop,
        )
        found["plateau_evaluations"] = end.too_early_for(what, "plateau_evaluations")
    return found


def _why_never_solved(config: DQNConfig, spec: EnvironmentSpec, end: _End) -> Phrase | None:
    threshold = spec.reward_threshold
    if threshold is None or not math.isfinite(threshold):
        return Phrase("{env_id} has no solve threshold", env_id=spec.env_id)
    if spec.return_range and spec.return_range[1] < threshold:
        return Phrase(
            "the solve threshold is {threshold}, and with a time limit of {steps:,} environment "
            "steps no return is above {largest}",
            threshold=number(threshold),
            steps=spec.max_episode_steps,
            largest=number(spec.return_range[1]),
        )
    if config.evaluation_period > end.step:
        return Phrase("it needs a greedy evaluation")
    return None
