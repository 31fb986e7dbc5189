"""What Streamlit says by itself, in another language."""

from dashboard.web.language import answering
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
