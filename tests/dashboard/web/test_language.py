"""The language of whoever looks at a page: what it is, and what is said in it."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.web.language import _, answering, language, n_, said, together
from dqn_core.base.errors import ConfigurationError
from dqn_core.base.phrases import Phrase, one_of, paragraph, read, written

PAGE = Path(__file__).parent / "spoken_page.py"


def opened(address: str = "") -> AppTest:
    app = AppTest.from_file(str(PAGE))
    if address:
        app.query_params["lang"] = address
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> list[str]:
    return [part.value for part in app.markdown]


def test_a_page_is_english_where_nothing_asks_for_another_language() -> None:
    assert shown(opened()) == ["Train", ""]


def test_the_address_says_the_language_and_goes_on_saying_it() -> None:
    app = opened("zh")
    assert shown(app) == ["训练", "lang=zh"]
    assert shown(app.run()) == ["训练", "lang=zh"]


@pytest.mark.parametrize("asked", ["de", "zh-TW", "../zh", "🦀" * 50, "<b>", "None", " "])
def test_a_language_that_is_not_there_is_none(asked: str) -> None:
    assert shown(opened(asked)) == ["Train", ""]


def test_the_switch_changes_what_is_said_and_does_not_bind_others_by_the_address() -> None:
    app = opened()
    app.button[0].click().run()
    assert shown(app) == ["训练", ""]


def test_who_is_answered_hears_the_own_language_and_nobody_else_does() -> None:
    with answering("zh"):
        assert (language(), _("Train")) == ("zh", "训练")
    assert (language(), _("Train")) == ("en", "Train")


def test_what_no_catalogue_has_is_said_in_english() -> None:
    with answering("zh"):
        assert _("never said {what}", what="this") == "never said this"
        assert _("") == ""
        assert n_("one {what}", "{count} {what}s", 2, what="crab") == "2 crabs"


def test_a_refusal_is_said_again_with_its_values_and_what_stands_in_them() -> None:
    reason = Phrase("has {name} twice", name="size")
    error = ConfigurationError("{name} {reason}.", "env_kwargs", name="env_kwargs", reason=reason)
    assert str(error) == "env_kwargs has size twice."
    with answering("zh"):
        assert said(error) == "env_kwargs 中 size 出现了两次。"
        assert _("never said {error}", error=error) == "never said env_kwargs 中 size 出现了两次。"
        assert _("never said {error}.", error=error) == "never said env_kwargs 中 size 出现了两次."


def test_a_sentence_that_was_kept_is_said_in_the_language_of_whoever_sees_it() -> None:
    reason = Phrase("Cancelled at step {step:,}.", step=3_000)
    with answering("zh"):
        assert said(read(written(reason))) == said(reason) != str(reason)
        assert said(read("Cancelled at step 3.")) == "Cancelled at step 3.", "of before"


def test_words_from_elsewhere_stay_as_they_are() -> None:
    with answering("zh"):
        assert said("Train") == "Train"
        assert said(Phrase("Train")) == "训练"
        assert said(one_of(["Train", "diverged"])) == "Train 或 diverged", "as they are typed"


def test_sentences_stand_together_with_a_space_in_english_and_without_one_in_chinese() -> None:
    back = Phrase("Back at step {step:,}{where}.", step=7, where="")
    both = paragraph((back, back))
    assert said(both) == together(said(back), "", said(back)) == "Back at step 7. Back at step 7."
    with answering("zh"):
        assert said(both) == together(said(back), "", said(back)) == said(back) * 2
        assert said(back).endswith("。")
    assert together("", "") == ""
