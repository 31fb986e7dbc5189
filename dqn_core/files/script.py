"""A run as the Python script that repeats it."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np

from dqn_core.base.errors import LONGEST_MESSAGE, excerpt
from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.hyperparameter import Value
from dqn_core.configuration.members import differing, first_configs
from dqn_core.environments.modules import parts
from dqn_core.files.versions import versions
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
trainer = Trainer({members})
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

    The same to the bit, but not where a change fell between two updates of one round or into a
    greedy evaluation that it concerns, nor where the run was undone or opened in an environment
    whose state cannot be captured. A time budget is left out: the steps are those that it allowed.
    What is recommended for the environment is written out, as a later version may recommend
    something else.
    """
    if preset_name == AUTO or preset_name not in PRESETS:
        preset_name = OF_CARTPOLE
    changes = trainer.history.changes.columns()
    configs = first_configs(trainer.configs, changes)
    own = differing(configs)
    values = configs[0].replace(total_seconds=0).difference(preset(preset_name))
    values = {name: value for name, value in values.items() if name not in own}
    module, _ = parts(trainer.config.env_id)
    seeds = [config.seed for config in trainer.configs]
    stops = [
        f"# Seed {seed} stopped: {excerpt(stop.reason, LONGEST_MESSAGE)}\n"
        for seed, stop in zip(seeds, trainer.stops, strict=True)
        if stop
    ]
    steps, made = [], 0
    for step, member, changed in _of_all(changes, trainer.members):
        steps += _run_to(step, made)
        who = "" if member is None else f"{member}, "
        steps.append(f"trainer.change({who}{_arguments(changed)})")
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
        members=_members(configs, own),
        steps="\n".join(steps),
    )


def _members(configs: Sequence[DQNConfig], own: Sequence[str]) -> str:
    """The members' configurations as code: seeds alone, or in a race what each begins with."""
    if not own:
        return f"[config.replace(seed=seed) for seed in {[config.seed for config in configs]}]"
    each = ({name: getattr(config, name) for name in ("seed", *own)} for config in configs)
    lines = (f"    config.replace({_arguments(values)}),\n" for values in each)
    return f"[\n{''.join(lines)}]"


def _of_all(
    columns: Mapping[str, np.ndarray], members: int
) -> list[tuple[int, int | None, dict[str, Value]]]:
    """Environment step, member and values of each change; None is a change of all members."""
    of_each = [_together(columns, member) for member in range(members)]
    found: list[tuple[int, int | None, dict[str, Value]]] = []
    for step in sorted({step for changes in of_each for step, _ in changes}):
        here = [[values for at, values in changes if at == step] for changes in of_each]
        if all(values == here[0] for values in here):
            found += [(step, None, values) for values in here[0]]
        else:
            found += [(step, p, values) for p, own in enumerate(here) for values in own]
    return found


def _together(columns: Mapping[str, np.ndarray], member: int) -> list[tuple[int, dict[str, Value]]]:
    """Environment step and values of a member's changes; what was set together stays together."""
    own = (columns["member"] == member) & (columns["name"] != "total_seconds")
    rows = zip(*(columns[name][own] for name in ("env_step", "name", "new")), strict=True)
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
