"""DQN and everything about a run, without a screen."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dqn_core.agent import Agent
    from dqn_core.base.errors import LabError
    from dqn_core.configuration.config import HYPERPARAMETERS, DQNConfig
    from dqn_core.episodes.conditions import Conditions, Push
    from dqn_core.episodes.evaluation import evaluate
    from dqn_core.episodes.recording import record
    from dqn_core.files.checkpoint import load_agent, load_run, save_agent, save_run
    from dqn_core.presets import PRESETS, preset
    from dqn_core.recommendation import recommended
    from dqn_core.trainer import Trainer
else:
    # PyTorch takes a second to import: who needs nothing of it doesn't wait for it.
    _MODULES = {
        "agent": ("Agent",),
        "configuration.config": ("HYPERPARAMETERS", "DQNConfig"),
        "episodes.conditions": ("Conditions", "Push"),
        "episodes.evaluation": ("evaluate",),
        "episodes.recording": ("record",),
        "base.errors": ("LabError",),
        "files.checkpoint": ("load_agent", "load_run", "save_agent", "save_run"),
        "presets": ("PRESETS", "preset"),
        "recommendation": ("recommended",),
        "trainer": ("Trainer",),
    }

    def __getattr__(name: str) -> Any:
        for module, names in _MODULES.items():
            if name in names:
                globals()[name] = found = getattr(import_module(f"dqn_core.{module}"), name)
                return found
        raise AttributeError(f"module 'dqn_core' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = [
    "HYPERPARAMETERS",
    "PRESETS",
    "Agent",
    "Conditions",
    "DQNConfig",
    "LabError",
    "Push",
    "Trainer",
    "evaluate",
    "load_agent",
    "load_run",
    "preset",
    "recommended",
    "record",
    "save_agent",
    "save_run",
]
