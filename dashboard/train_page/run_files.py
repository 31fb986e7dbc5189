"""A run as files: its complete state, its curves as tables, the script that repeats it."""

import io
import json
import zipfile
from typing import Any

from dashboard.session.run import Run
from dqn_core.files import script as scripts
from dqn_core.files.packing import pack
from dqn_core.files.versions import versions
from dqn_core.history import MEANINGS


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
        "versions": versions(),
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


def script(run: Run, preset_name: str) -> str:
    """`dqn_core.files.script.script` of a run that may be training."""
    with run.held():
        return scripts.script(run.trainer, preset_name)
