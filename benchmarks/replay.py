"""Does the replay buffer get slower as it gets larger?

    python benchmarks/replay.py

Cost of pushing one transition and of sampling a batch of 64, for full buffers of 10⁴, 10⁵ and
10⁶ transitions of CartPole's size, in turns.
"""

import numpy as np
import torch
from report import Report, arguments, interleaved, microseconds

from dqn_core.compute import set_threads
from dqn_core.random_streams import UniformStream
from dqn_core.replay import ReplayBuffer

OBSERVATION_DIM = 4


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
        replay.push(observations, zeros, zeros, observations, no, no)


def sample(replay: ReplayBuffer, times: int) -> None:
    gamma = np.full((1, 1), 0.99)
    for _ in range(times):
        replay.sample(64, gamma)


def main() -> None:
    options = arguments(__doc__).parse_args()
    set_threads()
    times, repeats = (20, 2) if options.quick else (2_000, 21)
    capacities = (10_000, 100_000, 1_000_000)
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
        "capacity",
        ["capacity", "push, µs", "sample of 64, µs", "sample ÷ smallest"],
        [
            [f"{capacity:,}", pushing, sampling, sampling / columns["sample"][0]]
            for capacity, pushing, sampling in zip(capacities, *columns.values(), strict=True)
        ],
    )
    report.finish(options.json)


if __name__ == "__main__":
    main()
