"""The notebook's sections: what they quote is there."""

from pathlib import Path

import pytest

from dashboard.learn_page.excerpt import ROOT, Excerpt
from dashboard.learn_page.notebook_sections import SECTIONS, Passage
from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.learner import Learner

PASSAGES = [
    pytest.param(passage, id=f"{section.title}-{number}")
    for section in SECTIONS
    for number, passage in enumerate(section.passages)
]


@pytest.mark.parametrize("passage", PASSAGES)
def test_our_lines_are_those_of_the_file_that_is_named(passage: Passage) -> None:
    path, number = passage.ours.place.split(":")
    lines = (ROOT / path).read_text().splitlines()
    shown = passage.ours.text.splitlines()
    assert 1 <= len(shown) <= 30, "few enough to be read beside the notebook's"
    there = lines[int(number) - 1 : int(number) - 1 + len(shown)]
    assert [line.strip() for line in there] == [line.strip() for line in shown]
    assert set(passage.experiments) <= EXPERIMENTS.keys()


def test_every_experiment_of_a_mistake_is_named_beside_it() -> None:
    named = {name for s in SECTIONS for passage in s.passages for name in passage.experiments}
    of_mistakes = {e.id for e in EXPERIMENTS.values() if any(arm.defect for arm in e.arms)}
    assert of_mistakes <= named


def test_a_mark_that_is_no_longer_in_the_source_is_an_error() -> None:
    with pytest.raises(ValueError, match="no line has"):
        _ = Excerpt(Learner.__init__, "no such line").text


def test_without_marks_all_of_a_function_is_shown() -> None:
    shown = Excerpt(Learner.loss).text
    assert shown.startswith("def loss(self)")
    assert Path(ROOT / "dqn_core" / "learner.py").read_text().count("def loss(self)") == 1
