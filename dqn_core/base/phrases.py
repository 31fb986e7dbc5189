"""What the program says, kept in a form that can be said again in another language."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

_ENDING = re.compile(r"\{(\w+)[^{}]*\}(?=[\s{]|$)")
HOLE = re.compile(r"\{\w+(?:!r)?(?::,?(?:\.\d)?[a-z]?)?\}")
"""A hole of a phrase that can be kept."""
_WRITTEN = '{"template":'
"""What a phrase that is kept begins with, and no sentence does."""


class Phrase(str):
    """An English text that knows how it was made: ``Phrase("{count:,} seeds", count=3)``.

    ``template`` is what a catalogue of another language has; ``values`` stand in its holes, and may
    be phrases themselves. Without values a brace is a brace.
    """

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        phrase = super().__new__(cls, filled(template, values))
        phrase.template, phrase.values = template, values
        return phrase

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), dict(self.values)


def filled(
    template: str, values: Mapping[str, Any], say: Callable[[Phrase], str] = str.__str__
) -> str:
    """``template`` with its holes filled; ``say`` says what is a phrase itself.

    A list stands with commas. A sentence has its own full stop only before a space, another hole,
    or the end.
    """
    if not values:
        return template
    whole = _ENDING.findall(template)

    def said(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return say(Phrase(", ")).join(str(said(each)) for each in value)
        return say(value) if isinstance(value, Phrase) else value

    return template.format(
        **{
            name: said(value)
            if name in whole or not isinstance(value, Phrase)
            else said(value).rstrip(".。")
            for name, value in values.items()
        }
    )


def written(words: str) -> str:
    """A text to be kept: of a phrase JSON, which `read` reads back; plain words as they are."""
    return json.dumps(_parts(words)) if isinstance(words, Phrase) and words else words


def read(text: str) -> str:
    """What `written` wrote, or words of an earlier version as they are; raises `ValueError`."""
    if not text.startswith(_WRITTEN):
        return text
    try:
        found: str = _from_parts(json.loads(text))
        return found
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        raise ValueError(Phrase("a sentence in it cannot be read")) from None


def _parts(value: Any) -> Any:
    """A phrase, or a value in one, as JSON can hold it."""
    if isinstance(value, Phrase):
        values = {name: _parts(each) for name, each in value.values.items()}
        return {"template": value.template, "values": values}
    if isinstance(value, list | tuple):
        return [_parts(each) for each in value]
    return value if isinstance(value, int | float) else str(value)


def _from_parts(kept: Any) -> Any:
    if isinstance(kept, list):
        return [_from_parts(each) for each in kept]
    if not isinstance(kept, dict):
        return kept
    template, values = str(kept["template"]), kept["values"]
    # A file from outside may fill holes with its own values, and not reach into other objects.
    if values and set("{}") & set(HOLE.sub("", template)):
        raise ValueError(template)
    return Phrase(template, **{name: _from_parts(each) for name, each in values.items()})


def listed(phrases: Iterable[Phrase]) -> Phrase:
    """``γ 0.9, α 0.01``"""
    first, *others = phrases
    return Phrase("{first}, {others}", first=first, others=listed(others)) if others else first


def paragraph(sentences: Iterable[Phrase | str]) -> Phrase:
    """One sentence after the other, without those that are empty."""
    first, *others = [*filter(None, sentences)] or [Phrase("")]
    if not others:
        return first if isinstance(first, Phrase) else Phrase(first)
    return Phrase("{first} {others}", first=first, others=paragraph(others))


def did_you_mean(sentence: Phrase, near: Sequence[str]) -> Phrase:
    """The sentence, with the question whether the first of the similar names was meant."""
    if not near:
        return sentence
    return Phrase("{sentence}: did you mean {near}?", sentence=sentence, near=near[0])


def all_of(names: Sequence[str]) -> str:
    """``loss mse and head scalar``; names are the same in every language."""
    first, *others = names
    return Phrase("{first} and {others}", first=first, others=all_of(others)) if others else first


def one_of(choices: Sequence[str]) -> str:
    """``mse or huber``; what is written in an address or a command is so in every language."""
    first, *others = choices
    return Phrase("{first} or {others}", first=first, others=one_of(others)) if others else first
