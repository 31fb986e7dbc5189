"""The command line: ``python -m dqn_core train``, ``evaluate``, ``hyperparameters``…"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from dqn_core.base.errors import ConfigurationError, LabError
from dqn_core.cli.app import app
from dqn_core.cli.compare import add_compare
from dqn_core.cli.evaluate_parser import add_evaluate
from dqn_core.cli.exit_codes import FAILED, INTERRUPTED, REFUSED
from dqn_core.cli.runs_parser import add_runs
from dqn_core.cli.streams import prepare_streams, say, tell, warnings_told
from dqn_core.cli.sweep_parser import add_sweep
from dqn_core.cli.train_parser import add_train
from dqn_core.configuration.options import hyperparameter_table
from dqn_core.environments import known_environments

_NEGATIVE_NUMBER = re.compile(r"-((\d+\.?\d*|\.\d+)(e[-+]?\d+)?|inf(inity)?|nan)$", re.IGNORECASE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0, 1 failed, 2 refused, 130 interrupted)."""
    # pygame would draw into a window, and greet on standard output.
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    prepare_streams()
    if "" not in sys.path:
        sys.path.append("")  # modules in the current folder, however the command was started
    try:
        options = _parser().parse_args(arguments)
        with warnings_told():
            code: int = options.command(options)
    except LabError as error:
        tell(f"error: {error}")
        return REFUSED
    except KeyboardInterrupt:
        tell("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:  # the reader has gone (``| head``)
        return FAILED
    return code


def program() -> int:
    """`main` as a process of its own, which leaves standard output with its result.

    What an environment prints on its way out is no part of it.
    """
    code = main()
    with suppress(AttributeError, OSError, ValueError):  # an environment may have taken them away
        sys.stdout.flush()
        os.dup2(sys.stderr.fileno(), 1)
    sys.stdout = sys.stderr
    return code


class _Parser(argparse.ArgumentParser):
    """A parser whose refusals are one sentence, and which knows a negative number in any form."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        # argparse takes −1e-5 and −inf for options, and only −1 and −0.1 for values.
        self._negative_number_matcher = _NEGATIVE_NUMBER

    def print_help(self, file: object = None) -> None:
        say(self.format_help().rstrip())

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuse what is left over here, where the command's own options are known."""
        options, left_over = super().parse_known_args(args, namespace)
        if left_over:
            self.error(self._not_understood(left_over[0].partition("=")[0]))
        return options, left_over

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """Take ``--name=--`` at its word: argparse would make an empty list of it."""
        if arg_strings == ["--"] and action.option_strings and action.nargs is None:
            value = self._get_value(action, "--")
            self._check_value(action, value)
            return value
        return super()._get_values(action, arg_strings)

    def _not_understood(self, word: str) -> str:
        near = get_close_matches(word, self._option_string_actions, n=1)
        hint = f"did you mean {near[0]}?" if near else f"{self.prog} --help lists all options."
        return f"There is no option {word}: {hint}"

    def error(self, message: str) -> NoReturn:
        raise ConfigurationError(message)


def _parser() -> _Parser:
    installed = Path(sys.argv[0]).name == "dqn-lab"
    prog = "dqn-lab" if installed else "python -m dqn_core"
    parser = _Parser(prog=prog, description="Deep Q-learning on the command line.")
    commands = parser.add_subparsers(required=True, metavar="command", dest="name")
    add_train(commands)
    add_evaluate(commands)
    add_sweep(commands)
    add_runs(commands)
    add_compare(commands)
    listing = commands.add_parser(
        "hyperparameters", help="print every hyperparameter as a Markdown table"
    )
    listing.set_defaults(command=_print_hyperparameters)
    environments = commands.add_parser(
        "environments", help="print the environments of Gymnasium that can be learned here"
    )
    environments.set_defaults(command=_print_environments)
    # Without a prefix every word is Streamlit's, its options too.
    pages = commands.add_parser(
        "app", help="start the app in your browser", prefix_chars="\0", add_help=False
    )
    pages.add_argument("streamlit_options", nargs=argparse.REMAINDER)
    pages.set_defaults(command=app)
    return parser


def _print_hyperparameters(_: argparse.Namespace) -> int:
    say(hyperparameter_table())
    return 0


def _print_environments(_: argparse.Namespace) -> int:
    say("\n".join(known_environments()))
    return 0
