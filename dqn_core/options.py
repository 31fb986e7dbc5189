"""The hyperparameters as options of a command line, and as the README's table."""

import argparse
from typing import Any

from dqn_core.config import HYPERPARAMETERS
from dqn_core.hyperparameter import GROUP_LABELS, Hyperparameter
from dqn_core.numbers import setting


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
    words = f"{declared.label}{symbol}. {declared.help} Default: {_default(declared)}."
    words = words.replace("%", "%%")
    if declared.kind is bool:
        group.add_argument(
            option(name),
            action=argparse.BooleanOptionalAction,
            default=argparse.SUPPRESS,
            help=words,
        )
        return
    if declared.scale == "text":
        group.add_argument(
            option(name),
            action=_Text,
            nargs="+",
            default=argparse.SUPPRESS,
            metavar="TEXT",
            help=words,
        )
        return
    names = [option(name), *(["--episodes"] if name == "total_episodes" else [])]
    kinds = {int: "N", float: "X", str: "NAME"}
    metavar = "N,N,…" if declared.scale == "widths" else kinds[declared.kind]
    group.add_argument(
        *names,
        dest=name,
        type=declared.parsed,
        default=argparse.SUPPRESS,
        metavar="|".join(declared.choices) or metavar,
        help=words,
    )
    if declared.formerly:
        group.add_argument(
            option(declared.formerly[0]),
            dest=name,
            type=lambda text: declared.parsed(declared.of_earlier(text)),
            default=argparse.SUPPRESS,
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


def _default(declared: Hyperparameter) -> str:
    if isinstance(declared.default, bool):
        return "on" if declared.default else "off"
    if isinstance(declared.default, str):
        return declared.default or "none"
    return setting(declared.default)


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
            _default(declared),
            declared.range_text,
            declared.unit,
            declared.applies,
            declared.description,
        )
        lines.append("| " + " | ".join(column.replace("|", "\\|") for column in columns) + " |")
    return "\n".join(lines)
