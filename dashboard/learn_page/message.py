"""What `microscope.js` shows: the copy of a run in its four places."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dashboard.learn_page.equations import equations, exact
from dashboard.learn_page.networks import networks
from dashboard.session.race import member_words
from dashboard.session.run import Run
from dashboard.session.stage import picture
from dashboard.web.envelope import packed
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.masks import shown
from dqn_core.microscope.specimen import Specimen
from dqn_core.microscope.step import Step
from dqn_core.microscope.update import Update
from dqn_core.numbers import number

TERMINATED, TRUNCATED = 1, 2

MOST_NAMED = 8
"""Of an observation, in the words beside a picture; the table has all of it."""

COPIED = "The target network has just been moved: θ⁻ ← θ⁻ + τ (θ − θ⁻)."


class Picture(NamedTuple):
    """A state of the environment that is drawn, and what is observed in it."""

    title: str
    state: Mapping[str, Any]
    observation: np.ndarray


def message(
    specimen: Specimen,
    run: Run,
    chosen: int,
    is_following: bool,
    is_complete: bool,
    problem: str,
) -> bytes:
    """All of it, with the transition of the batch that is ``chosen``; pictures follow as PNG."""
    trainer, update = specimen.trainer, specimen.update
    chosen = min(chosen, len(update.actions) - 1) if update else chosen
    pictures = _pictures(specimen)
    pngs = [picture(trainer.spec, each.state) for each in pictures]
    header = {
        "about": _about(specimen, run, is_following),
        "problem": problem,
        "notice": trainer.notice,
        "isComplete": is_complete,
        "isFollowing": is_following,
        "canGoBack": specimen.can_go_back,
        "canGoForward": specimen.can_go_forward,
        "chosen": chosen,
        "world": {
            **_world(trainer.spec, specimen, chosen),
            "pictures": [[each.title, _described(trainer.spec, each)] for each in pictures],
        },
        "memory": _memory(specimen),
        "networks": networks(update, chosen) if update else None,
        "copied": COPIED if specimen.has_copied else "",
        "update": _update(update, chosen, specimen) if update else None,
        "pngs": [len(png) for png in pngs],
    }
    return packed(header, *pngs)


def _about(specimen: Specimen, run: Run, is_following: bool) -> str:
    """Whose copy it is, and how far it has come."""
    trainer = specimen.trainer
    where = f"Environment step {trainer.env_step:,}, gradient update {trainer.gradient_updates:,}."
    if trainer.members > 1:
        where += f" The agent shown is {member_words(trainer.configs)[specimen.member]}."
    if is_following:
        return f"{where} This is a copy of the run on the Train page: nothing here moves the run."
    return f"{where} This is a copy: the run on the Train page is at {run.trainer.env_step:,}."


def _pictures(specimen: Specimen) -> list[Picture]:
    """Of the state before the newest step and of the one after it; or of the present one alone."""
    step, trainer, member = specimen.step, specimen.trainer, specimen.member
    state = trainer.environments[member].state_dict()
    observation = trainer.interaction.observations[member]
    if step is None:
        return [Picture("now", state, observation)]
    title = "new episode" if step.has_ended else "after the step"
    return [
        Picture("before the step", step.start.environment, step.observation),
        Picture(title, state, observation),
    ]


def _described(spec: EnvironmentSpec, picture: Picture) -> str:
    """What it shows, for who cannot see it."""
    named = zip(spec.observation_labels[:MOST_NAMED], picture.observation.tolist(), strict=False)
    seen = ", ".join(f"{label} {number(value)}" for label, value in named)
    return f"{spec.env_id}, {picture.title}: {seen}"


def _world(spec: EnvironmentSpec, specimen: Specimen, chosen: int) -> dict[str, Any]:
    step, update = specimen.step, specimen.update
    now = specimen.trainer.interaction.observations[specimen.member]
    columns = [("now", "s", now)]
    if step:
        columns = [("s", "s", step.observation), ("s′", "s2", step.next_observation)]
    if update:
        columns += [
            ("s chosen", "s", update.observations[chosen]),
            ("s′ chosen", "s2", update.next_observations[chosen]),
        ]
    return {
        "labels": spec.observation_labels,
        "columns": [
            [title, symbol, [number(value) for value in values.tolist()]]
            for title, symbol, values in columns
        ],
        "step": _step(spec, step) if step else None,
        "sentences": _of_step(spec, step) if step else ["No step was made here yet."],
    }


def _step(spec: EnvironmentSpec, step: Step) -> dict[str, Any]:
    first, second = step.dice
    q_values = step.q_values
    return {
        "epsilon": step.epsilon,
        "dice": [first, second],
        "isRandom": step.is_random,
        "actions": [
            [label, exact(q)]
            for label, q in zip(spec.action_labels, shown(q_values, step.allowed), strict=True)
        ],
        "taken": step.action,
    }


def _of_step(spec: EnvironmentSpec, step: Step) -> list[str]:
    """What decided the action, and what came of it."""
    (u, second), epsilon = step.dice, exact(step.epsilon)
    action = spec.action_labels[step.action]
    if step.is_random:
        how = (
            f"u = {exact(u)} is below ε = {epsilon}: the action is random. A second number, "
            f"{exact(second)}, has chosen “{action}”."
        )
    elif step.epsilon:
        how = (
            f"u = {exact(u)} is not below ε = {epsilon}: the network chooses “{action}”, which has "
            "the largest Q."
        )
    else:
        how = f"ε is 0: the network chooses “{action}”, which has the largest Q."
    ends = "The episode goes on."
    if step.terminated:
        ends = "The episode terminated, and a new one has begun."
    elif step.truncated:
        ends = "The time limit truncated the episode, and a new one has begun."
    return [how, f"Reward {exact(step.reward)}. {ends}"]


def _memory(specimen: Specimen) -> dict[str, Any]:
    """The strip of time: which transitions are stored, where episodes end, and how."""
    trainer, update = specimen.trainer, specimen.update
    contents, flags = trainer.replay.contents, trainer.replay.ends(specimen.member)
    at = np.flatnonzero(flags.any(1))
    kinds = np.where(flags[at, 0], TERMINATED, TRUNCATED)
    oldest, newest = contents.oldest, contents.pushed - 1
    words = "The memory is empty."
    if contents.size:
        words = (
            f"{contents.size:,} of {contents.capacity:,} places are filled, with transitions "
            f"{oldest:,} to {newest:,}. Episodes that terminated: {_count(kinds, TERMINATED):,}. "
            f"Episodes that the time limit truncated: {_count(kinds, TRUNCATED):,}."
        )
    return {
        "oldest": oldest,
        "size": contents.size,
        "ends": (at + oldest).tolist(),
        "kinds": kinds.tolist(),
        "words": words,
        "batch": update.returns.numbers.tolist() if update else [],
    }


def _count(kinds: np.ndarray, kind: int) -> int:
    return int((kinds == kind).sum())


def _update(update: Update, chosen: int, specimen: Specimen) -> dict[str, Any]:
    spec, config = specimen.trainer.spec, specimen.trainer.configs[specimen.member]
    returns, i = update.returns, chosen
    action = spec.action_labels[update.actions[i]]
    words = [
        f"Gradient update {update.gradient_update:,}, mean loss {exact(update.loss)} over "
        f"{len(update.actions)} transitions. Transition {returns.numbers[i]:,}: “{action}”, reward "
        f"{exact(update.rewards[i])}."
    ]
    if returns.terminated[i]:
        words.append("This episode terminated here: no value of s′ is added.")
    elif returns.truncated[i]:
        words.append(
            "The time limit truncated this episode here. The state goes on in principle, so the "
            "value of s′ counts."
        )
    return {
        "words": words,
        "lines": equations(update, i, config),
        "shares": _finite(update.shares),
        "names": [
            f"Transition {n:,}, TD error {exact(error)}"
            for n, error in zip(returns.numbers.tolist(), update.td_errors, strict=True)
        ],
        "actions": _values(update, i, spec),
        "taken": int(update.actions[i]),
        "best": int(update.best[i]),
        "distributions": _distributions(update, i),
    }


def _values(update: Update, i: int, spec: EnvironmentSpec) -> list[list[str]]:
    """Each action with what the networks say of it, of s and of s′, where it is allowed."""
    here = None if update.allowed is None else update.allowed[i]
    there = None if update.next_allowed is None else update.next_allowed[i]
    columns = [shown(update.q[i], here), shown(update.next_q[i], there)]
    if update.choosing_q is not None:
        columns.append(shown(update.choosing_q[i], there))
    rows = zip(*columns, strict=True)
    return [[label, *map(exact, row)] for label, row in zip(spec.action_labels, rows, strict=True)]


def _distributions(update: Update, i: int) -> list[list[list[float | None]]]:
    """Returns and probabilities of what was believed, and of what should have been."""
    if update.predicted is None or update.aimed_at is None:
        return []
    return [[_finite(part[i]) for part in each] for each in (update.predicted, update.aimed_at)]


def _finite(values: Sequence[float] | np.ndarray) -> list[float | None]:
    """As JSON has them, which knows no infinity."""
    return [float(value) if np.isfinite(value) else None for value in values]
