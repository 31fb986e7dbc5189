"""Controls made from the configuration: one for each hyperparameter, in the order of the loop."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import streamlit as st

from dashboard.session.control_names import control_name
from dashboard.session.links import MEMBERS, MOST_MEMBERS, Link
from dashboard.session.run import Status
from dashboard.session.session import Session
from dashboard.train_page.control import control, notes
from dashboard.train_page.exchange import exchange_buttons, open_dialog
from dashboard.train_page.grid import Grid
from dashboard.web.buttons import quiet_button
from dashboard.web.keys import UNFOLDED, kept
from dashboard.web.language import _, n_, together
from dashboard.web.number_box import number_box
from dashboard.web.widgets import showing
from dqn_core import HYPERPARAMETERS, PRESETS
from dqn_core.configuration.hyperparameter import GROUP_LABELS, Group, Hyperparameter
from dqn_core.presets import OF_CARTPOLE

GROUP_SYMBOLS: dict[Group, str] = {
    "environment": "sports_esports",
    "explore": "explore",
    "remember": "database",
    "learn": "school",
    "target": "adjust",
    "network": "hub",
    "budget": "timer",
}
APPLIES_SYMBOLS: dict[str, str] = {"next episode": "update", "restart": "restart_alt"}
LOCK_SYMBOL = "lock"
DIFFERS_MARK = "●"


def sidebar(session: Session, make_lesson: Callable[[], None]) -> None:
    """All controls of the session, in the sidebar; ``make_lesson`` leads to a lesson of them.

    They are the cells of one grid, laid out by their keys in `assets/train/train.css`: a row
    holds a slider and its box, or a widget beside its own label, and the way back to the preset. A
    container for each row would cost much: at each refresh the browser goes through every element
    and every container of the page several times.
    """
    hidden = session.link.hidden_controls
    grid = Grid()
    with st.sidebar:
        exchange_buttons(make_lesson)
        _which_run(session)
        with st.container(key="controls"):
            if "preset" not in hidden:
                _preset(session, grid)
            for group, symbol in GROUP_SYMBOLS.items():
                declared = [
                    h for h in HYPERPARAMETERS.values() if h.group == group and h.name not in hidden
                ]
                if declared or (group == MEMBERS.group and "members" not in hidden):
                    _group(session, grid, group, symbol, declared)
            st.caption(
                _(
                    "A change applies at once, with :material/{episode}: at the next episode, with "
                    ":material/{reset}: at the next reset. :orange[{mark}] marks a value that "
                    "differs from the preset.",
                    episode=APPLIES_SYMBOLS["next episode"],
                    reset=APPLIES_SYMBOLS["restart"],
                    mark=DIFFERS_MARK,
                )
            )
            grid.draw_the_rest()
            st.html(f"<style>{_marks(session.link)} {grid.places}</style>")
    open_dialog(session)


def controls_of(session: Session, names: Iterable[str]) -> None:
    """The controls of these hyperparameters alone, where the caller is."""
    grid = Grid()
    with st.container(key="controls"):
        for name in names:
            control(session, grid, HYPERPARAMETERS[name])
        grid.draw_the_rest()
        st.html(f"<style>{_marks(session.link)} {grid.places}</style>")


def _which_run(session: Session) -> None:
    """Whether a value that is changed reaches the run that was begun, or waits for the next one."""
    st.segmented_control(
        _("The controls are for"),
        (False, True),
        default=session.for_next,
        required=True,
        format_func=(_("this run"), _("the next run")).__getitem__,
        help=_(
            "This run: changes apply to the present run and can be undone. The next run: the "
            "present run does not change; Reset ends it and begins the next one. Both sets of "
            "values are kept."
        ),
        disabled=session.run.status is Status.READY,
        **showing("which_run", session.for_next, session.choose_next),
    )


def _preset(session: Session, grid: Grid) -> None:
    """The preset, how much of it was changed, and the way back to it."""
    changed = len(session.link.differences.keys() - session.link.fixed_controls)
    label = _(PRESETS[session.link.preset].label)
    # Once values were changed no preset is chosen, so that every preset can be chosen again.
    chosen = None if changed else session.link.preset

    def choose(name: str | None) -> None:
        if name:
            session.choose_preset(name)

    grid.next_row()
    # CartPole's values are offered by the environment: by their name they come with a link.
    names = [name for name in PRESETS if name != OF_CARTPOLE or name == session.link.preset]
    st.selectbox(
        _("Preset"),
        names,
        names.index(chosen) if chosen else None,
        format_func=lambda name: _(PRESETS[name].label),
        placeholder=_("{preset} · {count} changed", preset=label, count=changed),
        help=_presets_help(names),
        disabled="preset" in session.link.fixed_controls,
        **showing("control_preset", chosen, choose),
    )
    if changed:
        words = n_(
            "Put {count} value back to the preset", "Put {count} values back to the preset", changed
        )
        grid.way_back("all", words, partial(session.choose_preset, session.link.preset))
    notes(session, grid, "preset")


def _presets_help(names: Iterable[str]) -> str:
    """What choosing a preset does, and what each of them is for."""
    described = (
        _("{name}: {value}", name=_(PRESETS[name].label), value=_(PRESETS[name].description))
        for name in names
    )
    does = _(
        "Sets every control except the seed. A run in training gets the values at once; this can "
        "be undone."
    )
    return together(does, *described)


def _group(
    session: Session, grid: Grid, group: Group, symbol: str, declared: list[Hyperparameter]
) -> None:
    """The controls of one group; its title shows the rarer ones, in sight of how many differ."""
    unfolded = kept(UNFOLDED, set[str])
    rare = [h for h in declared if h.rare]
    grid.next_row()
    if rare:
        differing = sum(h.name in session.link.differences for h in rare)
        quiet_button(
            f"**{_(GROUP_LABELS[group])}** · {_rare_words(rare, differing, group in unfolded)}",
            f"more_{group}",
            symbol,
            partial(unfolded.symmetric_difference_update, {group}),
        )
    else:
        st.markdown(f":material/{symbol}: **{_(GROUP_LABELS[group])}**")
    for hyperparameter in declared:
        if not hyperparameter.rare:
            control(session, grid, hyperparameter)
    if group == MEMBERS.group and "members" not in session.link.hidden_controls:
        _members(session, grid)
    if group in unfolded:
        for hyperparameter in rare:
            control(session, grid, hyperparameter)
    else:
        for hyperparameter in rare:
            notes(session, grid, hyperparameter.name)


def _rare_words(rare: Sequence[Hyperparameter], differing: int, are_shown: bool) -> str:
    """How many rarer controls a group's title shows, or that it puts them away."""
    if are_shown:
        return _("fewer")
    if differing:
        return _("{count} more, {changed} changed", count=len(rare), changed=differing)
    return _("{count} more", count=len(rare))


def _members(session: Session, grid: Grid) -> None:
    """How many agents train side by side."""
    grid.next_row()
    number_box(
        control_name("members"),
        "control_members",
        session.link.members,
        partial(session.set_typed, "members"),
        help=_(
            "Number of agents that train side by side, with consecutive seeds. The curve then "
            "shows their interquartile mean and its interval. Range: 1 to {most}. A change applies "
            "at the next reset.",
            most=MOST_MEMBERS,
        ),
        disabled="members" in session.link.fixed_controls,
    )
    notes(session, grid, "members")


def _marks(link: Link) -> str:
    """Style rules for what stands behind the labels: when a change applies, if a value differs.

    In the labels themselves it would be read out as markup.
    """
    symbols = {
        name: APPLIES_SYMBOLS[h.applies]
        for name, h in HYPERPARAMETERS.items()
        if h.applies in APPLIES_SYMBOLS
    }
    symbols |= {"members": APPLIES_SYMBOLS["restart"]}
    symbols |= dict.fromkeys(link.fixed_controls, LOCK_SYMBOL)
    marks = [(name, "applies", symbol) for name, symbol in symbols.items()]
    marks += [(name, "differs", DIFFERS_MARK) for name in link.differences]
    rules = (
        f'.st-key-control_{name}, [class*="st-key-control_{name}-"] {{ --{kind}: "{mark}"; }}'
        for name, kind, mark in marks
    )
    return " ".join(rules)
