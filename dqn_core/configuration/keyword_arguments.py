"""The keyword arguments of an environment as a person writes them: ``map_name=8x8, size=3``."""

import ast
import keyword
import math
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from dqn_core.base.errors import excerpt
from dqn_core.base.parsing import PARSER
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import plain

Single: TypeAlias = bool | int | float | str | None
Argument: TypeAlias = Single | list[Single] | tuple[Single, ...]

LONGEST_TEXT = 1_000
"""Characters of all arguments together."""

LARGEST_NUMBER = 2**63

_WORD = r"[\w./:+-]+"
_QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_SEVERAL = rf"""[\[(](?:[^\[\]()"']|{_QUOTED})*[\])]"""
_PAIR = re.compile(rf"\s*([^\W\d]\w*)\s*=\s*({_QUOTED}|{_SEVERAL}|{_WORD})\s*(?:,|(?<=\s)|$)")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_CONSTANTS: dict[str, Single] = {"True": True, "False": False, "None": None}


def parsed(text: str) -> dict[str, Argument]:
    """The arguments in ``text``, which commas or spaces separate; raises `ValueError`.

    A value is a number, True, False, None, a text, or a list or tuple of such. A text that is one
    word needs no quotation marks outside a list.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(
            Phrase(
                "may have {most:,} characters, not {count:,}", most=LONGEST_TEXT, count=len(text)
            )
        )
    found: dict[str, Argument] = {}
    position, end = 0, len(text.rstrip())
    while position < end:
        pair = _PAIR.match(text, position)
        if pair is None or keyword.iskeyword(pair[1]):
            raise ValueError(_form_needed(repr(excerpt(text[position:].strip(), 60))))
        if pair[1] in found:
            raise ValueError(Phrase("has {name} twice", name=pair[1]))
        if pair[1] == "render_mode":
            raise ValueError(Phrase("cannot have render_mode, which DQN Lab chooses itself"))
        found[pair[1]] = _value(pair[2])
        position = pair.end()
    return found


def written(arguments: Mapping[str, Any]) -> str:
    """The text that `parsed` reads back, the names in their order."""
    pairs = sorted((str(name), _plain(value)) for name, value in arguments.items())
    return ", ".join(f"{name}={_text(value)}" for name, value in pairs)


def canonical(value: Any) -> str:
    """``value``, a text or the arguments themselves, in the one form that equal ones share."""
    if isinstance(value, Mapping):
        for name, single in value.items():
            if isinstance(plain(single), float) and not math.isfinite(single):
                raise ValueError(_form_needed(f"{name}={single}"))  # which would be read as a text
        value = written(value)
    if not isinstance(value, str):
        raise ValueError(_form_needed(excerpt(repr(value), 60)))
    return written(parsed(value))


def called(env_id: str, text: str) -> str:
    """An environment with its arguments: ``FrozenLake-v1(is_slippery=False)``."""
    return f"{env_id}({text})" if text else env_id


def divided(text: str) -> tuple[str, str]:
    """The environment and the arguments that `called` has put together, or a person."""
    name, bracket, rest = text.strip().partition("(")
    return (name.strip(), rest[:-1]) if bracket and rest[-1:] == ")" else (text.strip(), "")


def _form_needed(given: str) -> Phrase:
    return Phrase(
        "must be names and values such as is_slippery=False, map_name=8x8, not {given}",
        given=given,
    )


def _value(word: str) -> Argument:
    if word in _CONSTANTS:
        return _CONSTANTS[word]
    if _NUMBER.fullmatch(word):
        number = float(word) if set(word.lower()) & set(".e") else int(word)
        _check(number, word)
        return number
    if word[0] not in "\"'[(":
        return word
    try:
        with PARSER:
            value: Argument = ast.literal_eval(word)
    except (ValueError, SyntaxError):
        raise ValueError(
            Phrase("has {word}, which cannot be read", word=excerpt(word, 60))
        ) from None
    for single in value if isinstance(value, list | tuple) else (value,):
        _check(single, word)
    return value


def _check(single: Any, word: str) -> None:
    if not isinstance(single, str | int | float | None):
        raise ValueError(
            Phrase("has {word}, which is no list of numbers and texts", word=excerpt(word, 60))
        )
    if isinstance(single, int | float) and not abs(single) < LARGEST_NUMBER:  # NaN compares false
        raise ValueError(
            Phrase(
                "has {word}, but numbers are between ±{largest:.1e}",
                word=excerpt(word, 60),
                largest=LARGEST_NUMBER,
            )
        )


def _plain(value: Any) -> Any:
    """A value without NumPy's and PyTorch's own types."""
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value))
    return plain(value)


def _text(value: Any) -> str:
    is_word = isinstance(value, str) and re.fullmatch(_WORD, value) and value not in _CONSTANTS
    return str(value) if is_word and not _NUMBER.fullmatch(value) else repr(value)
