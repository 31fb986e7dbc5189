"""The catalogues: each has all that the code says, in words that fit, and nothing besides."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from dashboard.catalogues.extraction import CHECKOUT, PACKAGES, extracted, texts_of
from dashboard.web.catalogues import (
    ENGLISH,
    LANGUAGES,
    english_of,
    read_catalogues,
    translations_of,
    words_of_scripts,
)
from dashboard.web.language import _, answering
from dqn_core.base import phrases
from dqn_core.configuration.config import HYPERPARAMETERS

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
HOLE = re.compile(r"\{(\w+)[^{}]*\}")


def messages(language: str) -> list[tuple[str, Message]]:
    catalogues = read_catalogues(language)
    return [(room, m) for room, catalogue in catalogues.items() for m in catalogue if m.id]


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_what_the_code_says_and_where_it_belongs(language: str) -> None:
    needed = {(english_of(m), room) for room, c in extracted().items() for m in c if m.id}
    there = {(english_of(m), room) for room, m in messages(language)}
    assert needed - there == set(), "bring them up to date: python -m dashboard.catalogues"
    assert there - needed == set(), "nobody says this any more"


def test_what_the_core_says_can_be_kept() -> None:
    """Else a state with such a sentence could be written, and not be read."""
    said = [english_of(message) for message in extracted()["core"] if message.id]
    assert [text for text in said if set("{}") & set(phrases.HOLE.sub("", text))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_everything_is_translated(language: str) -> None:
    assert [english_of(m) for _, m in messages(language) if not translations_of(m)] == []
    assert [english_of(m) for _, m in messages(language) if m.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_has_two_translations(language: str) -> None:
    counts = Counter(english_of(m) for _, m in messages(language))
    assert [text for text, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_holes_of_its_text(language: str) -> None:
    for _room, message in messages(language):
        english = {
            english_of(message),
            *([message.id] if isinstance(message.id, str) else message.id),
        }
        holes = {name for text in english for name in HOLE.findall(text)}
        for translation in translations_of(message):
            assert set(HOLE.findall(translation)) == holes, english_of(message)


@pytest.mark.parametrize("language", OTHERS)
def test_no_two_hyperparameters_have_one_name(language: str) -> None:
    with answering(language):
        counts = Counter(_(declared.label) for declared in HYPERPARAMETERS.values())
    assert [label for label, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_scripts_get_their_own_words_alone(language: str) -> None:
    words = words_of_scripts(language).decode()
    assert '"Gradient updates in one round."' not in words


def test_no_sentence_is_put_together_before_it_is_looked_up() -> None:
    for folder in PACKAGES:
        for path in (CHECKOUT / folder).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") in (
                    "_",
                    "n_",
                    "Phrase",
                ):
                    assert not isinstance(call.args[0], ast.JoinedStr), (path, call.lineno)


def test_what_a_file_says_is_found(tmp_path: Path) -> None:
    python, script = tmp_path / "said.py", tmp_path / "said.js"
    python.write_text(
        '_("one" if x else "other")\nn_("a seed", "{count} seeds", n)\n'
        'raise LabError("no {what}", what=_(TABLE["key"]))\nPhrase(name)\n'
    )
    script.write_text('_("a " + "b", { x: 1 });\nn_("1 step", "{count} steps", n);\nphrase("c");\n')
    assert texts_of(python) == ["one", "other", ("a seed", "{count} seeds"), "no {what}"]
    assert texts_of(script) == ["a b", ("1 step", "{count} steps"), "c"]
