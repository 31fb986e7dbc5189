"""Whatever way a run takes through changes, undo and files, it is the run that went straight."""

from typing import Any

import numpy as np
import pytest

from dqn_core import Trainer, load_run
from dqn_core.files.packing import pack
from tests.core.small_runs import SMALL, assert_bit_equal, without_seconds

SEQUENCES = 12
"""The first of those that `a_way_is_the_straight_one` takes; each number is another way."""

RUN = SMALL.replace(
    buffer_capacity=60,
    learning_starts=8,
    evaluation_period=37,
    evaluation_episodes=2,
    max_episode_steps=25,
)
ENVIRONMENTS = ("CartPole-v1", "FrozenLake-v1", "Taxi-v4", "MountainCar-v0", "Acrobot-v1")
CHANGES: dict[str, tuple[Any, ...]] = {
    "gamma": (0.5, 0.9, 0.99),
    "learning_rate": (1e-4, 1e-3, 1e-2),
    "epsilon_end": (0.0, 0.5),
    "batch_size": (1, 8, 16),
    "buffer_capacity": (16, 60, 90),
    "n_step": (1, 3),
    "loss": ("mse", "huber"),
    "gradient_steps": (1, 4),
    "train_frequency": (1, 3),
    "target_update_unit": ("episodes", "env_steps", "gradient_updates"),
    "target_update_period": (1, 5),
    "max_episode_steps": (0, 7, 25),
    "evaluation_period": (0, 11, 37),
    "evaluation_episodes": (1, 3),
    "sampling": ("uniform", "sequential", "prioritised", "prioritised"),
    "priority_exponent": (0.0, 0.6, 1.0),
    "importance_exponent": (0.0, 0.4),
    "double_dqn": (True, False),
}

Step = tuple[str, Any]


def going(trainer: Trainer, step: Step) -> None:
    kind, what = step
    if kind == "run":
        trainer.run(max_steps=what)
    else:
        trainer.change(**what)


def a_way_is_the_straight_one(number: int) -> None:
    """A run is trained, changed, undone and resumed by chance; a naive twin takes no detour."""
    chance = np.random.default_rng(number)

    def any_of(values: Any) -> Any:
        return values[int(chance.integers(len(values)))]

    members = int(chance.integers(1, 3))
    config = RUN.replace(env_id=any_of(ENVIRONMENTS), seed=number, dueling=any_of((True, False)))
    configs = [config.replace(seed=number + member) for member in range(members)]
    trainer = Trainer(configs)
    way: list[Step] = []
    points: list[tuple[int, dict[str, Any]]] = []
    for _ in range(int(chance.integers(4, 16))):
        match any_of(("run", "run", "run", "change", "change", "undo", "resume")):
            case "run":
                way.append(("run", int(chance.integers(1, 40))))
                going(trainer, way[-1])
            case "change":
                names = chance.choice(list(CHANGES), size=chance.integers(1, 3), replace=False)
                points.append((len(way), trainer.state_dict()))
                way.append(("change", {str(name): any_of(CHANGES[name]) for name in names}))
                going(trainer, way[-1])
            case "undo" if points:
                del points[int(chance.integers(len(points))) + 1 :]
                length, state = points.pop()
                del way[length:]
                trainer.load_state_dict(state)
            case "resume":
                content = pack("run", trainer.state_dict())
                trainer.close()
                trainer = load_run(content)
    twin = Trainer(configs)
    for step in way:
        going(twin, step)
    for run in (trainer, twin):
        run.run(max_steps=20)
    assert not trainer.notice
    assert_bit_equal(without_seconds(trainer.state_dict()), without_seconds(twin.state_dict()))
    trainer.close()
    twin.close()


@pytest.mark.parametrize("number", range(SEQUENCES))
def test_changes_undo_and_files_leave_a_run_as_if_it_had_gone_straight(number: int) -> None:
    a_way_is_the_straight_one(number)
