"""The options of the command line's ``evaluate``."""

from pathlib import Path
from typing import Any

from dqn_core.base.scalars import share
from dqn_core.cli.argument_types import number, output, path, whole_number
from dqn_core.cli.loading import command
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.episodes.conditions import MOST_EPISODES
from dqn_core.episodes.video import encoder_for


def add_evaluate(commands: Any) -> None:
    """Declare the command and its options."""
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
    film = output(text)
    encoder_for(film)  # known before the episodes rather than after
    return film


def _epsilon(text: str) -> float:
    return share("epsilon", number(text))
