"""Does the replay buffer get slower as it gets larger, and what do priorities cost?

    python benchmarks/replay.py

Cost of pushing one transition and of sampling a batch of 64, for full buffers of 10⁴, 10⁵ and
10⁶ transitions of CartPole's size, in turns. Then uniform beside prioritised sampling of the
recommended batch with its n-step returns, and what the priorities cost after an update.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from report import Report, arguments, interleaved, microseconds

from dqn_core import DQNConfig
from dqn_core.base.compute import set_threads
from dqn_core.random_streams import UniformStream
from dqn_core.replay import ReplayBuffer, Transitions

OBSERVATION_DIM = 4
BATCH_SIZE, N_STEP = DQNConfig().batch_size, DQNConfig().n_step


def full_buffer(capacity: int) -> ReplayBuffer:
    """A buffer that has wrapped round, filled with noise."""
    replay = ReplayBuffer(capacity, OBSERVATION_DIM, UniformStream([0], "replay"))
    state = replay.state_dict()
    rows = torch.rand(1, capacity, state["rows"].shape[-1])
    replay.load_state_dict(state | {"rows": rows, "pushed": capacity})
    return replay


def push(replay: ReplayBuffer, times: int) -> None:
    observations = np.zeros((1, OBSERVATION_DIM), dtype=np.float32)
    zeros, no = np.zeros(1), np.zeros(1, dtype=bool)
    for _ in range(times):
        replay.push(Transitions(observations, zeros, zeros, observations, no, no))


def sample(replay: ReplayBuffer, times: int) -> None:
    gamma = np.full((1, 1), 0.99)
    for _ in range(times):
        replay.sample(64, gamma)


def prioritised(replay: ReplayBuffer) -> ReplayBuffer:
    """The same buffer with sampling by priorities, which are noise."""
    config = DQNConfig(sampling="prioritised", buffer_capacity=replay.capacity)
    replay.configure([config])
    state = replay.state_dict()
    errors = torch.rand(1, replay.capacity, dtype=torch.float64)
    replay.load_state_dict(state | {"sampler": state["sampler"] | {"errors": errors}})
    return replay


def draw(replay: ReplayBuffer, n_step: int, times: int) -> None:
    gamma = np.full((1, 1), 0.99)
    for _ in range(times):
        replay.sample(BATCH_SIZE, gamma, n_step)


def tell(replay: ReplayBuffer, times: int) -> None:
    """What is told after an update: the TD errors of the batch."""
    batch, errors = replay.sample(BATCH_SIZE, np.full((1, 1), 0.99)), torch.rand(1, BATCH_SIZE)
    for _ in range(times):
        replay.learnt(batch, errors)


def compare_samplers(report: Report, capacities: Sequence[int], times: int, repeats: int) -> None:
    """Uniform and prioritised draws in turns, with one-step and with n-step returns."""
    rows = []
    for capacity in capacities:
        uniform, by_priority = full_buffer(capacity), prioritised(full_buffer(capacity))
        for n_step in (1, N_STEP):
            calls = {
                "uniform": partial(draw, uniform, n_step, times),
                "prioritised": partial(draw, by_priority, n_step, times),
                "learnt": partial(tell, by_priority, times),
            }
            seconds = interleaved(calls, repeats)
            cost = {name: microseconds(values, times) for name, values in seconds.items()}
            ratio = cost["prioritised"] / cost["uniform"]
            rows.append([f"{capacity:,}", n_step, cost["uniform"], cost["prioritised"], ratio])
            rows[-1].append(cost["learnt"])
    report.say(f"A batch of {BATCH_SIZE}, uniform and prioritised:")
    header = ["capacity", "n-step", "uniform, µs", "prioritised, µs", "÷ uniform", "learnt, µs"]
    report.table(header, rows)


def main() -> None:
    options = arguments(__doc__).parse_args()
    set_threads()
    times, repeats = (20, 2) if options.quick else (2_000, 21)
    capacities = (1_000, 10_000) if options.quick else (10_000, 100_000, 1_000_000)
    buffers = {capacity: full_buffer(capacity) for capacity in capacities}
    columns = {}
    for name, operation in (("push", push), ("sample", sample)):
        calls = {
            f"{capacity:,}": lambda r=replay, run=operation: run(r, times)
            for capacity, replay in buffers.items()
        }
        seconds = interleaved(calls, repeats)
        columns[name] = [microseconds(values, times) for values in seconds.values()]

    report = Report("Cost of the replay buffer")
    report.table(
        ["capacity", "push, µs", "sample of 64, µs", "sample ÷ smallest"],
        [
            [f"{capacity:,}", pushing, sampling, sampling / columns["sample"][0]]
            for capacity, pushing, sampling in zip(capacities, *columns.values(), strict=True)
        ],
    )
    if not options.quick:
        capacities = (10_000, DQNConfig().buffer_capacity, 1_000_000)
    compare_samplers(report, capacities, times, repeats)
    print(report.markdown)


if __name__ == "__main__":
    main()
