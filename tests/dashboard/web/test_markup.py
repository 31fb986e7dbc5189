"""Text from a link or a file as Markdown: what is drawn of it, and that all else is as it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.web.formulas import is_formula
from dashboard.web.markup import formatted, in_lines, plain


def shown(text: str) -> str:
    return formatted(text).replace("\u2060", "").strip()


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("one\ntwo", "one  \ntwo"),
        ("one\n\ntwo", "one  \n\n  \n\ntwo"),
        ("Do:\n1. a\n2) b\nDone", "Do:  \n\n1. a\n2. b\n\nDone"),
        ("- a\n* b\n• c", "- a\n- b\n- c"),
        ("**Start** and *wait*.", "**Start** and *wait*."),
        ("先**按“开始”**键", "先**按“开始”**键"),
        ("**bold *italic* $a$**", "**bold *italic* $a$**"),
        ("$y = r + \\gamma$ so", "$y = r + \\gamma$ so"),
        ("$$\na\n=b\n$$", "$$\na =b\n$$"),
        ("1. see $$a$$", "1. see $\\displaystyle a$"),
    ],
)
def test_lines_lists_bold_italic_and_formulas_are_drawn(text: str, markdown: str) -> None:
    assert shown(text) == markdown


@pytest.mark.parametrize(
    "text",
    [
        "64*64*2 and 2**10 and 3**2",
        "$5 and $6",
        "a_b_c ~~d~~ `e` #f",
        "<b>f</b> &amp; [a](b) ![c](d) :red[g] |h|",
        "$\\href{a}{b}$",
        "1.",
        "1986. 2",
        "\\*not\\*",
    ],
)
def test_all_else_is_as_it_is(text: str) -> None:
    assert shown(text) == plain(text).replace("\u2060", "")


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("http://a.b", "http\\:|//a.b"),
        ("www.a.b", "www|.a.b"),
        ("a@b.c", "a|@b.c"),
        (":smile:", "\\:|smile:"),
        (":material/home:", "\\:|material/home:"),
        (":material_home:", "\\:|material_home:"),
        (":streamlit:", "\\:|streamlit:"),
        ("a <-> b", "a \\<-|\\> b"),
        ("a <= b", "a \\<|= b"),
    ],
)
def test_what_is_replaced_in_spite_of_backslashes_is_kept_apart(text: str, apart: str) -> None:
    assert plain(text) == apart.replace("|", "\u2060")


@pytest.mark.parametrize(
    "content",
    [
        "y = r + \\gamma \\max_{a'} Q(s', a')",
        "\\begin{cases} r & \\text{at the end} \\\\ 0 \\end{cases}",
        "\\left\\{ x \\right\\}",
        "\\mathbb{E}[\\,r_t\\,] \\le 5\\%",
    ],
)
def test_a_formula_that_writes_mathematics_is_one(content: str) -> None:
    assert is_formula(content)


@pytest.mark.parametrize(
    "content",
    [
        "\\href{http://a.b}{c}",
        "\\url{http://a.b}",
        "\\includegraphics{http://a.b/c.png}",
        "\\htmlClass{a}{b}",
        "\\htmlStyle{position:fixed}{b}",
        "\\def\\a{\\a\\a}\\a",
        "\\newcommand{\\a}{b}",
        "\\color{red} a",
        "\\colorbox{red}{a}",
        "\\rule{1000em}{1000em}",
        "a \\\\[1000em] b",
        "a \\hspace{1000em} b",
        "\\ce{H2O}",
        "\\begin{array}{c} a \\end{array}",
        "\\begin{matrix*}[r] a \\end{matrix*}",
        "\\begin a",
        "a\\",
        "\\gammaX",
        "{" * 9 + "}" * 9,
    ],
)
def test_what_does_more_than_write_mathematics_is_no_formula(content: str) -> None:
    assert not is_formula(content)


@given(st.text(alphabet="$*a1 \n\\.:-", max_size=60))
def test_a_formula_is_never_beside_what_would_make_it_another_text(text: str) -> None:
    """Else Streamlit takes its dollar signs as text, and what is between them as Markdown."""
    markdown = formatted(text)
    for line in markdown.splitlines():
        if line == "$$":
            continue
        bare = line.replace("\\\\", "").replace("\\$", "")
        assert bare.count("$") == bare.count("\u2060$") + bare.count("$\u2060")


@given(st.text(max_size=60))
def test_lines_once_tidied_stay_as_they_are(text: str) -> None:
    assert in_lines(in_lines(text)) == in_lines(text)


@pytest.mark.parametrize(
    "sentence",
    [
        "gamma must be 0 to 1, not 2.",
        "batch_size 512 is larger than buffer_capacity 100: make the batch smaller (or not).",
        "The step budget of 50,000 environment steps is used up; 95 % - or 'all' - is there!",
    ],
)
def test_a_sentence_that_does_nothing_is_left_as_it_is(sentence: str) -> None:
    assert plain(sentence) == sentence


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("# a", "\\# a"),
        ("- a", "\\- a"),
        ("+ a", "\\+ a"),
        ("1234. a", "1234\\. a"),
        ("3) a", "3\\) a"),
        ("=== ---", "\\=== --\u2060-"),
        ("___", "\\_\\_\\_"),
        ("[a]: b", "\\[a\\]: b"),
        ("a:red[b]", "a\\:red\\[b\\]"),
        ("```x", "\\`\\`\\`x"),
    ],
)
def test_nothing_begins_a_block_or_a_colour(text: str, markdown: str) -> None:
    assert plain(text) == markdown


def test_what_is_told_as_an_error_passes_through_one_place() -> None:
    """An error may quote a file: Streamlit would draw a picture that its name asks for."""
    root = Path(__file__).parents[3]
    sources = [root / "app.py", *root.glob("pages/*.py"), *root.glob("dashboard/**/*.py")]
    using = {path.name for path in sources if "st.error(" in path.read_text("utf-8")}
    assert using == {"notices.py"}
