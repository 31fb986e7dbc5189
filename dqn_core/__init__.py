"""DQN and everything about a run, without a screen."""

from dqn_core.agent import Agent
from dqn_core.config import HYPERPARAMETERS, DQNConfig
from dqn_core.episodes.conditions import Conditions, Push
from dqn_core.episodes.evaluation import evaluate
from dqn_core.episodes.recording import record
from dqn_core.errors import LabError
from dqn_core.files.checkpoint import load_agent, load_run, save_agent, save_run
from dqn_core.presets import PRESETS, preset
from dqn_core.recommendation import recommended
from dqn_core.trainer import Trainer

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
