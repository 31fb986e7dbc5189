"""The race on the Train page: what is raced, which value leads, and what can be done about it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard.session.control_names import control_name
from dashboard.session.links import MEMBERS, written
from dashboard.session.race import MOST_VALUES, Arm, raceable
from dashboard.session.racing import end_race, go_on_alone, race_more_seeds, start_race
from dashboard.session.run import Run, Status
from dashboard.session.session import Session
from dashboard.session.turns import Turns
from dashboard.train_page.control import in_labels
from dashboard.train_page.picks import around
from dashboard.web.buttons import popover, primary_button, quiet_button
from dashboard.web.keys import widget_values
from dashboard.web.language import _, said, together
from dashboard.web.markup import plain
from dashboard.web.notices import tell_error
from dashboard.web.widgets import worded_key
from dqn_core import HYPERPARAMETERS
from dqn_core.base.errors import StoreError
from dqn_core.base.numbers import number
from dqn_core.comparison import (
    FEWEST_SEEDS,
    Comparison,
    Group,
    SeedRun,
    Standing,
    compare,
    seed_runs,
)
from dqn_core.configuration.members import differing
from dqn_core.sweeps.axis import separator
from dqn_core.verdict import basis_words, best_of_words, verdict_words

USUALLY_RACED = "gamma"


def race_button(session: Session) -> None:
    """What is to be raced, and the start of it."""
    names = [name for name in raceable() if name not in session.link.fixed_controls]
    if not names:
        return
    with st.container(key="race_popover", width="content"):
        # Another one for each run: it is closed when a race has begun, out of the curves' way.
        key = f"race_popover_{session.run.id}"
        popover(_("Race"), key, "sports_score", lambda: _what_to_race(session, names))


def _what_to_race(session: Session, names: Sequence[str]) -> None:
    st.caption(
        _(
            "Values of one hyperparameter train side by side, each with the same seeds, and each "
            "becomes a line with a band. The race is a run as any other."
        )
    )
    name = st.selectbox(
        _("Hyperparameter"),
        names,
        names.index(USUALLY_RACED) if USUALLY_RACED in names else 0,
        format_func=control_name,
        key=worded_key("race_name"),
    )
    values = _values_field(session, name)
    from_here = HYPERPARAMETERS[name].applies != "restart" and _begins_here(session)
    seeds = _seeds_field(session, from_here)
    primary_button(
        _("Start the race"),
        "start_race",
        "play_arrow",
        partial(_start, session, name, values, seeds, from_here),
    )
    if session.refused == "race":
        tell_error(in_labels(said(session.problem), session.named))


def _values_field(session: Session, name: str) -> str:
    """Where the values are typed; returns its key."""
    declared, value = HYPERPARAMETERS[name], getattr(session.config, name)
    between = separator(declared)
    key = f"race_values_{name}_{value}"
    st.text_input(
        _("Values"),
        f"{between} ".join(map(written, around(declared, value))),
        key=key,
        help=_(
            "At most {most}, with “{between}” between them. log:0.0001:0.01:5 stands for five "
            "values with equal ratios, lin:0.1:0.9:5 for five with equal distances.",
            most=MOST_VALUES,
            between=between,
        ),
    )
    if not declared.per_member:
        st.caption(_("These values cannot train side by side: each is a run, and they take turns."))
    return key


def _seeds_field(session: Session, from_here: bool) -> str:
    """How many seeds each value gets; returns its key."""
    key = f"race_seeds_{from_here}"
    st.number_input(
        _("Seeds of each value"),
        1,
        int(MEMBERS.high),
        session.run.trainer.members if from_here else max(FEWEST_SEEDS, session.link.members),
        key=key,
        disabled=from_here or "members" in session.link.fixed_controls,
        help=_(
            "With fewer than {fewest} a difference proves nothing. From the present state those of "
            "the run go on.",
            fewest=FEWEST_SEEDS,
        ),
    )
    return key


def _start(session: Session, name: str, values: str, seeds: str, from_here: bool) -> None:
    """With what the two fields hold by now: a text is often typed just before the click."""
    typed = widget_values()
    start_race(session, name, typed[values], int(typed[seeds]), from_here)


def _begins_here(session: Session) -> bool:
    """Whether the race begins at the present state: asked where that can be."""
    run = session.run
    all_go_on = len(run.trainer.going_on) == run.trainer.members
    if not run.trainer.env_step or session.turns.arms or not all_go_on:
        return False
    chosen = st.segmented_control(
        _("Begins"),
        (False, True),
        default=False,
        required=True,
        format_func=(_("at a fresh start"), _("at the present state")).__getitem__,
        key="race_begins",
        help=_(
            "A fresh start: step 0, with the values of the controls. The present state: each seed "
            "of the run goes on with each value, and they differ in nothing but that."
        ),
    )
    return bool(chosen)


def race(session: Session) -> None:
    """Which value leads in the race, how sure that is, and the buttons for what can be done."""
    turns = session.turns
    arms = turns.arms
    if not arms:
        return
    try:
        comparison = judged(turns)
    except StoreError as error:  # which may have the earlier rows of a long run alone
        tell_error(said(error))
        return
    ranked = ranking(arms, comparison)
    with st.container(border=True, key="race"):
        st.markdown(standing_words(turns, comparison, ranked))
        with st.container(horizontal=True, key="race_actions"):
            if turns.evidence and ranked:
                _with_the_leader(session, ranked[0][0])
            _extensions(session)
        going_on = [arm for arm in arms if turns.goes_on(arm)]
        with st.container(horizontal=True, vertical_alignment="center", key="race_arms"):
            for arm in arms:
                _arm(session, arm, len(going_on) > 1)


def judged(turns: Turns) -> Comparison:
    """What the values came to so far; seeds that have stopped are in no number."""
    counted = [_counted(run) for run in turns.runs]
    return compare([Group(tuple(counted[arm.run][p] for p in arm.members)) for arm in turns.arms])


def _counted(run: Run) -> list[SeedRun]:
    tables = {name: table.columns() for name, table in run.history.tables().items()}
    seeds = seed_runs(
        run.keeping.name,
        run.trainer.configs,
        run.trainer.env_step,
        episodes=tables["episodes"],
        evaluations=tables["evaluations"],
        changes=tables["changes"],
    )
    return [
        replace(seed, has_diverged=stop is not None)
        for seed, stop in zip(seeds, run.trainer.stops, strict=True)
    ]


def ranking(arms: Sequence[Arm], comparison: Comparison) -> list[tuple[Arm, Standing]]:
    """The values that have a number, the best one first."""
    found = [pair for pair in zip(arms, comparison.standings, strict=True) if len(pair[1].counted)]
    return sorted(found, key=lambda pair: -pair[1].interquartile_mean)


def standing_words(
    turns: Turns, comparison: Comparison, ranked: Sequence[tuple[Arm, Standing]]
) -> str:
    """Who leads, as Markdown: against the second one, with what that proves."""
    if not turns.evidence or not ranked:
        return _("No value leads yet. The first comparison comes with the first greedy evaluation.")
    (first, standing), *others = ranked
    words = _(
        "**{value} leads** with {score}.",
        value=plain(said(first.label)),
        score=number(standing.interquartile_mean),
    )
    if others:
        second, behind = others[0]
        pair = compare([behind.group, standing.group])
        words = together(words, plain(said(verdict_words(pair, second.label, first.label))))
    basis = together(said(basis_words(comparison)), said(best_of_words(len(ranked))))
    return f":material/sports_score: {words}  \n:small[{plain(basis)}]"


def _with_the_leader(session: Session, arm: Arm) -> None:
    label = plain(said(arm.label))
    quiet_button(
        _("Take {value} into the controls", value=label),
        "race_take",
        "tune",
        partial(session.prepare, arm.config, len(arm.members)),
        help=_("The controls take this value for the next run. The race does not change."),
    )
    if session.turns.goes_on(arm):
        quiet_button(
            _("Continue with {value} alone", value=label),
            "race_alone",
            "call_split",
            partial(go_on_alone, session, arm),
            help=_(
                "A new run that goes on from here with the seeds of this value. The race stays "
                "under Earlier runs."
            ),
        )


def _extensions(session: Session) -> None:
    run = session.run
    more = run.first_config.total_steps

    def more_steps() -> None:
        session.set("total_steps", run.config.total_steps + more)
        session.turns.start()

    quiet_button(
        _("{count:,} more steps", count=more),
        "race_steps",
        "add",
        more_steps,
        help=_("Raises the step budget, and trains."),
        disabled=session.for_next or session.turns.status is Status.FAILED,
    )
    if len(session.turns.runs) > 1 or differing(
        run.first_configs
    ):  # else it is a fork, which other seeds cannot be of
        quiet_button(
            _("More seeds"),
            "race_seeds",
            "casino",
            partial(race_more_seeds, session),
            help=_(
                "A new run of the same race, from step 0, with as many seeds after these. On the "
                "Compare page both runs together are one race."
            ),
        )
    quiet_button(
        _("End the race"),
        "race_end",
        "close",
        partial(end_race, session),
        help=_("A fresh run without a race. The race stays under Earlier runs."),
    )


def _arm(session: Session, arm: Arm, can_cancel: bool) -> None:
    """The way to stop one value, or why it stopped."""
    run = session.turns.runs[arm.run]
    if not session.turns.goes_on(arm):
        reasons = [stop.reason for p in arm.members if (stop := run.trainer.stops[p])]
        st.caption(
            _("{name}: {value}", name=plain(said(arm.label)), value=plain(said(reasons[0]))),
            width="content",
        )
    elif can_cancel and session.turns.status is not Status.FAILED:
        quiet_button(
            _("Stop {value}", value=plain(said(arm.label))),
            f"race_stop_{arm.position}",
            "stop_circle",
            partial(_cancel, session, arm),
            help=_("This value goes no further. The others do."),
        )


def _cancel(session: Session, arm: Arm) -> None:
    with session.refusals():
        session.turns.cancel(arm)
