"""The command line's ``evaluate``: episodes of a saved agent, in words, as JSON, as a film."""

import argparse
from pathlib import Path
from typing import Any, TextIO

from dqn_core.agent import Agent
from dqn_core.base.numbers import number
from dqn_core.cli.interruptions import interruptions
from dqn_core.cli.outputs import Attempts, check_distinct
from dqn_core.cli.results import evaluation_summary, json_text
from dqn_core.cli.streams import apart_from_prints, say, tell
from dqn_core.configuration.keyword_arguments import called
from dqn_core.episodes.conditions import Conditions
from dqn_core.episodes.evaluation import Evaluation, evaluate
from dqn_core.episodes.recording import record
from dqn_core.episodes.video import write_video
from dqn_core.files.checkpoint import read_agents


@apart_from_prints
def evaluate_agent(options: argparse.Namespace, out: TextIO) -> int:
    """Play episodes as ``options`` say, print them, film the first; returns the exit code."""
    check_distinct({"the agent": options.agent, "--video": options.video}, out)
    agent = _agent(options.agent)
    conditions = Conditions(options.epsilon)
    attempts, parts = Attempts(), list[Evaluation]()
    with interruptions() as signals:
        with attempts.attempt("The evaluation was cut short."), signals.at_most(0):
            evaluate(agent, options.episodes, options.seed, conditions, keep=parts.append)
        result = _result(agent, options, parts)
        with attempts.attempt():
            say(json_text(result) if options.json else _in_words(result), out)
        if options.video:
            with attempts.attempt("The episode was not filmed."), signals.at_most(0):
                write_video(record(agent, options.seed, conditions), options.video)
                tell(f"The first episode is in {options.video}.")
    return attempts.code


def _agent(path: Path) -> Agent:
    saved = read_agents(path)
    agent, count = saved.agent(), len(saved.configs)
    if count > 1:
        tell(f"{path} is a run of {count} agents: the first one plays (seed {agent.config.seed}).")
    return agent


def _result(agent: Agent, options: argparse.Namespace, parts: list[Evaluation]) -> dict[str, Any]:
    return {
        "env_id": agent.config.env_id,
        "env_kwargs": agent.config.env_kwargs,
        "env_steps": agent.env_steps,
        "seed": options.seed,
        "epsilon": options.epsilon,
        **evaluation_summary(parts),
        "lengths": [length for part in parts for length in part.lengths.tolist()],
    }


def _in_words(result: dict[str, Any]) -> str:
    environment = called(result["env_id"], result["env_kwargs"])
    if not result["episodes"]:
        return f"{environment}: no episode was played to its end."
    count = result["episodes"]
    return (
        f"{environment}: mean return {number(result['mean_return'])} over "
        f"{count:,} episode{'s' if count > 1 else ''}, from {number(min(result['returns']))} "
        f"to {number(max(result['returns']))}."
    )
