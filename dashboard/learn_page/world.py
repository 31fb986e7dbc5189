"""The world under the microscope: its pictures, what is observed, what decided the action."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

import numpy as np

from dashboard.learn_page.equations import exact
from dashboard.session.few import best_of, more
from dashboard.web.language import _
from dqn_core.base.numbers import number
from dqn_core.base.phrases import Phrase
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.masks import shown
from dqn_core.microscope.specimen import Specimen
from dqn_core.microscope.step import Step

MOST_NAMED, MOST_LISTED = 8, 200
"""Numbers of an observation in the words beside a picture, and in the table."""


class Picture(NamedTuple):
    """A state of the environment that is drawn, and what is observed in it."""

    title: Phrase
    state: Mapping[str, Any]
    observation: np.ndarray


class StepShown(TypedDict):
    """The newest environment step: its two random numbers, and each action with its Q."""

    epsilon: float
    dice: tuple[float, float]
    is_random: bool
    actions: list[tuple[str, str]]
    taken: int


class WorldShown(TypedDict):
    """Pictures with title and words; the table of what is observed, whose columns have a title, a
    symbol and their values; and what is said of the step."""

    pictures: list[tuple[str, str]]
    labels: list[str]
    columns: list[tuple[str, str, list[str]]]
    step: StepShown | None
    sentences: list[str]


def pictures(specimen: Specimen) -> list[Picture]:
    """Pictures of the states before and after the newest step, or of the present one alone."""
    step, trainer, member = specimen.step, specimen.trainer, specimen.member
    state = trainer.environments[member].state_dict()
    observation = trainer.interaction.observations[member]
    if step is None:
        return [Picture(Phrase("now"), state, observation)]
    title = Phrase("new episode") if step.has_ended else Phrase("after the step")
    return [
        Picture(Phrase("before the step"), step.start.environment, step.observation),
        Picture(title, state, observation),
    ]


def _described(spec: EnvironmentSpec, picture: Picture) -> str:
    """What the picture shows, in words for those who cannot see it."""
    named = zip(spec.observation_labels[:MOST_NAMED], picture.observation.tolist(), strict=False)
    seen = _(", ").join(f"{_(label)} {number(value)}" for label, value in named)
    return _(
        "{environment}, {moment}: {observation}",
        environment=spec.env_id,
        moment=picture.title,
        observation=seen,
    )


def world(specimen: Specimen, views: Sequence[Picture], chosen: int) -> WorldShown:
    """What is seen of it in these ``pictures``, beside the ``chosen`` transition of the batch."""
    spec, step, update = specimen.trainer.spec, specimen.step, specimen.update
    now = specimen.trainer.interaction.observations[specimen.member]
    columns = [(_("now"), "s", now)]
    if step:
        columns = [("s", "s", step.observation), ("s′", "s2", step.next_observation)]
    if update:
        columns += [
            (_("s chosen"), "s", update.observations[chosen]),
            (_("s′ chosen"), "s2", update.next_observations[chosen]),
        ]
    others = [*filter(None, [more(max(0, spec.observation_dim - MOST_LISTED))])]
    blank = [""] * len(others)
    return {
        "pictures": [(_(view.title), _described(spec, view)) for view in views],
        "labels": [_(label) for label in spec.observation_labels[:MOST_LISTED]] + others,
        "columns": [
            (title, symbol, [number(value) for value in values[:MOST_LISTED].tolist()] + blank)
            for title, symbol, values in columns
        ],
        "step": _step(spec, step) if step else None,
        "sentences": _of_step(spec, step) if step else [_("No step was made here yet.")],
    }


def _step(spec: EnvironmentSpec, step: Step) -> StepShown:
    first, second = step.dice
    q_values = shown(step.q_values, step.allowed)
    actions = best_of(q_values, step.action)
    rows = [(_(spec.action_labels[action]), exact(q_values[action])) for action in actions]
    if others := more(len(q_values) - len(actions)):
        rows.append((others, ""))
    return {
        "epsilon": step.epsilon,
        "dice": (first, second),
        "is_random": step.is_random,
        "actions": rows,
        "taken": actions.index(step.action),
    }


def _of_step(spec: EnvironmentSpec, step: Step) -> list[str]:
    """What decided the action, and what came of it."""
    return [_choice(step, _(spec.action_labels[step.action])), _end(step, exact(step.reward))]


def _choice(step: Step, action: str) -> str:
    (u, second), epsilon = map(exact, step.dice), exact(step.epsilon)
    if step.is_random:
        return _(
            "u = {u} is below ε = {epsilon}: the action is random. A second number, {second}, has "
            "chosen “{action}”.",
            u=u,
            epsilon=epsilon,
            second=second,
            action=action,
        )
    if step.epsilon:
        return _(
            "u = {u} is not below ε = {epsilon}: the network chooses “{action}”, which has the "
            "largest Q.",
            u=u,
            epsilon=epsilon,
            action=action,
        )
    return _("ε is 0: the network chooses “{action}”, which has the largest Q.", action=action)


def _end(step: Step, reward: str) -> str:
    if step.terminated:
        return _("Reward {reward}. The episode terminated, and a new one has begun.", reward=reward)
    if step.truncated:
        return _(
            "Reward {reward}. The time limit truncated the episode, and a new one has begun.",
            reward=reward,
        )
    return _("Reward {reward}. The episode goes on.", reward=reward)
