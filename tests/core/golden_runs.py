"""Short runs of the presets, written down: an edit that moves results is seen, and meant.

`python -m tests.core.golden_runs` writes them anew, for an edit that is to move them; its commit
then says why.
"""

import json
import math
from pathlib import Path
from typing import Any

from dqn_core import PRESETS, Trainer
from dqn_core.presets import AUTO

FILE = Path(__file__).with_suffix(".json")

NAMES = [name for name in PRESETS if name != AUTO]
"""`AUTO` is another configuration for each environment, and is tuned anew at times."""

UPDATES = 98
"""So few that the rounding of another processor has not yet grown into another action."""


def golden_run(preset: str) -> dict[str, Any]:
    """What a run of that preset has come to after its first `UPDATES` gradient updates."""
    config = PRESETS[preset].config
    trainer = Trainer(config)
    trainer.run(max_steps=config.learning_starts + UPDATES * config.train_frequency)
    history = trainer.history
    updates = history.updates.columns(-1)
    online, target = trainer.learner.online.parameters, trainer.learner.target.parameters
    summary = {
        "env_steps": trainer.env_step,
        "gradient_updates": trainer.gradient_updates,
        "returns": history.episodes.columns()["return"].tolist(),
        "online": [online.mean().item(), online.std().item()],
        "target": [target.mean().item(), target.std().item()],
        "updates": {
            name: float(values[0])
            for name, values in updates.items()
            if name not in ("seconds", "member") and not math.isnan(values[0])
        },
    }
    trainer.close()
    return summary


if __name__ == "__main__":
    FILE.write_text(json.dumps({name: golden_run(name) for name in NAMES}, indent=1) + "\n")
