"""What the tests of files share."""

import pytest

from dqn_core import Trainer
from dqn_core.files.checkpoint import agent_bytes
from dqn_core.files.packing import pack
from tests.core.checkpoints import CONFIG


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    trainer = Trainer([CONFIG, CONFIG.replace(seed=1)])
    trainer.run(max_steps=30)
    trainer.change(gamma=0.9)
    trainer.run(max_steps=5)
    return trainer


@pytest.fixture(scope="module")
def run_file(trainer: Trainer) -> bytes:
    return pack("run", trainer.state_dict())


@pytest.fixture(scope="module")
def agent_file(trainer: Trainer) -> bytes:
    return agent_bytes(trainer.agent())
