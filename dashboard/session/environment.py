"""Choosing the environment of a session: its values come with it, and one's own can be put back."""

from collections.abc import Callable
from functools import partial

from dashboard.session.controls_of_run import with_values_of
from dashboard.session.filling import Refill, filled, moved
from dashboard.session.run import Status
from dashboard.session.session import Session
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.configuration.keyword_arguments import divided
from dqn_core.environments.modules import import_typed
from dqn_core.presets import AUTO, PRESETS


def choose_environment(session: Session, typed: str, may_import: bool = False) -> None:
    """Train in another environment, with the values that are recommended for it.

    It may be typed with arguments, as ``FrozenLake-v1(map_name=8x8)``.

    The seed stays, and what a lesson fixes; so does a preset that has values for each environment.
    If a lesson fixes a preset of one environment, all values stay. A run that was begun goes on
    as it is: the values are those of the next run. With ``may_import`` a module that it names is
    imported, because the person at this machine typed it.
    """

    def chosen() -> tuple[str, str]:
        env_id, arguments = divided(typed)
        if may_import:
            import_typed(env_id)
        return env_id, str(HYPERPARAMETERS["env_kwargs"].parsed(arguments))

    _move(session, "env_id", chosen)


def choose_arguments(session: Session, text: str) -> None:
    """As `choose_environment`: the same one, made with the arguments that a person typed."""
    declared = HYPERPARAMETERS["env_kwargs"]
    _move(session, "env_kwargs", lambda: (session.config.env_id, str(declared.parsed(text))))


def _move(session: Session, control: str, chosen: Callable[[], tuple[str, str]]) -> None:
    shown, was_for_next = session.link, session.for_next
    session.choose_next(was_for_next or session.turns.status is not Status.READY)
    follows = PRESETS[shown.preset].follows_environment
    stays = "preset" in shown.fixed_controls and not follows
    name = shown.preset if follows else AUTO
    fill = partial(moved, shown) if stays else partial(filled, shown, name)
    session.adopt(control, lambda: fill(*chosen()))
    if session.problem:
        session.choose_next(was_for_next)
    else:
        session.refill = Refill(shown, session.link)


def offered_refill(session: Session) -> Refill | None:
    """The values that choosing the environment has replaced, as long as they can be put back.

    None once other values were set since, or the run has begun.
    """
    refill = session.refill
    if refill is None or not (session.for_next or session.turns.status is Status.READY):
        return None
    is_present = session.config == refill.since.config
    return refill if is_present and (refill.replaced or refill.preset) else None


def keep_own(session: Session) -> None:
    """Put back what choosing the environment has replaced."""
    if refill := offered_refill(session):
        kept = partial(moved, refill.before, session.config.env_id, session.config.env_kwargs)
        session.adopt("env_id", lambda: with_values_of(session.link, kept()))
