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
from dashboard.web.language import _, said
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.masks import shown
from dqn_core.microscope.specimen import Specimen
from dqn_core.microscope.step import Step
from dqn_core.microscope.update import Update
from dqn_core.numbers import number
from dqn_core.phrases import Phrase
from dqn_core.samplers import Contents

TERMINATED, TRUNCATED = 1, 2

MOST_NAMED = 8
"""Of an observation, in the words beside a picture; the table has all of it."""


class Picture(NamedTuple):
    """A state of the environment that is drawn, and what is observed in it."""

    title: Phrase
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
        "problem": said(problem),
        "notice": said(trainer.notice),
        "isComplete": is_complete,
        "isFollowing": is_following,
        "canGoBack": specimen.can_go_back,
        "canGoForward": specimen.can_go_forward,
        "chosen": chosen,
        "world": {
            **_world(trainer.spec, specimen, chosen),
            "pictures": [[_(each.title), _described(trainer.spec, each)] for each in pictures],
        },
        "memory": _memory(specimen),
        "networks": networks(update, chosen) if update else None,
        "copied": _copied() if specimen.has_copied else "",
        "update": _update(update, chosen, specimen) if update else None,
        "pngs": [len(png) for png in pngs],
    }
    return packed(header, *pngs)


def _about(specimen: Specimen, run: Run, is_following: bool) -> str:
    """Whose copy it is, and how far it has come."""
    trainer = specimen.trainer
    step, number = trainer.env_step, trainer.gradient_updates
    told = [_("Environment step {step:,}, gradient update {number:,}.", step=step, number=number)]
    if trainer.members > 1:
        agent = member_words(trainer.configs)[specimen.member]
        told.append(_("The agent shown is {agent}.", agent=agent))
    if is_following:
        told.append(_("This is a copy of the run on the Train page: nothing here moves the run."))
    else:
        now = run.trainer.env_step
        told.append(_("This is a copy: the run on the Train page is at {step:,}.", step=now))
    return " ".join(told)


def _copied() -> str:
    return _("The target network has just been moved: θ⁻ ← θ⁻ + τ (θ − θ⁻).")


def _pictures(specimen: Specimen) -> list[Picture]:
    """Of the state before the newest step and of the one after it; or of the present one alone."""
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
    """What it shows, for who cannot see it."""
    named = zip(spec.observation_labels[:MOST_NAMED], picture.observation.tolist(), strict=False)
    seen = _(", ").join(f"{_(label)} {number(value)}" for label, value in named)
    return _(
        "{environment}, {moment}: {observation}",
        environment=spec.env_id,
        moment=picture.title,
        observation=seen,
    )


def _world(spec: EnvironmentSpec, specimen: Specimen, chosen: int) -> dict[str, Any]:
    step, update = specimen.step, specimen.update
    now = specimen.trainer.interaction.observations[specimen.member]
    columns = [(_("now"), "s", now)]
    if step:
        columns = [("s", "s", step.observation), ("s′", "s2", step.next_observation)]
    if update:
        columns += [
            (_("s chosen"), "s", update.observations[chosen]),
            (_("s′ chosen"), "s2", update.next_observations[chosen]),
        ]
    return {
        "labels": [_(label) for label in spec.observation_labels],
        "columns": [
            [title, symbol, [number(value) for value in values.tolist()]]
            for title, symbol, values in columns
        ],
        "step": _step(spec, step) if step else None,
        "sentences": _of_step(spec, step) if step else [_("No step was made here yet.")],
    }


def _step(spec: EnvironmentSpec, step: Step) -> dict[str, Any]:
    first, second = step.dice
    q_values = step.q_values
    return {
        "epsilon": step.epsilon,
        "dice": [first, second],
        "isRandom": step.is_random,
        "actions": [
            [_(label), exact(q)]
            for label, q in zip(spec.action_labels, shown(q_values, step.allowed), strict=True)
        ],
        "taken": step.action,
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


def _memory(specimen: Specimen) -> dict[str, Any]:
    """The strip of time: which transitions are stored, where episodes end, and how."""
    trainer, update = specimen.trainer, specimen.update
    contents, flags = trainer.replay.contents, trainer.replay.ends(specimen.member)
    at = np.flatnonzero(flags.any(1))
    kinds = np.where(flags[at, 0], TERMINATED, TRUNCATED)
    oldest = contents.oldest
    return {
        "oldest": oldest,
        "size": contents.size,
        "ends": (at + oldest).tolist(),
        "kinds": kinds.tolist(),
        "words": _stored(contents, kinds),
        "batch": update.returns.numbers.tolist() if update else [],
    }


def _stored(contents: Contents, kinds: np.ndarray) -> str:
    """What is in the memory, and how its episodes ended."""
    if not contents.size:
        return _("The memory is empty.")
    told = [
        _(
            "{size:,} of {capacity:,} places are filled, with transitions {oldest:,} to "
            "{newest:,}.",
            size=contents.size,
            capacity=contents.capacity,
            oldest=contents.oldest,
            newest=contents.pushed - 1,
        ),
        _("Episodes that terminated: {count:,}.", count=int((kinds == TERMINATED).sum())),
        _(
            "Episodes that the time limit truncated: {count:,}.",
            count=int((kinds == TRUNCATED).sum()),
        ),
    ]
    return " ".join(told)


def _update(update: Update, chosen: int, specimen: Specimen) -> dict[str, Any]:
    spec, config = specimen.trainer.spec, specimen.trainer.configs[specimen.member]
    returns, i = update.returns, chosen
    told = [
        _(
            "Gradient update {number:,}, mean loss {loss} over {batch} transitions.",
            number=update.gradient_update,
            loss=exact(update.loss),
            batch=len(update.actions),
        ),
        _(
            "Transition {number:,}: “{action}”, reward {reward}.",
            number=int(returns.numbers[i]),
            action=_(spec.action_labels[update.actions[i]]),
            reward=exact(update.rewards[i]),
        ),
    ]
    words = [" ".join(told)]
    if returns.terminated[i]:
        words.append(_("This episode terminated here: no value of s′ is added."))
    elif returns.truncated[i]:
        words.append(
            _(
                "The time limit truncated this episode here. The state goes on in principle, so "
                "the value of s′ counts."
            )
        )
    return {
        "words": words,
        "lines": equations(update, i, config),
        "shares": _finite(update.shares),
        "names": [
            _("Transition {number:,}, TD error {error}", number=n, error=exact(error))
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
    return [
        [_(label), *map(exact, row)] for label, row in zip(spec.action_labels, rows, strict=True)
    ]


def _distributions(update: Update, i: int) -> list[list[list[float | None]]]:
    """Returns and probabilities of what was believed, and of what should have been."""
    if update.predicted is None or update.aimed_at is None:
        return []
    return [[_finite(part[i]) for part in each] for each in (update.predicted, update.aimed_at)]


def _finite(values: Sequence[float] | np.ndarray) -> list[float | None]:
    """As JSON has them, which knows no infinity."""
    return [float(value) if np.isfinite(value) else None for value in values]
