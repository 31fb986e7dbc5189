"""Taking a configuration away and bringing one: the buttons above the controls, their dialogs."""

import json
import shlex
from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard.session.control_names import control_name
from dashboard.session.earlier import LEAVES
from dashboard.session.going_on import open_run
from dashboard.session.links import Link, written, written_race
from dashboard.session.pasting import MOST_CHARACTERS
from dashboard.session.run import Run, Status
from dashboard.session.session import Session
from dashboard.session.sharing import share_query, show_qr_code
from dashboard.session.turns import Turns
from dashboard.train_page.paper import filename
from dashboard.train_page.run_files import curves_zip, run_bytes, script
from dashboard.web.buttons import download_button, primary_button, quiet_button
from dashboard.web.copyable import copyable
from dashboard.web.keys import OPEN_DIALOG
from dashboard.web.language import _, said
from dashboard.web.notices import tell_error
from dashboard.web.widgets import worded_key
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.members import differing
from dqn_core.configuration.options import option
from dqn_core.presets import AUTO

BUTTONS = (
    (
        "copy",
        Phrase("Copy"),
        "content_copy",
        Phrase("The experiment as a link, a command and JSON"),
    ),
    (
        "paste",
        Phrase("Paste"),
        "content_paste",
        Phrase("Set the controls from what was copied"),
    ),
    (
        "files",
        Phrase("Files"),
        "save",
        Phrase("Save the run, its curves, its script; open a saved run"),
    ),
)


def tell_left_alone(session: Session) -> None:
    """Say which of the values that were to fill the controls a lesson has kept out."""
    if session.left_alone:
        names = _(", ").join(sorted(map(control_name, session.left_alone)))
        st.toast(
            _("Fixed in this lesson and left as it was: {names}.", names=names),
            icon=":material/lock:",
        )


def exchange_buttons(make_lesson: Callable[[], None]) -> None:
    """One button for each dialog, and the way to a lesson of this state."""
    with st.container(horizontal=True, gap="small", key="exchange"):
        for name, label, symbol, words in BUTTONS:
            quiet_button(_(label), f"open_{name}", symbol, partial(_open, name), help=_(words))
        quiet_button(
            _("Lesson"),
            "open_lesson",
            "school",
            make_lesson,
            help=_("Make a lesson that begins with these values: a task, what is hidden or locked"),
        )


def open_dialog(session: Session) -> None:
    """The dialog that is open; a run of the page in the meantime leaves it open."""
    match st.session_state.get(OPEN_DIALOG):
        case "copy":
            st.dialog(_("Copy the configuration"), on_dismiss=_close)(_copy)(session)
        case "paste":
            st.dialog(_("Paste a configuration"), on_dismiss=_close)(_paste)(session)
        case "files":
            st.dialog(_("Save or open a run"), on_dismiss=_close)(_files)(session)


def _open(name: str) -> None:
    st.session_state[OPEN_DIALOG] = name


def _close() -> None:
    st.session_state.pop(OPEN_DIALOG, None)


def _copy(session: Session) -> None:
    link = session.link
    if len(session.run.history.changes):
        st.info(
            _(
                "This starts with the present values at step 0. The script under Files repeats "
                "this run with its changes."
            ),
            icon=":material/info:",
        )
    st.markdown(_("**Link** that opens this experiment"))
    address = share_query(link.query)
    st.markdown(_("**Command** that trains it without a page"))
    copyable(_("command"), command_line(link), key="copy_command")
    st.markdown(_("**JSON**, every value"))
    copyable("JSON", json.dumps(link.config.to_dict(), indent=2), key="copy_json")
    st.markdown(_("**QR code** of the link"))
    show_qr_code(address)


def _paste(session: Session) -> None:
    text = st.text_area(
        _("Configuration"),
        key="pasted",
        height=220,
        max_chars=MOST_CHARACTERS,
        placeholder=_('{"gamma": 0.95, …} or http://…/?gamma=0.95 or python -m dqn_core train …'),
        help=_(
            "What Copy gives, as JSON, link or command, or what the command line prints with "
            "--json."
        ),
    )
    if session.run.status is not Status.READY:
        st.caption(
            _("The values are for the next run.")
            if session.for_next
            else _("The values apply to this run at once; this can be undone.")
        )
    if primary_button(_("Apply"), "use_pasted") and session.paste(text):
        tell_left_alone(session)
        _close()
        st.rerun()
    if session.refused == "paste":
        tell_error(session.problem)


def _files(session: Session) -> None:
    st.markdown(_("**Save** the run as it is at the click"))
    run = _run_to_save(session.turns)
    name = filename(run, session.link, foremost=differing(session.turns.configs))
    with st.container(horizontal=True):
        for kind, label, suffix, words, make in (
            (
                "run",
                _("Run (.safetensors)"),
                ".safetensors",
                _("The whole run: it can be opened and continued from there"),
                lambda: run_bytes(run),
            ),
            (
                "curves",
                _("Curves (.zip)"),
                ".zip",
                _("Every table of the history as CSV, with each seed's configuration"),
                lambda: curves_zip(run),
            ),
            (
                "script",
                _("Script (.py)"),
                ".py",
                _("Python that makes this run again, changes included"),
                lambda: script(run, session.link.preset),
            ),
        ):
            download_button(label, make, name + suffix, f"save_{kind}", help=words)
    file = st.file_uploader(_("**Open** a saved run"), key="open_run")
    if session.run.status is not Status.READY:
        st.caption(_(LEAVES))
    chosen = file and primary_button(_("Open and continue"), "use_opened")
    if file and chosen and open_run(session, file.name, file.getvalue()):
        _close()
        st.rerun()
    if session.refused == "open":
        tell_error(session.problem)


def _run_to_save(turns: Turns) -> Run:
    """The only one, or that of the chosen value of a race whose values take turns."""
    if len(turns.runs) == 1:
        return turns.first
    arms = turns.arms
    chosen: int = st.selectbox(
        _("Value of the race"),
        range(len(arms)),
        format_func=[said(arm.label) for arm in arms].__getitem__,
        key=worded_key("value_to_save"),
        help=_(
            "These values cannot train side by side. Each is a run of its own, with files of its "
            "own."
        ),
    )
    return turns.runs[arms[chosen].run]


def command_line(link: Link) -> str:
    """The command that trains the same experiment, with what differs from the preset.

    Of a race it is the sweep of its values.
    """
    words = ["python", "-m", "dqn_core"]
    words += ["sweep", "--set", written_race(link.race)] if link.race else ["train"]
    is_auto = link.preset == AUTO  # as it is where no preset is given
    words += [] if is_auto else ["--preset", link.preset]
    for name, value in (link.environment | link.differences).items():
        if isinstance(value, bool):
            words.append(option(name) if value else option(name).replace("--", "--no-", 1))
        elif written(value).startswith("-"):  # as a word of its own it would be an option
            words += [f"{option(name)}={written(value)}"]
        else:
            words += [option(name), written(value)]
    words += ["--seed", str(link.config.seed)]
    if link.members > 1 or link.race:
        words += ["--seeds", str(link.members)]
    return shlex.join(words)
