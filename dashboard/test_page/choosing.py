"""The boxes in which the agents to test are chosen, and the way in for a file."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.session.agents import Choice, Upload, available, read_upload
from dashboard.session.session import Session
from dashboard.web.language import _, said
from dashboard.web.notices import tell, tell_error
from dashboard.web.widgets import showing
from dqn_core import LabError
from dqn_core.base.phrases import Phrase


@dataclass
class Picks:
    """What a person has chosen; the boxes show it.

    ``picked`` are the agents by their box, "agent" and "beside". ``taken`` is the id of the last
    file that was looked at, with the sentence of its refusal; ``upload`` the last good one.
    """

    picked: dict[str, Choice] = field(default_factory=dict)
    upload: Upload | None = None
    taken: tuple[str, str] = "", ""

    def pick(self, place: str, choice: Choice | None) -> None:
        """What a box was set to."""
        if choice:
            self.picked[place] = choice
        else:
            self.picked.pop(place, None)

    def drop(self, place: str, wanted: dict[str, Choice]) -> None:
        """Forget what was ``wanted`` there, unless it was replaced meanwhile."""
        if self.picked.get(place) is wanted.pop(place, None):
            self.picked.pop(place, None)


def choose_agents(session: Session, picks: Picks) -> list[Choice]:
    """The agent to test, and the one beside it if there is one."""
    wanted = dict(picks.picked)  # first: meanwhile a newer run of the page may take a file in
    choices = available(session, picks.upload)
    if session.to_watch in choices:
        picks.picked["agent"] = wanted["agent"] = choices[session.to_watch]
    session.to_watch = ""
    _drop_what_is_gone(session, picks, wanted, choices)
    # Unless somebody has picked one, the run in training, once there is one.
    first = wanted["agent"].key if "agent" in wanted else next(iter(choices))
    where = choices[first].environment
    same = [key for key in choices if key != first and choices[key].environment == where]
    second = wanted["beside"].key if "beside" in wanted else None
    if second not in same:
        picks.drop("beside", wanted)
        second = None
    with st.container(horizontal=True, vertical_alignment="bottom", key="agents"):
        _box(picks, choices, "agent", _("Agent"), list(choices), first)
        _box(
            picks,
            choices,
            "beside",
            _("Compare with"),
            [None, *same],
            second,
            help=_(
                "A second agent that plays at the same time, from the same start: one that you "
                "train or upload, or an earlier state."
            ),
        )
    return [choices[key] for key in (first, second) if key is not None]


def _drop_what_is_gone(
    session: Session, picks: Picks, wanted: dict[str, Choice], choices: dict[str, Choice]
) -> None:
    present = {run.id for run in session.turns.runs}
    for place, choice in list(wanted.items()):
        if choice.key in choices:
            continue
        which = choice.in_training
        if which and which.moment == "passed" and which.run_id in present:
            choices[choice.key] = choice  # the run may have thinned it out meanwhile
            continue
        picks.drop(place, wanted)
        tell(
            _("“{agent}” is no longer there: the run was reset or undone.", agent=said(choice.name))
            if which
            else _("“{agent}” is no longer there.", agent=said(choice.name))
        )


def _box(
    picks: Picks,
    choices: dict[str, Choice],
    place: str,
    label: str,
    keys: list[str | None],
    key: str | None,
    **more: Any,
) -> None:
    st.selectbox(
        label,
        keys,
        keys.index(key),
        format_func=lambda key: said(choices[key].name) if key in choices else _("no other agent"),
        **showing(place, key, lambda key: picks.pick(place, choices.get(key))),
        **more,
    )


def upload_control(picks: Picks) -> None:
    """Take in an agent or a run; a refusal is one sentence, and what was loaded before stays.

    To be drawn before the agents are chosen. Not in a callback: one that another request of the
    page cuts short is not called again, whereas a file that was not taken yet is taken by the next
    run that sees it.
    """
    # Of any name: what it is, is seen when it is read. The same holds for each field of files.
    file = st.file_uploader(_("A saved agent or run (.safetensors)"), key="upload_file")
    if file is None:
        return
    taken, problem = picks.taken
    if file.file_id != taken:
        problem = ""
        try:
            upload = read_upload(file.file_id, file.name, file.getvalue())
            picks.upload = upload
            picks.picked["agent"] = upload.choices()[0]
        except LabError as error:
            problem = Phrase(
                "{file} was not loaded. {reason}.", file=file.name, reason=error.phrase
            )
        # Last: up to here it is done again. In one: an older run, without the file, may still end.
        picks.taken = file.file_id, problem
    if problem:
        tell_error(problem)
