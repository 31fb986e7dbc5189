"""Sentences that are kept: as what they were made of, and nothing else's parts."""

import json
from typing import Any

import pytest

from dqn_core.base.phrases import Phrase, read, written

STOPPED = Phrase(
    "Q-values reached {largest} at step {step:,}; most likely {cause}.",
    largest="1e9",
    step=2_000,
    cause=Phrase("gamma 1 lets values grow without end: try 0.99"),
)


@pytest.mark.parametrize(
    "phrase",
    [
        STOPPED,
        Phrase("The disk is full."),
        Phrase("{path} is not what it should be", path="state{0}"),
        Phrase("Members trained side by side must agree in {differing}.", differing=["a", "b"]),
    ],
)
def test_a_phrase_that_was_kept_can_be_said_in_another_language(phrase: Phrase) -> None:
    back = read(written(phrase))
    assert isinstance(back, Phrase)
    assert back == phrase
    assert (back.template, back.values) == (phrase.template, phrase.values)


def test_words_of_an_earlier_version_and_no_words_stay_as_they_are() -> None:
    for words in ("Cancelled at step 3.", "", "{name} is a brace"):
        assert written(words) == words
        assert read(words) == words
    assert written(Phrase("")) == ""


def kept(template: Any, values: Any) -> str:
    return json.dumps({"template": template, "values": values})


@pytest.mark.parametrize(
    "text",
    [
        kept("{a.__class__}", {"a": "x"}),
        kept("{a[0]}", {"a": "x"}),
        kept("{a:999999999}", {"a": 1}),
        kept("{a:{b}}", {"a": 1, "b": 9}),
        kept("{a}", {"b": 1}),
        kept("{a:,}", {"a": "x"}),
        kept("{a}", ["a"]),
        kept("x", 3),
        kept("{a}", {"a": {"template": "{b!s}", "values": {"b": 1}}}),
        '{"template": "x"}',
        '{"template":',
        '{"template":' + "[" * 100_000,
    ],
)
def test_a_file_fills_holes_with_what_it_brings_and_with_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="a sentence in it cannot be read"):
        read(text)
