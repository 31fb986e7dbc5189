"""A run as files: its complete state, its curves as tables, the script that repeats it."""

import io
import zipfile
from itertools import groupby

from dashboard.run import Run
from dqn_core import preset
from dqn_core.hyperparameter import Value
from dqn_core.packing import pack

SCRIPT = '''\
"""A run of DQN Lab with its changes. Run it in the folder that dqn_core is in."""

from dqn_core import Trainer, preset

config = preset("{preset}"){values}
trainer = Trainer([config.replace(seed=seed) for seed in {seeds}])
{steps}
print(trainer.history.evaluations.frame().to_string(index=False))
'''


def run_bytes(run: Run) -> bytes:
    """What `dqn_core.load_run` reads: the run goes on from there to the bit."""
    return pack("run", run.state_dict())


def curves_zip(run: Run) -> bytes:
    """Every table of the history as CSV."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, frame in run.history.frames().items():
            archive.writestr(f"{name}.csv", frame.to_csv(index=False))
    return file.getvalue()


def script(run: Run, preset_name: str) -> str:
    """Python that makes the same run again: the values it began with, and each change at its step.

    The same to the bit, as far as it depends on steps alone. Not so where a change fell between two
    updates of one round or into a greedy evaluation that it concerns, or where the run was undone
    or opened in an environment whose state cannot be captured. A time budget is left out: the steps
    are those that it allowed.
    """
    configs, changes = run.trainer.configs, _changes(run)
    first = run.first_config.replace(total_seconds=0).difference(preset(preset_name))
    steps, made = [], 0
    for step, values in changes:
        steps += _run_to(step, made)
        steps.append(f"trainer.change({_arguments(values)})")
        made = step
    steps += _run_to(run.trainer.env_step, made)
    return SCRIPT.format(
        preset=preset_name,
        values=f".replace({_arguments(first)})" if first else "",
        seeds=[config.seed for config in configs],
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
    return [f"trainer.run(max_steps={step - made})"] if step > made else []


def _arguments(values: dict[str, Value]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in values.items())
