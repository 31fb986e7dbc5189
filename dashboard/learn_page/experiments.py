"""Experiments that fail on purpose: a question, a prediction, arms that train side by side."""

import inspect
from functools import partial

import streamlit as st

from dashboard.learn_page.drawing import drawn_curve
from dashboard.learn_page.experiment_chart import experiment_chart
from dashboard.learn_page.experiments_state import ExperimentsState
from dashboard.learn_page.outcome import outcome
from dashboard.learn_page.page_state import page_state
from dashboard.session.run import Status
from dashboard.session.session import Session
from dashboard.session.words import named_value
from dashboard.web.buttons import button, primary_button
from dashboard.web.language import _, said, together
from dashboard.web.markup import plain
from dashboard.web.notices import tell, tell_error
from dashboard.web.widgets import showing
from dqn_core.base.errors import LabError
from dqn_core.base.phrases import Phrase
from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.experiments.experiment import Arm, Experiment

PAUSED = Phrase("Paused for an experiment on the Learn page.")


def experiments(session: Session) -> None:
    """The section on the Learn page."""
    state = page_state().experiments
    drawn = state.arms.state if state.arms else ""
    with st.container(key="experiments"):
        _choice(state)
        _shown(session, state)
    if state.arms and state.arms.state != drawn:
        st.rerun()


def _shown(session: Session, state: ExperimentsState) -> None:
    """The experiment that was chosen, from its question to what happened."""
    experiment = state.experiment
    st.header(_(experiment.title), anchor=False)
    st.markdown(_(experiment.question))
    _arms(experiment)
    _prediction(state)
    _controls(session, state)
    _messages(session, state)
    if arms := state.shown_arms:
        experiment_chart(session, arms, state.drawings.get(experiment.id))
        if arms.is_over:
            outcome(arms, state.answers[experiment.id])


def _choice(state: ExperimentsState) -> None:
    st.markdown(
        _(
            "Each experiment goes wrong on purpose: say what you expect, then let it train. Some "
            "have a mistake of the notebook that this project began with."
        )
    )
    names = list(EXPERIMENTS)
    st.selectbox(
        _("Experiment"),
        names,
        index=names.index(state.shown),
        format_func=lambda name: f"{names.index(name) + 1}. {_(EXPERIMENTS[name].title)}",
        **showing("experiment", state.shown, state.show),
    )


def _arms(experiment: Experiment) -> None:
    """What trains side by side, and what is wrong in it."""
    st.markdown("\n".join(f"- {_arm_words(arm)}" for arm in experiment.arms))
    for arm in experiment.arms:
        if arm.defect:
            module = inspect.getmodule(arm.defect)
            with st.expander(_("The defect in “{arm}”, as code", arm=plain(_(arm.label)))):
                st.code(inspect.getsource(module) if module else "", language="python")


def _arm_words(arm: Arm) -> str:
    values = _(", ").join(named_value(name, value) for name, value in arm.changes.items())
    says_it = values == arm.label.replace(" = ", " ")  # as “γ = 0.5” does
    return f"**{plain(_(arm.label))}**" + (f" ({plain(values)})" if values and not says_it else "")


def _prediction(state: ExperimentsState) -> None:
    """The question's answers, and the axes where a curve is asked for."""
    experiment = state.experiment
    answer = state.answers.get(experiment.id)
    has_begun = state.shown_arms is not None
    st.radio(
        _("What do you expect?"),
        range(len(experiment.answers)),
        index=answer,
        format_func=lambda position: _(experiment.answers[position].label),
        disabled=has_begun,
        **showing(f"answer_{experiment.id}", answer, state.answer),
    )
    if experiment.drawing and not has_begun:
        arm = experiment.arm(experiment.drawing.arm)
        st.markdown(
            _(
                "Draw what you expect of “{arm}” over the steps: {measure}.",
                arm=plain(_(arm.label)),
                measure=_(experiment.measure.label),
            )
        )
        heights = state.drawings.get(experiment.id)
        drawn_curve(experiment.drawing, experiment.config.total_steps, heights, state.draw)


def _controls(session: Session, state: ExperimentsState) -> None:
    """Start, pause, and the ways to begin anew."""
    arms = state.shown_arms
    with st.container(horizontal=True, vertical_alignment="center", key="experiment_controls"):
        if arms is None:
            _start(session, state)
        elif arms.turns.is_active:
            primary_button(_("Pause"), "experiment_pause", "pause", arms.turns.pause)
        elif not arms.is_over:
            primary_button(
                _("Resume"), "experiment_resume", "play_arrow", partial(_resume, session, state)
            )
        if arms and not arms.turns.is_active:
            _ways_to_begin_anew(session, state, arms.seeds[-1] + 1)
    if arms:
        st.caption(
            _(
                "An experiment is kept nowhere: after a reload of the page it has to begin again. "
                "Your prediction stays in the address."
            )
        )


def _start(session: Session, state: ExperimentsState) -> None:
    words = _("Trains all arms side by side, with five seeds each. The Train page's run pauses.")
    has_predicted, begin = state.has_predicted, partial(_begin, session, state)
    primary_button(
        _("Start"), "experiment_start", "play_arrow", begin, help=words, disabled=not has_predicted
    )
    if not has_predicted:
        is_drawn = state.experiment.drawing is not None
        st.caption(
            _("Choose an answer and draw a curve, then start.")
            if is_drawn
            else _("Choose an answer, then start.")
        )


def _ways_to_begin_anew(session: Session, state: ExperimentsState, next_seed: int) -> None:
    button(
        _("Again, with other seeds"),
        "experiment_again",
        "casino",
        partial(_begin, session, state, next_seed),
    )
    button(_("Predict anew"), "experiment_anew", "restart_alt", partial(_forget, session, state))


def _begin(session: Session, state: ExperimentsState, first_seed: int = 0) -> None:
    state.problem = ""
    try:
        arms = state.begin(first_seed)
    except LabError as error:
        state.problem = error.phrase
        return
    session.train_beside(arms.turns, PAUSED)
    arms.turns.start()


def _forget(session: Session, state: ExperimentsState) -> None:
    if state.arms and session.beside is state.arms.turns:  # not what another page began since
        session.beside = None
    state.forget()


def _resume(session: Session, state: ExperimentsState) -> None:
    if arms := state.arms:
        session.train_beside(arms.turns, PAUSED)
        arms.turns.start()


def _messages(session: Session, state: ExperimentsState) -> None:
    """What the person should know now."""
    if state.problem:
        tell_error(state.problem)
    if arms := state.shown_arms:
        for run in arms.runs.values():
            if run.status is Status.FAILED:
                tell_error(run.message)
            elif run.stopped:
                st.warning(plain(together(*map(said, run.stopped))), icon=":material/warning:")
        if arms.turns.is_active and session.turns.is_active:
            _waits_for_the_run(session)
        elif arms.message:
            tell(arms.message)


def _waits_for_the_run(session: Session) -> None:
    """A session trains one thing at a time, and a run that was started comes first."""
    with st.container(
        horizontal=True,
        wrap=False,
        gap="xsmall",
        vertical_alignment="center",
        key="experiment_waits",
    ):
        tell(_("The experiment stands still while the run on the Train page trains."))
        button(_("Pause that run"), "pause_the_run", "pause", partial(session.turns.pause, PAUSED))
