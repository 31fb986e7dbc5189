"""The boxes in which the agents to test are chosen, and the way in for a file."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import streamlit as st

from dashboard.session.agents import OF_THE_RUN, Choice, Upload, available, read_upload
from dashboard.session.session import Session
from dashboard.web.notices import tell, tell_error
from dashboard.web.widgets import key_showing, on_change
from dqn_core import LabError

UPLOAD_TYPES = ["safetensors"]


@dataclass
class Picks:
    """What a person has chosen; the boxes show it.

    ``picked`` are the names of the agents by their box, "agent" and "beside"; ``kept`` are earlier
    states among them, which the run may have thinned out meanwhile. ``taken`` is the id of the
    last file that was looked at, with the sentence of its refusal; ``upload`` the last good one.
    """

    picked: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Choice] = field(default_factory=dict)
    upload: Upload | None = None
    taken: tuple[str, str] = "", ""


def choose_agents(session: Session, picks: Picks) -> list[Choice]:
    """The agent to test, and the one beside it if there is one."""
    picked, kept = picks.picked, picks.kept
    wanted = dict(picked)  # first: meanwhile a newer run of the page may take a file in
    choices = available(session, picks.upload)

    def drop(place: str) -> None:
        if picked.get(place) == wanted.pop(place, None):
            picked.pop(place, None)

    for name, choice in list(kept.items()):
        if name in wanted.values() and choice.origin and choice.origin.run_id == session.run.id:
            choices.setdefault(name, choice)
        else:
            kept.pop(name, None)
    for place, name in list(wanted.items()):
        if name not in choices:
            drop(place)
            why = ": the run was reset or undone" if name.startswith(OF_THE_RUN) else ""
            tell(f"“{name}” is no longer there{why}.")

    def pick(place: str, name: str | None) -> None:
        if name is None or name not in choices:
            picked.pop(place, None)
            return
        picked[place] = name
        origin = choices[name].origin
        if origin and origin.moment == "passed":
            kept[name] = choices[name]

    def box(place: str, label: str, names: list[str | None], name: str | None, **more: Any) -> None:
        key = key_showing(place, name)
        st.selectbox(
            label,
            names,
            names.index(name),
            key=key,
            on_change=on_change(key, partial(pick, place)),
            **more,
        )

    # Unless somebody has picked one, the run in training, once there is one.
    first = wanted.get("agent", next(iter(choices)))
    same = [n for n in choices if n != first and choices[n].env_id == choices[first].env_id]
    second = wanted.get("beside")
    if second not in same:
        drop("beside")
        second = None
    with st.container(horizontal=True, vertical_alignment="bottom", key="agents"):
        box("agent", "Agent", list(choices), first)
        box(
            "beside",
            "Compare with",
            [None, *same],
            second,
            format_func=lambda name: name or "no other agent",
            help="A second agent that plays at the same time, from the same start: one that you "
            "train or upload, or an earlier state.",
        )
    return [choices[name] for name in (first, second) if name is not None]


def upload_control(picks: Picks) -> None:
    """Take in an agent or a run; a refusal is one sentence, and what was loaded before stays.

    To be drawn before the agents are chosen. Not in a callback: one that another request of the
    page cuts short is not called again, whereas a file that was not taken yet is taken by the next
    run that sees it.
    """
    file = st.file_uploader(
        "A saved agent or run (.safetensors)", type=UPLOAD_TYPES, key="upload_file"
    )
    if file is None:
        return
    taken, problem = picks.taken
    if file.file_id != taken:
        problem = ""
        try:
            upload = read_upload(file.file_id, file.name, file.getvalue())
            picks.upload = upload
            picks.picked["agent"] = upload.choices()[0].name
        except LabError as error:
            problem = f"{file.name} was not loaded. {error}"
        # Last: up to here it is done again. In one: an older run, without the file, may still end.
        picks.taken = file.file_id, problem
    if problem:
        tell_error(problem)
