"""Can each check of the ready lessons be met, and is it missed where it should be?

    python benchmarks/lessons.py
    python benchmarks/lessons.py tune-acrobot

Each check gets two runs: one that should meet it, with values that a student may find, and one that
should miss it. If the lesson's own values meet it, the other run shows that it can be missed.
The runs have the seed that the lesson has. The table is kept in benchmarks/results/lessons.md.
"""

import math
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from report import ROOT, Report, arguments

from dashboard.lessons.check import Check, Checked, judged, written_check
from dashboard.lessons.lesson import Lesson
from dashboard.lessons.source import NAMES, ready_lesson
from dqn_core import Trainer
from dqn_core.base.compute import set_threads
from dqn_core.configuration.hyperparameter import Value

SLICE = 500
"""Environment steps from one look at the check to the next: the page looks once a second."""


@dataclass(frozen=True)
class Case:
    """What two runs change of a step's values: one ``meets`` its check, the other ``misses`` it.

    ``then`` is changed while the runs train, halfway through the budget: some steps ask for that.
    """

    lesson: str
    step: int
    meets: Mapping[str, Value]
    misses: Mapping[str, Value]
    then: Mapping[str, Value] | None = None


STANDS_STILL: Mapping[str, Value] = {"learning_rate": 1e-6, "learning_rate_end": 1e-6}
TOO_SHORT: Mapping[str, Value] = {"total_steps": 500}
TUNED: Mapping[str, Value] = {"learning_rate": 3e-3, "n_step": 5, "tau": 0.02}
HALF_TUNED: Mapping[str, Value] = {"learning_rate": 3e-5, "n_step": 5, "tau": 0.02}

CASES = (
    Case("watch-and-guess", 2, {}, STANDS_STILL),
    Case("watch-and-guess", 4, {}, STANDS_STILL),
    Case("how-far-it-looks", 1, {}, {"gamma": 0.5}),
    Case("how-far-it-looks", 2, {}, {}, {"gamma": 0.99}),
    Case("how-far-it-looks", 3, {}, TOO_SHORT),
    Case("how-far-it-looks", 4, {"gamma": 0.99}, {}),
    Case("explore-or-exploit", 1, {}, TOO_SHORT),
    Case("explore-or-exploit", 2, {"epsilon_decay": 4_000, "epsilon_end": 0.05}, {}),
    Case("explore-or-exploit", 3, {}, STANDS_STILL),
    Case("two-networks", 1, {}, {"target_update_period": 200}),
    Case("two-networks", 3, {"tau": 0.02}, STANDS_STILL),
    Case("luck-or-skill", 1, {}, TOO_SHORT),
    Case("luck-or-skill", 2, {}, TOO_SHORT),
    Case("luck-or-skill", 3, {}, TOO_SHORT),
    Case("luck-or-skill", 4, {}, STANDS_STILL),
    Case("tune-acrobot", 2, {}, TOO_SHORT),
    Case("tune-acrobot", 3, TUNED, HALF_TUNED),
    Case("tune-acrobot", 4, TUNED, HALF_TUNED),
)


def checked_of(lesson: Lesson, case: Case, is_meeting: bool, quick: bool) -> tuple[Checked, int]:
    """The judgement of one run, and the environment step at which it was decided."""
    step = lesson.steps[case.step - 1]
    check = step.check
    assert check is not None
    changes = case.meets if is_meeting else case.misses
    configs = [config.replace(**changes) for config in step.link.member_configs]
    if quick:
        configs = [config.replace(total_steps=SLICE) for config in configs]
    with closing(Trainer(configs)) as trainer:
        return _trained(trainer, check, case.then if is_meeting else None)


def _trained(
    trainer: Trainer, check: Check, then: Mapping[str, Value] | None
) -> tuple[Checked, int]:
    while True:
        checked = judged(check, [trainer])
        if checked.state != "open":
            return checked, trainer.env_step
        if then and trainer.env_step >= trainer.config.total_steps // 2:
            trainer.change(None, **then)
            then = None
        trainer.run(max_steps=SLICE)


def row_of(lesson: Lesson, case: Case, quick: bool) -> list[str]:
    """One check with what both runs came to."""
    check = lesson.steps[case.step - 1].check
    assert check is not None
    row = [case.lesson, str(case.step), written_check(check)]
    for is_meeting in (True, False):
        checked, at = checked_of(lesson, case, is_meeting, quick)
        value = "–" if math.isnan(checked.value) else f"{checked.value:,.4g}"
        row.append(f"{checked.state} at step {at:,} with {value}")
    print(*row, sep=" | ", flush=True)
    return row


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("lessons", nargs="*", metavar="lesson", help="default: all of them")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    for name in options.lessons:
        if name not in NAMES:
            parser.error(f"There is no lesson {name}: choose of {', '.join(NAMES)}.")
    set_threads()
    report = Report("The checks of the ready lessons")
    rows = [
        row_of(ready_lesson(case.lesson, "en"), case, options.quick)
        for case in CASES
        if not options.lessons or case.lesson in options.lessons
    ]
    report.table(["lesson", "step", "check", "a run that meets it", "a run that misses it"], rows)
    if not options.lessons and not options.quick:
        (options.results / "lessons.md").write_text(report.markdown)
    print(report.markdown)


if __name__ == "__main__":
    main()
