"""What happened in an experiment, beside what was predicted, and why."""

from collections.abc import Sequence

import streamlit as st

from dashboard.learn_page.arms import Arms
from dashboard.web.markup import plain
from dqn_core.comparison import Standing
from dqn_core.experiments.experiment import Experiment
from dqn_core.experiments.judging import Finding
from dqn_core.numbers import number
from dqn_core.verdict import verdict_words


def outcome(arms: Arms, answer: int) -> None:
    """The chosen answer and the right one, each arm's number, each claim, and the reason."""
    experiment, found = arms.experiment, arms.findings()
    prediction(experiment, answer)
    st.markdown(arms_table(experiment, found))
    for finding in found:
        st.markdown(_claim(experiment, finding))
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


def _claim(experiment: Experiment, finding: Finding) -> str:
    """What the pairs of seeds say of a claim."""
    arms = (experiment.arm(name) for name in (finding.effect.less, finding.effect.more))
    less, more = (f"“{arm.label}”" for arm in arms)
    words = verdict_words(finding.comparison, less, more)
    return plain(words or "No seed has a number to compare.")
