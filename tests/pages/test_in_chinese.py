"""Every page in Chinese: no English sentence is left on it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.web.keys import SESSION
from dashboard.web.language import answering
from dashboard.web.widgets import worded_key

APP = Path(__file__).parents[2] / "app.py"
SCRIPTS = ("app.py", "pages/learn.py", "pages/test.py", "pages/compare.py")

SAID = {"body", "label", "help", "placeholder", "caption", "alt", "options", "text", "value"}
"""What a message to the browser says to a person, by its fields."""

CODE = ("lines", "copy_code")
"""Where a component shows code, and where a page does."""

NO_WORDS = ("drawn",)
"""What a component gets and shows nobody."""

SENTENCE = re.compile(r"[A-Za-z][a-z']+(?:[ ,;:]+[A-Za-z][a-z']*){3,}")
"""Four words in a row."""

NO_SENTENCES = re.compile(
    r"`[^`]*`"  # code
    r"|\$[^$]*\$"  # formulas
    r"|<style.*?</style>"
    r"|<[^>]*>"
    r"|python -m [^，。：\n]*|streamlit run [^，。：\n]*|pip install [^，。：\n]*"
    r"|[A-Z][\w-]+ (?:et al\.|& [A-Z]\w+) \d+",  # papers
    re.DOTALL,
)


def said_in(message: Any) -> Iterator[str]:
    """All texts of a message to the browser, and of what a component in it gets."""
    for field, value in message.ListFields():
        parts = value if field.is_repeated else [value]
        if field.message_type and field.message_type.GetOptions().map_entry:
            continue
        for part in parts:
            if field.message_type:
                yield from said_in(part)
            elif field.name == "json":
                yield from texts_in(json.loads(part))
            elif field.name in SAID and isinstance(part, str):
                yield part


def texts_in(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for each in data:
            yield from texts_in(each)
    elif isinstance(data, dict):
        for name, each in data.items():
            if name not in (*CODE, *NO_WORDS):
                yield from texts_in(each)


def english_on(page: AppTest) -> list[str]:
    """Every English sentence that the page shows."""
    found = []
    for node in page._tree:
        proto = getattr(node, "proto", None)
        is_code = getattr(node, "key", None) in CODE
        for text in said_in(proto) if proto is not None and not is_code else ():
            found += SENTENCE.findall(NO_SENTENCES.sub(" ", text))
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_page_says_an_english_sentence(script: str) -> None:
    page = AppTest.from_file(APP, default_timeout=120)
    page.query_params["lang"] = "zh"
    if script != "app.py":
        page.switch_page(script)
    page.run()
    assert not page.exception
    assert english_on(page) == []
    page.session_state[SESSION].run.pause()


def test_a_box_that_holds_a_word_is_another_one_in_another_language() -> None:
    """The browser keeps the word, which is none of the options of another language."""
    assert worded_key("race_name") == "race_name"
    with answering("zh"):
        assert worded_key("race_name") == "race_name_zh"
