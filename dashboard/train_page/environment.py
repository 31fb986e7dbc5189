"""What stands below the environment's control: whose values it has, and the way to others."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard.session.environment import keep_own, offered_refill
from dashboard.session.filling import Refill
from dashboard.session.session import Session
from dashboard.session.words import named_value
from dashboard.train_page.grid import Grid
from dashboard.web.buttons import quiet_button
from dashboard.web.language import _, said
from dashboard.web.markup import plain
from dqn_core.presets import AUTO, PRESETS
from dqn_core.recommendation import untuned

MOST_NAMED = 3
"""Values of one's own that a sentence lists."""


def environment_notes(session: Session, grid: Grid) -> None:
    """One sentence where the values are not what a person may take them for."""
    env_id, preset = session.config.env_id, PRESETS[session.link.preset]
    if refill := offered_refill(session):
        words = plain(replaced_words(refill))
        grid.note(
            "replaced",
            partial(_offer, words, _("Keep mine"), "keep_own", partial(keep_own, session)),
        )
    elif not preset.follows_environment and env_id != preset.config.env_id:
        words = _(
            "The preset is “{preset}”, not what is recommended for {environment}.",
            preset=_(preset.label),
            environment=env_id,
        )
        use = partial(session.choose_preset, AUTO)
        is_free = "preset" not in session.link.fixed_controls
        label = _("Use {environment}'s", environment=env_id) if is_free else ""
        grid.note("other_preset", partial(_offer, plain(words), label, "use_recommended", use))
    if preset.follows_environment and (words := untuned(env_id, session.config.env_kwargs)):
        grid.note("untuned", partial(st.caption, plain(said(words))))


def replaced_words(refill: Refill) -> str:
    """Which values of one's own those of an environment have replaced."""
    before = refill.before
    own = [said(named_value(name, getattr(before.config, name))) for name in refill.replaced]
    named = own[:MOST_NAMED]
    if more := len(own) - len(named):
        named.append(_("{count} more", count=more))
    values = _(", ").join(named)
    if refill.preset:
        preset = _(PRESETS[refill.preset].label)
        values = (
            _("“{preset}” with {values}", preset=preset, values=values)
            if values
            else _("“{preset}”", preset=preset)
        )
    return _(
        "The values recommended for {environment} replaced {values}.",
        environment=refill.since.config.env_id,
        values=values,
    )


def _offer(words: str, label: str, key: str, use: Callable[[], None]) -> None:
    with st.container(gap=None):
        st.caption(words)
        if label:
            quiet_button(label, key, "undo", use)
