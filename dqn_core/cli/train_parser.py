"""The options of the command line's ``train``."""

from typing import Any

from dqn_core.cli.argument_types import output, path, seeds, whole_number
from dqn_core.cli.loading import command
from dqn_core.configuration.options import add_hyperparameters
from dqn_core.environments import MOST_STEPS
from dqn_core.episodes.conditions import MOST_EPISODES
from dqn_core.presets import PRESETS


def add_train(commands: Any) -> None:
    """Declare the command and its options."""
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
    _what_is_trained(run)
    _what_is_written(run)
    _where_it_begins(run)
    run.add_argument("--json", action="store_true", help="print the result as one JSON object")
    add_hyperparameters(parser)


def _what_is_trained(run: Any) -> None:
    """Values and seeds, and how the result is judged."""
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


def _what_is_written(run: Any) -> None:
    """Files, and the run in the store."""
    run.add_argument(
        "--save",
        type=output,
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
        "--save-run", type=output, metavar="FILE", help="write the complete state of the run"
    )
    run.add_argument(
        "--runs",
        type=path,
        metavar="FOLDER",
        help="keep the run in the store in this folder while it trains, and print its name; `runs` "
        "lists and exports what is kept",
    )
    run.add_argument("--name", metavar="TEXT", help="what you call the run in the store")


def _where_it_begins(run: Any) -> None:
    """At another run's state, where it is not a fresh one."""
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
