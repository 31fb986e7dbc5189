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

from dqn_core.cli.app import app
from dqn_core.cli.argument_types import number, path, seeds, whole_number
from dqn_core.cli.compare import add_compare
from dqn_core.cli.loading import command
from dqn_core.cli.outputs import FAILED, INTERRUPTED, REFUSED
from dqn_core.cli.runs_parser import add_runs
from dqn_core.cli.streams import prepare_streams, say, tell, warnings_told
from dqn_core.cli.sweep_parser import add_sweep
from dqn_core.config import HYPERPARAMETERS
from dqn_core.environments import MOST_STEPS, known_environments
from dqn_core.episodes.conditions import MOST_EPISODES
from dqn_core.episodes.video import encoder_for
from dqn_core.errors import ConfigurationError, LabError
from dqn_core.options import add_hyperparameters, hyperparameter_table
from dqn_core.presets import PRESETS
from dqn_core.scalars import share
from dqn_core.whole_files import checked_target

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
    _add_train(commands)
    _add_evaluate(commands)
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


def _add_train(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = commands.add_parser(
        "train",
        help="train an agent",
        usage="%(prog)s [options]",
        allow_abbrev=False,
        description="Train until a budget is used up or another stop under Budget is reached. "
        "Ctrl-C (or SIGTERM, or SIGHUP) stops between two steps, and the result so far is saved; a "
        "second one ends the final evaluation early.",
        epilog="The defaults above are those for CartPole-v1. Another environment gets what is "
        "recommended for it, unless a preset or an option says otherwise; --json prints every "
        "value. With several seeds, env_steps and gradient_updates are those of one seed, "
        "steps_per_second counts the steps of all seeds, returns and episode_ends are those of all "
        "seeds, and members lists the seeds one by one. A seed that diverges is stopped, and the "
        "others continue: evaluation, interquartile_mean and interval count only the others, and "
        "aggregate_members is their number.",
    )
    parser.set_defaults(command=command("train.train"))
    run = parser.add_argument_group("Run")
    run.add_argument(
        "--preset",
        choices=list(PRESETS),
        help="values of all options that are not given: auto, the default, is what is recommended "
        "for the environment, which the names of papers change as these do; recommended is that "
        "for CartPole-v1 and notebook the notebook's, in any environment",
    )
    run.add_argument(
        "--seeds",
        type=seeds,
        metavar="N|A,B,…",
        help="train several agents side by side: N consecutive seeds from --seed on, or the seeds "
        "A, B, …",
    )
    run.add_argument(
        "--eval-episodes",
        type=whole_number("eval_episodes", 1, MOST_EPISODES),
        default=20,
        metavar="N",
        help="fresh episodes in the final greedy evaluation of each seed (default: 20); `evaluate` "
        "plays the same episodes",
    )
    run.add_argument(
        "--save",
        type=_output,
        metavar="FILE",
        help="write the agent, a safetensors file; with several seeds, the agent with the best "
        "final evaluation",
    )
    run.add_argument(
        "--best",
        action="store_true",
        help="evaluate and save the policy of the best greedy evaluation instead of the last one",
    )
    run.add_argument(
        "--save-run", type=_output, metavar="FILE", help="write the complete state of the run"
    )
    run.add_argument(
        "--runs",
        type=path,
        metavar="FOLDER",
        help="keep the run in the store in this folder while it trains, and print its name; `runs` "
        "lists and exports what is kept",
    )
    run.add_argument("--name", metavar="TEXT", help="what you call the run in the store")
    run.add_argument(
        "--resume",
        metavar="FILE|RUN",
        help="continue a saved run, or one of the store; hyperparameters that are given, too, "
        "change from there on",
    )
    run.add_argument(
        "--fork",
        metavar="RUN",
        help="begin a new run at a state of one of the store, with the hyperparameters that are "
        "given; the history up to there is its parent's",
    )
    run.add_argument(
        "--at",
        type=whole_number("at", 0, MOST_STEPS),
        metavar="STEP",
        help="fork from this environment step: what lies behind the nearest snapshot is trained "
        "again, to the same bits (default: the last snapshot)",
    )
    run.add_argument("--json", action="store_true", help="print the result as one JSON object")
    add_hyperparameters(parser)


def _output(text: str) -> Path:
    checked_target(path(text))  # known before the training rather than after
    return Path(text).absolute()  # an environment may change the working folder


def _add_evaluate(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = commands.add_parser(
        "evaluate", help="play episodes with a saved agent", allow_abbrev=False
    )
    parser.set_defaults(command=command("evaluate.evaluate_agent"))
    parser.add_argument("agent", type=path, help="a file that `train --save` wrote")
    parser.add_argument(
        "--episodes",
        type=whole_number("episodes", 1, MOST_EPISODES),
        default=20,
        metavar="N",
        help="number of episodes (default: 20)",
    )
    parser.add_argument(
        "--seed",
        type=HYPERPARAMETERS["seed"].parsed,
        default=0,
        metavar="N",
        help="environment seed of the first episode; each next episode uses the next seed "
        "(default: 0)",
    )
    parser.add_argument(
        "--epsilon",
        type=_epsilon,
        default=0.0,
        metavar="X",
        help="share of random actions, 0 to 1 (default: 0, the greedy policy)",
    )
    parser.add_argument(
        "--video", type=_film, metavar="FILE", help="write the first episode as .mp4 or .gif"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _film(text: str) -> Path:
    film = _output(text)
    encoder_for(film)  # known before the episodes rather than after
    return film


def _epsilon(text: str) -> float:
    return share("epsilon", number(text))


def _print_hyperparameters(_: argparse.Namespace) -> int:
    say(hyperparameter_table())
    return 0


def _print_environments(_: argparse.Namespace) -> int:
    say("\n".join(known_environments()))
    return 0
