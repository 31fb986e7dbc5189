"""The command line's ``evaluate``: episodes of a saved agent, in words, as JSON, as a film."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

from dqn_core.checkpoint import load_agent
from dqn_core.evaluation import Agent, Evaluation, evaluate
from dqn_core.interruptions import interruptions
from dqn_core.numbers import number
from dqn_core.outputs import Attempts, check_distinct
from dqn_core.recording import record
from dqn_core.results import evaluation_summary, json_text
from dqn_core.streams import say, tell
from dqn_core.video import write_video

BLOCK = 100
"""Episodes that are played side by side; an interruption keeps the blocks before it."""


def in_blocks(
    agent: Agent, episodes: int, seed: int = 0, epsilon: float = 0.0
) -> Iterator[Evaluation]:
    """`evaluate`, block by block: episodes that ended early alone would tell of a worse agent."""
    for start in range(0, episodes, BLOCK):
        yield evaluate(agent, min(BLOCK, episodes - start), seed + start, epsilon)


def evaluate_agent(options: argparse.Namespace) -> int:
    """Play episodes as ``options`` say, print them, film the first; returns the exit code."""
    check_distinct({"the agent": options.agent, "--video": options.video})
    agent = load_agent(options.agent)
    out, attempts, blocks = sys.stdout, Attempts(), list[Evaluation]()
    # What an environment prints is no part of the result.
    with redirect_stdout(sys.stderr), interruptions() as signals:
        with attempts.attempt("The evaluation was cut short."), signals.at_most(0):
            for block in in_blocks(agent, options.episodes, options.seed, options.epsilon):
                blocks.append(block)
        result = _result(agent, options, blocks)
        with attempts.attempt():
            say(json_text(result) if options.json else _in_words(result), out)
        if options.video:
            with attempts.attempt("The episode was not filmed."), signals.at_most(0):
                write_video(record(agent, options.seed, options.epsilon), options.video)
                tell(f"The first episode is in {options.video}.")
    return attempts.code


def _result(agent: Agent, options: argparse.Namespace, blocks: list[Evaluation]) -> dict[str, Any]:
    return {
        "env_id": agent.config.env_id,
        "env_steps": agent.env_steps,
        "seed": options.seed,
        "epsilon": options.epsilon,
        **evaluation_summary(blocks),
        "lengths": [length for block in blocks for length in block.lengths.tolist()],
    }


def _in_words(result: dict[str, Any]) -> str:
    if not result["episodes"]:
        return f"{result['env_id']}: no episode was played to its end."
    return (
        f"{result['env_id']}: mean return {result['mean_return']:.1f} over "
        f"{result['episodes']:,} episodes, from {number(min(result['returns']))} "
        f"to {number(max(result['returns']))}."
    )
