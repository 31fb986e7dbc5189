"""The hyperparameters as options of a command line, and as the table in docs/hyperparameters.md."""

import argparse
from functools import partial
from typing import Any

from dqn_core.base.numbers import setting
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.configuration.hyperparameter import GROUP_LABELS, Hyperparameter, Value


def option(name: str) -> str:
    """The option for the hyperparameter called ``name``."""
    return "--" + name.replace("_", "-")


def add_hyperparameters(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` an option for every hyperparameter; the result names those given alone."""
    groups: dict[str, argparse._ArgumentGroup] = {}
    for name, declared in HYPERPARAMETERS.items():
        if declared.group not in groups:
            groups[declared.group] = parser.add_argument_group(GROUP_LABELS[declared.group])
        _add_hyperparameter(groups[declared.group], name, declared)


def _add_hyperparameter(
    group: argparse._ArgumentGroup, name: str, declared: Hyperparameter
) -> None:
    symbol = f" {declared.symbol}" if declared.symbol else ""
    words = f"{declared.label}{symbol}. {declared.help} Default: {value_words(declared.default)}."
    words = words.replace("%", "%%")
    add = partial(group.add_argument, dest=name, default=argparse.SUPPRESS)
    if declared.kind is bool:
        add(option(name), action=argparse.BooleanOptionalAction, help=words)
        return
    if declared.scale == "text":
        add(option(name), action=_Text, nargs="+", metavar="TEXT", help=words)
        return
    names = [option(name), *(["--episodes"] if name == "total_episodes" else [])]
    kinds = {int: "N", float: "X", str: "NAME"}
    metavar = "N,N,…" if declared.scale == "widths" else kinds[declared.kind]
    add(*names, type=declared.parsed, metavar="|".join(declared.choices) or metavar, help=words)
    if declared.formerly:
        add(
            option(declared.formerly[0]),
            type=lambda text: declared.parsed(declared.of_earlier(text)),
            help=argparse.SUPPRESS,
        )


class _Text(argparse.Action):
    """Takes a text of several words, which a shell has taken apart."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, HYPERPARAMETERS[self.dest].parsed(" ".join(values)))


def value_words(value: Value) -> str:
    """A hyperparameter's value as a person writes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return setting(value) if isinstance(value, int | float) else value or "none"


def hyperparameter_table() -> str:
    """Every hyperparameter as a row of a Markdown table."""
    lines = [
        "| hyperparameter | symbol | option | default | range | unit | applies | meaning |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, declared in HYPERPARAMETERS.items():
        columns = (
            declared.label,
            declared.symbol,
            f"`{option(name)}`",
            value_words(declared.default),
            declared.range_text,
            declared.unit,
            declared.applies,
            declared.description,
        )
        lines.append("| " + " | ".join(column.replace("|", "\\|") for column in columns) + " |")
    return "\n".join(lines)
