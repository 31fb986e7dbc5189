"""What does a member cost when many agents train side by side?

    python benchmarks/population.py

Steps of all members together per second for P members, in turns, on the work described in
contenders.py: this project on one thread, Stable-Baselines3 in a process on each core, and rejax
(JAX) with `vmap` on all cores where it is installed. Where there is a CUDA GPU this project on it,
too. Then the ratios that matter, among them to the floor: the matrix products and the Adam step
alone.
"""

import functools
import importlib.util
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from typing import Any

import contenders
import numpy as np
import torch
from report import Report, arguments, interleaved, microseconds, ratio

from dqn_core.base.compute import set_threads
from dqn_core.interaction import Interaction

SB3 = "Stable-Baselines3"
BUFFER_CAPACITY = 2_000
"""Small, so that the buffers of a thousand members fit into memory."""

Contestants = Mapping[tuple[str, int], Callable[[int], object]]
"""What makes a number of steps, by its name and its members."""


def ours(hidden_dim: int, members: int, device: str = "cpu") -> Callable[[int], object]:
    config = contenders.identical_work(hidden_dim).replace(
        buffer_capacity=BUFFER_CAPACITY, device=device
    )
    trainer = contenders.this_project(config, members)
    return lambda steps: trainer.run(max_steps=steps)


def _serve(connection: Connection, hidden_dim: int) -> None:
    """Advance Stable-Baselines3's agent whenever that is asked for, in a process of its own."""
    set_threads()
    advance = contenders.stable_baselines(hidden_dim)
    connection.send("ready")
    while steps := connection.recv():
        advance(steps)
        connection.send("done")


@contextmanager
def in_processes(hidden_dim: int, count: int) -> Iterator[Callable[[int], object]]:
    """Stable-Baselines3's `DQN` in so many processes, each making so many steps."""
    connections = []
    for _ in range(count):
        here, there = multiprocessing.Pipe()
        multiprocessing.Process(target=_serve, args=(there, hidden_dim), daemon=True).start()
        connections.append(here)
    for connection in connections:
        connection.recv()

    def advance(steps: int) -> None:
        for connection in connections:
            connection.send(steps)
        for connection in connections:
            connection.recv()

    yield advance
    for connection in connections:
        connection.send(0)


def environments(members: int, together: bool) -> Callable[[int], object]:
    """Steps and resets of ``members`` CartPoles, in one operation or one by one."""
    config = contenders.identical_work()
    them = Interaction([config.replace(seed=seed) for seed in range(members)])
    if not together:
        them._side_by_side = None
    actions = np.random.default_rng(0).integers(2, size=(1_000, members))

    def advance(steps: int) -> None:
        for step in range(steps):
            made = them.step(actions[step % 1_000], step)
            for p in (made.terminated | made.truncated).nonzero()[0].tolist():
                them.end_episode(p)
            them.begin_where_due(step)

    return advance


def main() -> None:
    options = arguments(__doc__).parse_args()
    set_threads()
    repeats = 2 if options.quick else 9
    members = (1, 2, 8) if options.quick else (1, 2, 4, 8, 16, 32, 64, 256, 1_024)
    widths = (64,) if options.quick else (64, 128)
    report = Report("Agents side by side")
    rows: list[list[Any]] = []
    ratios: list[list[Any]] = []
    has_rejax = importlib.util.find_spec("rejax") is not None
    one_step, cores = (5, 1) if options.quick else (200, os.cpu_count() or 1)
    with ExitStack() as stack:
        # All of them before this process has threads, of which they may be copies.
        processes: dict[int, Contestants] = {
            hidden: {
                (f"{SB3}, a process on each core", cores): stack.enter_context(
                    in_processes(hidden, cores)
                )
            }
            for hidden in widths
        }
        for hidden in widths:
            micro, beside = _measured(
                hidden, members, one_step, repeats, has_rejax, processes[hidden]
            )
            rows += [[hidden, name, n, 1e6 * n / step] for (name, n), step in micro.items()]
            ratios += beside
    report.say("Steps of all members together per second:")
    report.table(["hidden", "", "members", "member-steps/s"], rows)
    if not has_rejax:
        report.say("rejax is left out: `pip install rejax gymnax==0.0.9` adds it.")

    steps = 20 if options.quick else 400
    seconds = interleaved(
        {
            name: functools.partial(environments(32, name == "together"), steps)
            for name in ("together", "one by one")
        },
        repeats,
    )
    ratios.append(
        ["32 environments: a step of all in one operation ÷ one by one", ratio(*seconds.values())]
    )
    report.table(["measure", "ratio"], ratios)
    print(report.markdown)


def _measured(
    hidden: int,
    members: tuple[int, ...],
    one_step: int,
    repeats: int,
    has_rejax: bool,
    processes: Contestants,
) -> tuple[dict[tuple[str, int], float], list[list[Any]]]:
    """Microseconds of a step of so many members by name and members, and ratios of these."""
    contestants: dict[tuple[str, int], Callable[[int], object]] = {}
    for count in members:
        contestants["DQN Lab", count] = ours(hidden, count)
        if torch.cuda.is_available():
            contestants["DQN Lab on the GPU", count] = ours(hidden, count, "cuda")
        contestants["floor", count] = contenders.floor(hidden_dim=hidden, members=count)
        if has_rejax:
            contestants["rejax", count] = contenders.rejax(hidden, count, one_step)
    contestants[SB3, 1] = contenders.stable_baselines(hidden)
    contestants |= processes
    # Fewer steps of many members, so that each has its turn within seconds.
    steps = {key: max(1, one_step // max(1, key[1] // 8)) for key in contestants}
    steps |= {key: one_step for key in contestants if key[0] == "rejax"}
    seconds = interleaved(
        {str(key): functools.partial(run, steps[key]) for key, run in contestants.items()},
        repeats,
    )
    times = {key: [second / steps[key] for second in seconds[str(key)]] for key in contestants}
    micro = {key: microseconds(values, 1) for key, values in times.items()}
    largest = max(count for count in members if count <= 32)
    lab = {count: times["DQN Lab", count] for count in members}
    return micro, [
        [
            f"8 members of hidden {hidden}, wall time ÷ {SB3}'s for one",
            ratio(lab[8], times[SB3, 1]),
        ],
        [
            f"hidden {hidden}: a member's step among {largest} ÷ alone",
            ratio(lab[largest], lab[1]) / largest,
        ],
        [
            f"hidden {hidden}: a step of {largest} members ÷ the floor of that shape",
            ratio(lab[largest], times["floor", largest]),
        ],
    ]


if __name__ == "__main__":
    main()
