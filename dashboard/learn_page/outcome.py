"""What happened in an experiment, beside what was predicted, and why."""

from collections.abc import Sequence

import streamlit as st

from dashboard.learn_page.arms import Arms
from dashboard.learn_page.experiment_chart import heading
from dashboard.web.language import _, said
from dashboard.web.markup import plain
from dqn_core.base.numbers import number
from dqn_core.comparison import Standing
from dqn_core.experiments.experiment import Experiment
from dqn_core.experiments.judging import Finding
from dqn_core.verdict import verdict_words


def outcome(arms: Arms, answer: int) -> None:
    """The chosen answer and the right one, each arm's number, each claim, and the reason."""
    experiment, found = arms.experiment, arms.findings()
    prediction(experiment, answer)
    st.markdown(arms_table(experiment, found))
    for finding in found:
        st.markdown(_claim(experiment, finding))
    st.subheader(_("Why"), anchor=False)
    st.markdown(_(experiment.why))


def prediction(experiment: Experiment, answer: int) -> None:
    """Whether the chosen answer is the right one."""
    chosen = experiment.answers[answer]
    if chosen.is_right:
        words = _("You predicted it: {answer}", answer=_(chosen.label))
        st.success(words, icon=":material/check:")
        return
    right = next(other for other in experiment.answers if other.is_right)
    told = [
        _("You predicted: {answer}", answer=_(chosen.label)),
        _("Ten other seeds have shown: {answer}", answer=_(right.label)),
    ]
    st.info("\n\n".join(told), icon=":material/lightbulb:")


def arms_table(experiment: Experiment, found: Sequence[Finding]) -> str:
    """Each arm's number over its seeds, in the order of the arms."""
    standings: dict[str, Standing] = {}
    for finding in found:
        pair = (finding.effect.less, finding.effect.more)
        standings |= dict(zip(pair, finding.comparison.standings, strict=True))
    measure = heading(experiment.measure)
    told = (
        _("{measure}, mean over the whole run", measure=measure)
        if experiment.measure.metric == "area"
        else _("{measure}, at the end of the run", measure=measure)
    )
    rows = [
        f"| {_('Arm')} | {told} | {_('95 % interval')} |",
        "| --- | ---: | ---: |",
    ]
    for arm in experiment.arms:
        standing = standings[arm.id]
        low, high = standing.interval
        interval = _("{low} to {high}", low=number(low), high=number(high))
        mean = number(standing.interquartile_mean)
        rows.append(f"| {plain(_(arm.label))} | {mean} | {interval} |")
    return "\n".join(rows)


def _claim(experiment: Experiment, finding: Finding) -> str:
    """What the pairs of seeds say of a claim."""
    arms = (experiment.arm(name) for name in (finding.effect.less, finding.effect.more))
    less, more = (f"“{_(arm.label)}”" for arm in arms)
    words = verdict_words(finding.comparison, less, more)
    return plain(said(words) or _("No seed has a number to compare."))
