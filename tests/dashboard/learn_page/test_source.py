"""The source beside the pictures: each landmark is there, whatever the algorithm's variants."""

from typing import Any

import pytest

from dashboard.learn_page.source import code, functions
from dashboard.web.symbols import SYMBOLS
from tests.core.small_runs import SMALL


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"sampling": "prioritised"},
        {"sampling": "sequential"},
        {"head": "categorical"},
        {"head": "quantile"},
        {"munchausen": True},
    ],
    ids=str,
)
def test_each_landmark_is_in_a_line_of_the_source(values: dict[str, Any]) -> None:
    config = SMALL.replace(**values)
    for function, shown in zip(functions(config), code(config), strict=True):
        lines = [text for text, _ in shown["lines"]]
        for symbol, landmark in function.landmarks:
            assert any(landmark in line for line in lines), f"{function.title}: {landmark}"
            assert symbol in SYMBOLS
            assert any(symbol in symbols for _, symbols in shown["lines"])


def test_the_lines_are_the_projects_own_without_their_docstrings() -> None:
    choose = code(SMALL)[0]
    assert choose["place"].startswith("dqn_core/exploration.py:")
    texts = [text for text, _ in choose["lines"]]
    assert texts[0] == "def choose("
    assert not any('"""' in text for text in texts)


OF_VARIANTS = {"w", "munchausen", "distribution", "beta", "omega", "sigma"}


@pytest.mark.parametrize("symbol", sorted(SYMBOLS.keys() - OF_VARIANTS))
def test_each_symbol_of_plain_dqn_has_a_line(symbol: str) -> None:
    assert any(symbol in symbols for function in code(SMALL) for _, symbols in function["lines"])
