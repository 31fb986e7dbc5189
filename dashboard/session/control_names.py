"""Controls by the names that the pages give them."""

import re

from dashboard.session.links import GROUPS
from dashboard.web.language import _
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.configuration.hyperparameter import GROUP_LABELS

_OTHERS = {"preset": Phrase("Preset"), "members": Phrase("Seeds side by side")}
"""Controls that are no hyperparameters."""


def control_name(name: str) -> str:
    """A control or a group as the page calls it."""
    if name in GROUPS:
        return _("All of “{group}”", group=_(GROUP_LABELS[name]))
    if name in _OTHERS:
        return _(_OTHERS[name])
    declared = HYPERPARAMETERS[name]
    label = _(declared.label)
    is_said = not declared.symbol or declared.symbol in re.split(r"\W", label)
    return label if is_said else f"{label} {declared.symbol}"
