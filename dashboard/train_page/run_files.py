"""A run as files: its complete state, its curves as tables, the script that repeats it."""

import io
import json
import platform
import zipfile
from importlib.metadata import version
from itertools import groupby
from typing import Any

from dashboard.session.run import Run
from dashboard.web.markup import one_line
from dqn_core import preset
from dqn_core.environments.modules import parts
from dqn_core.files.packing import pack
from dqn_core.history import MEANINGS
from dqn_core.hyperparameter import Value
from dqn_core.presets import AUTO, OF_CARTPOLE

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


def run_bytes(run: Run) -> bytes:
    """What `dqn_core.load_run` reads: the run goes on from there to the bit."""
    return pack("run", run.state_dict())


def curves_zip(run: Run) -> bytes:
    """Every table of the history as CSV, the members' configurations, and what is in the columns.

    A table has its own columns and ``seed``, that of the row's member.
    """
    with run.held():
        frames, description = run.history.frames(), _description(run)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, frame in frames.items():
            seeds = [member["seed"] for member in description["members"]]
            frame.insert(1, "seed", [seeds[member] for member in frame["member"]])
            archive.writestr(f"{name}.csv", frame.to_csv(index=False))
        archive.writestr("run.json", json.dumps(description, indent=1))
        archive.writestr("README.txt", _readme())
    return file.getvalue()


def _description(run: Run) -> dict[str, Any]:
    """What the rows are of: where the run is, and each member's configuration."""
    trainer = run.trainer
    return {
        "env_step": trainer.env_step,
        "gradient_updates": trainer.gradient_updates,
        "seconds": trainer.seconds,
        "versions": _versions(),
        "members": [
            {
                "member": p,
                "seed": now.seed,
                "config_at_step_0": first.to_dict(),
                "config": now.to_dict(),
                "stopped": stop and {"env_step": stop.env_step, "reason": stop.reason},
            }
            for p, (first, now, stop) in enumerate(
                zip(run.first_configs, trainer.configs, trainer.stops, strict=True)
            )
        ],
    }


def _readme() -> str:
    columns = "\n".join(f"  {name}: {meaning}" for name, meaning in MEANINGS.items())
    return (
        "A run of DQN Lab. run.json has each member's configuration, at step 0 and now; the rest "
        f"is tables.\n\nColumns:\n{columns}\n"
    )


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("torch", "numpy", "gymnasium")}
    return {"python": platform.python_version(), **packages}


def script(run: Run, preset_name: str) -> str:
    """Python that makes the same run again: the values it began with, and each change at its step.

    The same to the bit, as far as it depends on steps alone. Not so where a change fell between two
    updates of one round or into a greedy evaluation that it concerns, or where the run was undone
    or opened in an environment whose state cannot be captured. A time budget is left out: the steps
    are those that it allowed. What is recommended for the environment is written out, as a later
    version may recommend something else.
    """
    preset_name = OF_CARTPOLE if preset_name == AUTO else preset_name
    with run.held():
        trainer, changes = run.trainer, _changes(run)
        first = run.first_config.replace(total_seconds=0).difference(preset(preset_name))
        module, _ = parts(run.config.env_id)
        step_now, go_on = trainer.env_step, trainer.going_on
        seeds = [config.seed for config in trainer.configs]
        stops = [
            f"# Seed {seed} stopped: {one_line(stop.reason)}\n"
            for seed, stop in zip(seeds, trainer.stops, strict=True)
            if stop
        ]
    steps, made = [], 0
    for step, values in changes:
        steps += _run_to(step, made)
        steps.append(f"trainer.change({_arguments(values)})")
        made = step
    steps += _run_to(step_now, made)
    if not go_on:
        last = max(i for i, line in enumerate(steps) if line.startswith(RUN))
        steps[last] = ALL_STOPPED.format(run=steps[last])
    return SCRIPT.format(
        versions=", ".join(f"{name} {number}" for name, number in _versions().items()),
        stops="".join(stops),
        names="Trainer, preset" if go_on else "LabError, Trainer, preset",
        module=f"import {module}  # registers the environment\n" if module else "",
        preset=preset_name,
        values=f".replace({_arguments(first)})" if first else "",
        seeds=seeds,
        steps="\n".join(steps),
    )


def _changes(run: Run) -> list[tuple[int, dict[str, Value]]]:
    """Environment step and values of each change; what was set together stays together."""
    columns = run.history.changes.columns()
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
