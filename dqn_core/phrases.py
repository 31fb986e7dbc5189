"""What the program says, kept in a form that can be said again in another language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self


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

    A list stands with commas. A sentence that stands in another one has no full stop of its own.
    """
    if not values:
        return template

    def said(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return say(Phrase(", ")).join(str(said(each)) for each in value)
        return say(value).rstrip(".。") if isinstance(value, Phrase) else value

    return template.format(**{name: said(value) for name, value in values.items()})


def listed(phrases: Iterable[Phrase]) -> Phrase:
    """``γ 0.9, α 0.01``"""
    first, *others = phrases
    return Phrase("{first}, {others}", first=first, others=listed(others)) if others else first


def one_of(choices: Sequence[str]) -> Phrase:
    """``mse or huber``"""
    first, *others = choices
    if not others:
        return Phrase(first)
    return Phrase("{first} or {others}", first=first, others=one_of(others))
