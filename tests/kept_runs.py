"""Made-up runs in a store, written in milliseconds: curves that rise, by configuration and seed."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from dqn_core import DQNConfig
from dqn_core.history import EPISODES, EVALUATIONS, UPDATES
from dqn_core.store import rows
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store

LENGTH = 40
"""Environment steps of an episode."""

LONG = 3_600.0
"""Seconds that no test takes."""


def keep(
    store: Store,
    seeds: Sequence[int] = (0,),
    *,
    best: float = 400.0,
    episodes: int = 100,
    status: str = "finished",
    updates: bool = False,
    raced: Sequence[dict[str, Any]] = ({},),
    **values: Any,
) -> RunRecord:
    """A run of these seeds whose returns rise to about ``best``.

    One that is running goes on doing so, though nobody writes it. A race has all seeds with each
    of the values in ``raced``.
    """
    configs = [DQNConfig(seed=seed, **values | arm) for arm in raced for seed in seeds]
    record = store.create(configs, preset="auto")
    return fill(store, record, [best] * len(configs), episodes, status, updates)


def fill(
    store: Store,
    record: RunRecord,
    best: Sequence[float],
    episodes: int = 100,
    status: str = "finished",
    updates: bool = False,
) -> RunRecord:
    """Give a run without rows those of returns that rise to about ``best`` of each member."""
    seeds = [config.seed for config in record.configs]
    history = tables(seeds, best, episodes)
    if not updates:
        history.pop("updates")
    with store.writing() as connection:
        for name, columns in history.items():
            rows.append(connection, record.run, name, 0, columns)
        connection.execute(
            "UPDATE runs SET status = ?, updated = ?, env_steps = ?, recent_return = ?, "
            "greedy_return = ? WHERE run = ?",
            (
                status,
                time.time() + (LONG if status == "running" else 0),
                LENGTH * episodes,
                float(history["episodes"]["return"][-20:].mean()),
                float(history["evaluations"]["mean_return"][-len(seeds) :].mean()),
                record.run,
            ),
        )
    return store.run(record.run)


def tables(
    seeds: Sequence[int], best: float | Sequence[float], episodes: int
) -> dict[str, dict[str, np.ndarray]]:
    """Their histories; the same seed and ``best`` give the same rows."""
    bests = [best] * len(seeds) if isinstance(best, float) else best
    of_each = [
        _of_one(member, seed, its_best, episodes)
        for member, (seed, its_best) in enumerate(zip(seeds, bests, strict=True))
    ]
    joined = {}
    for name in of_each[0]:
        columns = {c: np.concatenate([one[name][c] for one in of_each]) for c in of_each[0][name]}
        order = np.lexsort((columns["member"], columns["episode"]))
        joined[name] = {c: column[order] for c, column in columns.items()}
    return joined


def _of_one(member: int, seed: int, best: float, episodes: int) -> dict[str, dict[str, np.ndarray]]:
    random = np.random.default_rng(seed)
    episode = np.arange(1, episodes + 1)
    skill = 1 / (1 + np.exp(-(episode / episodes - 0.4) * 12))
    level = best * (1 + 0.1 * random.standard_normal())
    returns = np.clip(20 + level * skill * (1 + 0.2 * random.standard_normal(episodes)), 9, 500)
    when = {
        "member": np.full(episodes, member),
        "env_step": LENGTH * episode,
        "episode": episode,
        "seconds": 0.01 * episode,
    }
    every = slice(9, None, 10)
    evaluated = {name: column[every] for name, column in when.items()}
    return {
        "episodes": _filled(EPISODES, when | {"return": returns.round()}),
        "evaluations": _filled(EVALUATIONS, evaluated | {"mean_return": 20 + level * skill[every]}),
        "updates": _filled(UPDATES, when | {"gradient_update": episode}),
    }


def _filled(types: Any, known: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """All columns of a table; those that nobody looks at are 0."""
    length = len(known["member"])
    return {name: known.get(name, np.zeros(length, dtype=kind)) for name, kind in types.items()}
