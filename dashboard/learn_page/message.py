"""What `microscope.js` shows: the copy of a run in its four places."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from dashboard.learn_page.equations import Equation, equations, exact
from dashboard.learn_page.networks import BothNetworks, networks
from dashboard.learn_page.world import WorldShown, pictures, world
from dashboard.session.few import best_of, more
from dashboard.session.race import member_words
from dashboard.session.run import Run
from dashboard.session.stage import picture
from dashboard.web.envelope import packed
from dashboard.web.language import _, said, together
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.masks import shown
from dqn_core.microscope.specimen import Specimen
from dqn_core.microscope.update import Update
from dqn_core.samplers import Contents

TERMINATED, TRUNCATED = 1, 2


class MemoryShown(TypedDict):
    """What is stored, by the transitions' numbers; each of the ``ends`` of an episode has its
    kind."""

    oldest: int
    size: int
    ends: list[int]
    kinds: list[int]
    words: str
    batch: list[int]


class ValuesShown(TypedDict):
    """Each action's name and what the networks say of it; the action taken, and the best one in
    s′."""

    actions: list[list[str]]
    taken: int
    best: int


class UpdateShown(ValuesShown):
    """A gradient update, of the transition that is chosen; of the whole batch its transitions'
    names, and their shares of the draw."""

    words: list[str]
    lines: list[Equation]
    shares: list[float | None]
    names: list[str]
    distributions: list[tuple[list[float], list[float]]]
    spread: str


class MicroscopeAnswer(TypedDict):
    """The copy of a run in its four places. Bodies: the pictures as PNG, whose sizes are
    ``pngs``."""

    about: str
    problem: str
    notice: str
    is_complete: bool
    is_following: bool
    can_go_back: bool
    can_go_forward: bool
    chosen: int
    world: WorldShown
    memory: MemoryShown
    networks: BothNetworks | None
    copied: str
    update: UpdateShown | None
    waiting: str
    pngs: list[int]


class MicroscopeFailure(TypedDict):
    """Why there is no copy."""

    failure: str


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
    views = pictures(specimen)
    pngs = [picture(trainer.spec, view.state) for view in views]
    header: MicroscopeAnswer = {
        "about": _about(specimen, run, is_following),
        "problem": said(problem),
        "notice": said(trainer.notice),
        "is_complete": is_complete,
        "is_following": is_following,
        "can_go_back": specimen.can_go_back,
        "can_go_forward": specimen.can_go_forward,
        "chosen": chosen,
        "world": world(specimen, views, chosen),
        "memory": _memory(specimen),
        "networks": networks(update, chosen) if update else None,
        "copied": _copied() if specimen.has_copied else "",
        "update": _update(update, chosen, specimen) if update else None,
        "waiting": "" if update else _waiting(trainer.config.learning_starts, is_complete),
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
    now = run.trainer.env_step
    if is_following and now:
        told.append(_("This is a copy of the run on the Train page: nothing here moves the run."))
    else:
        told.append(_("This is a copy: the run on the Train page is at {step:,}.", step=now))
    return together(*told)


def _waiting(learning_starts: int, is_complete: bool) -> str:
    """What stands in place of the first update."""
    if is_complete:
        return _("No update was made here yet: press Update.")
    return _(
        "The first update comes at environment step {step:,}: until then transitions are "
        "collected for it.",
        step=learning_starts,
    )


def _copied() -> str:
    return _("The target network has just been moved: θ⁻ ← θ⁻ + τ (θ − θ⁻).")


def _memory(specimen: Specimen) -> MemoryShown:
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
    return together(*told)


def _update(update: Update, chosen: int, specimen: Specimen) -> UpdateShown:
    spec, config = specimen.trainer.spec, specimen.trainer.configs[specimen.member]
    returns, i = update.returns, chosen
    told = [
        _(
            "Gradient update {number:,}, mean loss {loss} over {batch} transitions.",
            number=update.gradient_update,
            loss=exact(update.loss),
            batch=len(update.actions),
        ),
        _transition(update, i, _(spec.action_labels[update.actions[i]])),
    ]
    words = [together(*told)]
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
        **_values(update, i, spec),
        "distributions": _distributions(update, i),
        "spread": _spread(update, i),
    }


def _transition(update: Update, i: int, action: str) -> str:
    number, rewards = int(update.returns.numbers[i]), exact(update.rewards[i])
    steps = int(update.returns.n_steps[i])
    if steps == 1:
        return _(
            "Transition {number:,}: “{action}”, reward {reward}.",
            number=number,
            action=action,
            reward=rewards,
        )
    return _(
        "Transition {number:,}: “{action}”, discounted rewards of {steps} steps {rewards}.",
        number=number,
        action=action,
        steps=steps,
        rewards=rewards,
    )


def _values(update: Update, i: int, spec: EnvironmentSpec) -> ValuesShown:
    """Each action with what the networks say of it, of s and of s′, where it is allowed."""
    here = None if update.allowed is None else update.allowed[i]
    there = None if update.next_allowed is None else update.next_allowed[i]
    columns = [shown(update.q[i], here), shown(update.next_q[i], there)]
    if update.choosing_q is not None:
        columns.append(shown(update.choosing_q[i], there))
    taken, best = int(update.actions[i]), int(update.best[i])
    actions = best_of(columns[0], taken, best)
    rows = [
        [_(spec.action_labels[action]), *(exact(column[action]) for column in columns)]
        for action in actions
    ]
    if others := more(spec.n_actions - len(actions)):
        rows.append([others, *("" for _column in columns)])
    return {"actions": rows, "taken": actions.index(taken), "best": actions.index(best)}


def _distributions(update: Update, i: int) -> list[tuple[list[float], list[float]]]:
    """Returns and probabilities of what was believed, and of what should have been, if finite."""
    if update.predicted is None or update.aimed_at is None:
        return []
    both = [
        (returns[i].tolist(), probabilities[i].tolist())
        for returns, probabilities in (update.predicted, update.aimed_at)
    ]
    return both if np.isfinite(both).all() else []


def _spread(update: Update, i: int) -> str:
    """The two distributions in words, for those who cannot see them."""
    if update.predicted is None or update.aimed_at is None:
        return ""
    believed, target = (
        _most_of(returns[i], probabilities[i])
        for returns, probabilities in (update.predicted, update.aimed_at)
    )
    return _(
        "Eight of ten returns lie between {low} and {high} as it was believed, and between "
        "{target_low} and {target_high} in the target.",
        low=exact(believed[0]),
        high=exact(believed[1]),
        target_low=exact(target[0]),
        target_high=exact(target[1]),
    )


def _most_of(returns: np.ndarray, probabilities: np.ndarray) -> tuple[float, float]:
    """The returns that a tenth lies below, and a tenth above."""
    order = returns.argsort()
    below = probabilities[order].cumsum() / probabilities.sum()
    low, high = returns[order][np.searchsorted(below, (0.1, 0.9)).clip(max=len(order) - 1)]
    return float(low), float(high)


def _finite(values: Sequence[float] | np.ndarray) -> list[float | None]:
    """As JSON has them, which knows no infinity."""
    return [float(value) if np.isfinite(value) else None for value in values]
