"""Pasted text as somebody would have typed it: word processors, chats and terminals change it."""

import re
import unicodedata

_MARKS = ("ï»¿", "ÿþ", "þÿ")
"""Byte-order marks of a file that was read in another encoding than it was written in."""

_TYPED = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛′", "'") | dict.fromkeys("−‐‑", "-")
)
# Spaces within a line: what may go over many lines takes minutes where there are many empty ones.
_PROMPT = re.compile(r"^[^\S\n]*(?:[>$%](?:[^\S\n]+|$))+", re.MULTILINE)
_FENCE = re.compile(
    r"^[^\S\n]*(?:```|~~~)[^\n]*\n(.*?)^[^\S\n]*(?:```|~~~)", re.MULTILINE | re.DOTALL
)
_DASH_OF_AN_OPTION = re.compile(r"(?<!\S)[–—](?=\w)")


def as_typed(text: str) -> str:
    """``text`` without what is invisible, with a keyboard's quotation marks, dashes and spaces.

    Of text with a fenced block of code, that block. Lines end in ``\\n``, and have no prompt.
    """
    for mark in _MARKS:
        text = text.removeprefix(mark)
    text = unicodedata.normalize("NFKC", text.translate(_TYPED))
    text = "\n".join(map(_visible, text.splitlines()))
    text = _DASH_OF_AN_OPTION.sub("--", _PROMPT.sub("", text))
    fenced = _FENCE.search(f"{text}\n")
    return (fenced[1] if fenced else text).strip("`<> \t\n")


def _visible(line: str) -> str:
    return "".join(c for c in line if c == "\t" or unicodedata.category(c) not in ("Cc", "Cf"))
