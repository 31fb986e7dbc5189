"""DQN and everything about a run, without a screen."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# What the package offers: for type checkers and editors, and below for Python itself.
if TYPE_CHECKING:
    from dqn_core.agent import Agent as Agent
    from dqn_core.base.errors import LabError as LabError
    from dqn_core.configuration.config import HYPERPARAMETERS as HYPERPARAMETERS
    from dqn_core.configuration.config import DQNConfig as DQNConfig
    from dqn_core.episodes.conditions import Conditions as Conditions
    from dqn_core.episodes.conditions import Push as Push
    from dqn_core.episodes.evaluation import evaluate as evaluate
    from dqn_core.episodes.recording import record as record
    from dqn_core.files.checkpoint import load_agent as load_agent
    from dqn_core.files.checkpoint import load_run as load_run
    from dqn_core.files.checkpoint import save_agent as save_agent
    from dqn_core.files.checkpoint import save_run as save_run
    from dqn_core.presets import PRESETS as PRESETS
    from dqn_core.presets import preset as preset
    from dqn_core.recommendation import recommended as recommended
    from dqn_core.trainer import Trainer as Trainer

    __all__: list[str]
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
    __all__ = [name for names in _MODULES.values() for name in names]

    def __getattr__(name: str) -> Any:
        for module, names in _MODULES.items():
            if name in names:
                globals()[name] = found = getattr(import_module(f"dqn_core.{module}"), name)
                return found
        raise AttributeError(f"module 'dqn_core' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
