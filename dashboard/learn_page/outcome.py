"""What happened in an experiment, beside what was predicted, and why."""

from collections.abc import Sequence

import streamlit as st

from dashboard.learn_page.arms import Arms
from dashboard.web.markup import plain
from dqn_core.comparison import Standing
from dqn_core.experiments.experiment import Experiment
from dqn_core.experiments.judging import Finding
from dqn_core.numbers import number


def outcome(arms: Arms, answer: int) -> None:
    """The chosen answer and the right one, each arm's number, each claim, and the reason."""
    experiment, found = arms.experiment, arms.findings()
    prediction(experiment, answer)
    st.markdown(arms_table(experiment, found))
    for finding in found:
        st.markdown(claim_words(experiment, finding))
    st.subheader("Why", anchor=False)
    st.markdown(experiment.why)


def prediction(experiment: Experiment, answer: int) -> None:
    """Whether the chosen answer is the right one."""
    chosen = experiment.answers[answer]
    if chosen.is_right:
        st.success(f"You predicted it: {chosen.label}", icon=":material/check:")
        return
    right = next(other for other in experiment.answers if other.is_right)
    st.info(
        f"You predicted: {chosen.label}\n\nTen other seeds have shown: {right.label}",
        icon=":material/lightbulb:",
    )


def arms_table(experiment: Experiment, found: Sequence[Finding]) -> str:
    """Each arm's number over its seeds, in the order of the arms."""
    standings: dict[str, Standing] = {}
    for finding in found:
        pair = (finding.effect.less, finding.effect.more)
        standings |= dict(zip(pair, finding.comparison.standings, strict=True))
    how = (
        "mean over the whole run"
        if experiment.measure.metric == "area"
        else "at the end of the run"
    )
    rows = [
        f"| Arm | {experiment.measure.label[0].upper()}{experiment.measure.label[1:]}, {how} "
        "| 95 % interval |",
        "| --- | ---: | ---: |",
    ]
    for arm in experiment.arms:
        standing = standings[arm.id]
        low, high = standing.interval
        rows.append(
            f"| {plain(arm.label)} | {number(standing.interquartile_mean)} "
            f"| {number(low)} to {number(high)} |"
        )
    return "\n".join(rows)


def claim_words(experiment: Experiment, finding: Finding) -> str:
    """What the pairs of seeds say of a claim."""
    improvement = finding.comparison.improvement
    more, less = (experiment.arm(arm) for arm in (finding.effect.more, finding.effect.less))
    if improvement is None:
        return "No seed has a number to compare."
    low, high = (round(100 * end) for end in improvement.interval)
    pairs = (
        f"“{plain(more.label)}” came to more than “{plain(less.label)}” in "
        f"{round(100 * improvement.probability)} of 100 pairs of seeds (95 % interval {low} to "
        f"{high})."
    )
    if finding.is_there:
        return f"{pairs} This is hardly chance."
    return f"{pairs} With so few seeds this may be chance: try other seeds."
