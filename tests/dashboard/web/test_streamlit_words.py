"""What Streamlit says by itself, in another language."""

import re
from pathlib import Path

import streamlit

from dashboard.web.language import answering
from dashboard.web.static_files import ASSETS
from dashboard.web.streamlit_words import WORDS, streamlit_words


def test_english_is_what_streamlit_speaks() -> None:
    assert streamlit_words("en") == ""


def test_every_word_has_a_rule_that_no_translation_can_end() -> None:
    with answering("zh"):
        rules = streamlit_words("zh")
    assert rules.count("content: ") == len(WORDS)
    for rule in rules.split("content: ")[1:]:
        words = rule.partition("; font-size")[0]
        assert words.count('"') == 2
        assert not {*"\\{}<"} & {*words}


def test_what_is_translated_above_a_page_is_what_this_streamlit_says() -> None:
    """A later one may say it in other words, and would be English again."""
    script = (ASSETS / "frame" / "overlays.js").read_text(encoding="utf-8")
    table = script.partition("=> ({")[2].partition("});")[0]
    words = [a or b for a, b in re.findall(r'^  (?:"(.+?)"|(\w+)): _\(', table, re.MULTILINE)]
    assert len(words) == 8
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    said = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.js"))
    assert [word for word in words if word not in said] == []
