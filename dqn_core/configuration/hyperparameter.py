"""What is known of a hyperparameter besides its value: meaning, range, unit, when it applies."""

import dataclasses
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal, ParamSpec

from dqn_core.base.errors import ConfigurationError, reason_of
from dqn_core.base.numbers import setting
from dqn_core.base.phrases import Phrase, one_of, paragraph
from dqn_core.base.scalars import plain, shown
from dqn_core.configuration.widths import MOST_LAYERS, widths

Applies = Literal["now", "next episode", "restart"]
APPLIES_WORDS: dict[str, Phrase] = {
    "now": Phrase("at once"),
    "next episode": Phrase("at the next episode"),
    "restart": Phrase("at the next reset"),
}
MOST_DIGITS = 40
"""A longer number is not repeated as it was typed."""

Group = Literal["environment", "explore", "remember", "learn", "target", "network", "budget"]
GROUP_LABELS: dict[str, str] = {
    "environment": Phrase("Environment"),
    "explore": Phrase("Explore"),
    "remember": Phrase("Remember"),
    "learn": Phrase("Learn"),
    "target": Phrase("Target"),
    "network": Phrase("Network"),
    "budget": Phrase("Budget"),
}
Scale = Literal["linear", "log", "choice", "switch", "name", "widths", "text"]
Value = bool | int | float | str


@dataclass(frozen=True)
class Hyperparameter:
    """What is known of one hyperparameter besides its value.

    ``low`` and ``high`` are both inclusive. ``applies`` says when a change reaches a run that is
    under way. ``per_member`` marks those that may differ between agents trained side by side;
    the others fix shapes or clocks that all of them share. ``formerly`` is what an earlier version
    called it, and how a value of that time is written today. ``canonical`` gives a text the one
    form that equal ones share, and raises `ValueError` with what is wrong, as "must be …".
    """

    default: Value
    group: Group
    label: str
    description: str
    _: KW_ONLY
    symbol: str = ""
    unit: str = ""
    scale: Scale = "linear"
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    canonical: Callable[[Any], str] | None = None
    applies: Applies = "now"
    per_member: bool = False
    rare: bool = False
    too_low: str = ""
    too_high: str = ""
    formerly: tuple[str, str] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        scale: Scale = self.scale
        if self.choices:
            scale = "choice"
        elif self.kind is bool:
            scale = "switch"
        elif self.canonical:
            scale = "text"
        object.__setattr__(self, "scale", scale)

    @property
    def kind(self) -> type:
        """The type of its values."""
        return type(self.default)

    @property
    def range_text(self) -> str:
        """The values that are allowed, in words: ``0 to 1``, ``mse or huber``, ``on or off``."""
        match self.scale:
            case "switch":
                return Phrase("on or off")
            case "choice":
                return one_of(self.choices)
            case "name":
                return Phrase("a name")
            case "widths":
                return Phrase(
                    "1 to {most} widths of {low} to {high}",
                    most=MOST_LAYERS,
                    low=setting(self.low),
                    high=setting(self.high),
                )
            case "text":
                return Phrase("a text")
        return Phrase("{low} to {high}", low=setting(self.low), high=setting(self.high))

    @property
    def help(self) -> Phrase:
        """Meaning, direction of effect, range and when a change applies, as one paragraph.

        The choices of a list or a switch are seen where it is, so they are not repeated here.
        """
        parts = [Phrase(self.description)]
        if self.too_low:
            parts.append(Phrase("Too low: {what}.", what=Phrase(self.too_low)))
        if self.too_high:
            parts.append(Phrase("Too high: {what}.", what=Phrase(self.too_high)))
        if self.scale in ("linear", "log", "widths"):
            unit, allowed = Phrase(self.unit), self.range_text
            parts.append(
                Phrase("Range: {range} {unit}.", range=allowed, unit=unit)
                if unit
                else Phrase("Range: {range}.", range=allowed)
            )
        parts.append(Phrase("A change applies {when}.", when=APPLIES_WORDS[self.applies]))
        return paragraph(parts)

    def validated(self, value: Any) -> Value:
        """``value`` in its own type; raises `ConfigurationError` if it is not allowed."""
        value = plain(value)
        if self.scale == "widths":
            return self._widths(value)
        if self.canonical:
            try:
                return self.canonical(value)
            except ValueError as error:
                raise self._refusal_of(reason_of(error)) from None
        if self.kind is bool:
            if not isinstance(value, bool):
                raise self._refusal(value)
            return value
        if self.kind is str:
            if not isinstance(value, str) or (self.choices and value not in self.choices):
                raise self._refusal(value)
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refusal(value)
        return self._number(value)

    def _widths(self, value: object) -> str:
        """Widths in the form in which they are kept and shown."""
        found = widths(value)
        are_allowed = all(self.low <= width <= self.high for width in found)
        if not (1 <= len(found) <= MOST_LAYERS and are_allowed):
            raise self._refusal(value)
        return ", ".join(map(str, found))

    def _number(self, value: float, typed: str = "") -> Value:
        if not self.low <= value <= self.high:  # NaN compares false
            raise self._outside(typed or shown(value))
        if self.kind is int and value != int(value):
            raise ConfigurationError(
                "{name} must be a whole number, not {value}.",
                self.name,
                name=self.name,
                value=typed or shown(value),
            )
        converted: Value = self.kind(value)
        return converted

    def parsed(self, text: str) -> Value:
        """The value that ``text`` (from a command line, a link or a pasted file) stands for."""
        text = text.strip()
        if self.kind is bool:
            words = {"true": True, "on": True, "yes": True, "1": True}
            words |= {"false": False, "off": False, "no": False, "0": False}
            if text.lower() not in words:
                raise self._refusal(text)
            return words[text.lower()]
        if self.kind is str:
            return self.validated(text)
        try:
            value = float(text)  # a whole number may be written as 1e6
        except ValueError:
            raise self._refusal(text) from None
        return self._number(value, text if len(text) <= MOST_DIGITS else "")

    def of_earlier(self, value: object) -> str:
        """What ``value`` of the earlier name is today, to be validated or parsed."""
        assert self.formerly
        return self.formerly[1].format(plain(value))

    def _refusal(self, value: object) -> ConfigurationError:
        return self._outside(shown(value))

    def _outside(self, words: str) -> ConfigurationError:
        return ConfigurationError(
            "{name} must be {range}, not {value}.",
            self.name,
            name=self.name,
            range=self.range_text,
            value=words,
        )

    def _refusal_of(self, reason: str) -> ConfigurationError:
        return ConfigurationError("{name} {reason}.", self.name, name=self.name, reason=reason)


Declared = ParamSpec("Declared")


def _field_of(make: Callable[Declared, Hyperparameter]) -> Callable[Declared, Any]:
    """What declares a field of a dataclass, with the arguments of ``make``."""

    def field(*args: Declared.args, **named: Declared.kwargs) -> Any:
        declared = make(*args, **named)
        return dataclasses.field(default=declared.default, metadata={"declared": declared})

    return field


declare = _field_of(Hyperparameter)
"""A field of `DQNConfig` with what is known of it, all but its name."""
