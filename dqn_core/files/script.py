"""A run as the Python script that repeats it."""

from collections.abc import Mapping
from itertools import groupby

import numpy as np

from dqn_core.environments.modules import parts
from dqn_core.errors import LONGEST_MESSAGE, excerpt
from dqn_core.files.versions import versions
from dqn_core.hyperparameter import Value
from dqn_core.members import first_configs
from dqn_core.presets import AUTO, OF_CARTPOLE, PRESETS, preset
from dqn_core.trainer import Trainer

SCRIPT = '''\
"""A run of DQN Lab with its changes. Run it where `dqn_core` can be imported.

It gives the same numbers with {versions}; others may round otherwise.
"""
{stops}
from dqn_core import {names}
{module}
config = preset("{preset}"){values}
trainer = Trainer([config.replace(seed=seed) for seed in {seeds}])
{steps}
print(trainer.history.evaluations.frame().to_string(index=False))
'''

RUN = "trainer.run(max_steps="

ALL_STOPPED = """\
try:
    {run}
except LabError as error:
    print(error)"""
"""The last steps of a run whose members have all diverged."""


def script(trainer: Trainer, preset_name: str) -> str:
    """Python that makes the same run again: the values it began with, and each change at its step.

    The same to the bit, as far as it depends on steps alone. Not so where a change fell between two
    updates of one round or into a greedy evaluation that it concerns, or where the run was undone
    or opened in an environment whose state cannot be captured. A time budget is left out: the steps
    are those that it allowed. What is recommended for the environment is written out, as a later
    version may recommend something else.
    """
    if preset_name == AUTO or preset_name not in PRESETS:
        preset_name = OF_CARTPOLE
    changes = trainer.history.changes.columns()
    first = first_configs(trainer.configs, changes)[0].replace(total_seconds=0)
    values = first.difference(preset(preset_name))
    module, _ = parts(trainer.config.env_id)
    seeds = [config.seed for config in trainer.configs]
    stops = [
        f"# Seed {seed} stopped: {excerpt(stop.reason, LONGEST_MESSAGE)}\n"
        for seed, stop in zip(seeds, trainer.stops, strict=True)
        if stop
    ]
    steps, made = [], 0
    for step, changed in _together(changes):
        steps += _run_to(step, made)
        steps.append(f"trainer.change({_arguments(changed)})")
        made = step
    steps += _run_to(trainer.env_step, made)
    if not trainer.going_on:
        last = max(i for i, line in enumerate(steps) if line.startswith(RUN))
        steps[last] = ALL_STOPPED.format(run=steps[last])
    return SCRIPT.format(
        versions=", ".join(f"{name} {number}" for name, number in versions().items()),
        stops="".join(stops),
        names="Trainer, preset" if trainer.going_on else "LabError, Trainer, preset",
        module=f"import {module}  # registers the environment\n" if module else "",
        preset=preset_name,
        values=f".replace({_arguments(values)})" if values else "",
        seeds=seeds,
        steps="\n".join(steps),
    )


def _together(columns: Mapping[str, np.ndarray]) -> list[tuple[int, dict[str, Value]]]:
    """Environment step and values of each change; what was set together stays together."""
    of_first = (columns["member"] == 0) & (columns["name"] != "total_seconds")
    rows = zip(*(columns[name][of_first] for name in ("env_step", "name", "new")), strict=True)
    changes: list[tuple[int, dict[str, Value]]] = []
    for step, group in groupby(rows, key=lambda row: int(row[0])):
        values: dict[str, Value] = {}
        for _, name, new in group:
            if name in values:  # set twice at one step: one after the other
                changes.append((step, values))
                values = {}
            values[name] = new
        changes.append((step, values))
    return changes


def _run_to(step: int, made: int) -> list[str]:
    return [f"{RUN}{step - made})"] if step > made else []


def _arguments(values: dict[str, Value]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in values.items())
