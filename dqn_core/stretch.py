"""How many steps a device makes by itself: each look at its results has to wait for it."""

from typing import TYPE_CHECKING

from dqn_core.population import STRETCH

if TYPE_CHECKING:
    from dqn_core.trainer import Trainer


def prepare_stretch(run: "Trainer", must_look_often: bool) -> int:
    """Be ready for the steps until the next look; returns the environment step that it comes after.

    On the processor each step is looked at. A device makes several by itself, and the random
    numbers and ε of all of them are moved there before.
    """
    steps, config = _steps_to_next_look(run, must_look_often), run.config
    device = run.interaction.prepare(steps)
    if device == "cpu":
        run.exploration.prepare(1, device)
        return 0
    run.exploration.prepare(steps, device)
    run.epsilons.prepare(run.env_step, steps, device)
    if run.env_step + steps >= config.learning_starts:
        updates = (steps // config.train_frequency + 1) * config.gradient_steps
        run.replay.reserve(updates, config.batch_size)
    return run.env_step + steps


def _steps_to_next_look(run: "Trainer", must_look_often: bool) -> int:
    """For how many steps nobody needs to know which episodes have ended."""
    steps = [STRETCH // run.config.gradient_steps]
    if must_look_often:
        steps.append(1)
    if run.config.total_episodes:
        steps.append(run.config.total_episodes - run.fewest_episodes)
    for p in run.going_on:
        if run.configs[p].target_update_unit == "episodes":
            period = run.configs[p].target_update_period
            steps.append(period - run.episodes[p] % period)
    return max(1, min(steps))
