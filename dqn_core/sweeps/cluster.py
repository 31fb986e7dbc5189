"""A Ray cluster as a crew: runs are trained in legs of some seconds, wherever there is room.

A machine of the cluster does not see the store. It gets a run's complete state and gives the state
after the leg back, which is written into the store here, where the sweep was started. So a machine
that is lost costs at most one leg, which Ray has done again from the same state elsewhere.
"""

import os
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dqn_core
from dqn_core.base.compute import set_threads
from dqn_core.base.errors import (
    DivergenceError,
    LabError,
    first_line,
    needs_package,
)
from dqn_core.base.memory import in_words
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.config import DQNConfig
from dqn_core.environments.modules import import_typed
from dqn_core.files.checkpoint import load_run
from dqn_core.files.packing import pack
from dqn_core.replay import replay_bytes
from dqn_core.store.record import Status
from dqn_core.store.recorder import Recorder
from dqn_core.store.store import Store
from dqn_core.sweeps.tasks import Outcome, Task
from dqn_core.sweeps.training import ENDED
from dqn_core.trainer import Trainer

LEG_SECONDS = 20.0
"""A machine trains for so long until it gives the state back."""

GPU_SHARE = 0.25
"""Each run whose device is cuda gets this share of a GPU: small networks leave most of it idle."""

CONNECT_SECONDS = 10.0

BYTES_OF_PROCESS = 600 * 2**20
"""Memory of Python with PyTorch."""

PATIENCE_SECONDS = 120.0
"""How long a run waits for a machine that has room for it: a cluster may add one when asked."""


@dataclass(frozen=True)
class Leg:
    """What a machine gives back: a run's complete state, packed, and how the run stands.

    All in one: where a lost machine's leg is done again, it may come less far than the first time.
    ``is_there`` says whether the task's step was reached, with the greedy evaluation that is due.
    """

    content: bytes
    status: Status = Status.PAUSED
    is_there: bool = False
    error: str = ""


@dataclass(frozen=True)
class _UnderWay:
    """A leg that Ray was given, and what a machine must have for it."""

    task: Task
    needed: Mapping[str, float]


class RayCrew:
    """A `Crew` of all the processors of a Ray cluster, which may come and go.

    Raises `MissingPackageError` without Ray, and `LabError` where there is no cluster at
    ``address``, or none with the GPU that ``base`` needs; ``auto`` is the cluster that this machine
    belongs to. ``typed`` is as for `Workers`.
    """

    def __init__(
        self,
        store: Store,
        base: DQNConfig,
        address: str,
        typed: str = "",
        leg_seconds: float = LEG_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._ray: Any = loaded_ray()
        self._store = store
        self._typed = typed
        self._leg_seconds = leg_seconds
        self._patience = patience
        self._legs: dict[Any, _UnderWay] = {}
        self._roomless_since: dict[str, float] = {}  # by the run: no machine has room for it
        _connect(self._ray, address)
        if base.device == "cuda" and not self._ray.cluster_resources().get("GPU"):
            raise LabError(
                "No machine of the Ray cluster at {address} has a GPU, which device cuda needs: "
                "give --device cpu.",
                address=address,
            )

    @property
    def idle(self) -> int:
        return max(1, int(self._ray.cluster_resources().get("CPU", 0))) - len(self._legs)

    @property
    def is_busy(self) -> bool:
        return bool(self._legs)

    def begin(self, task: Task) -> None:
        record = self._store.run(task.run)
        before = None
        if self._store.snapshots(task.run):
            with closing(self._store.trainer(task.run)) as trainer:
                before = self._ray.put(Leg(pack("run", trainer.state_dict())))
        self._set_out(task, record.configs, before)

    def wait(self, seconds: float) -> Sequence[Outcome]:
        if not self._legs:
            return []
        ended, _ = self._ray.wait(list(self._legs), num_returns=1, timeout=seconds)
        outcomes = [self._ended(each) for each in ended]
        return [outcome for outcome in outcomes if outcome] + self._given_up()

    def stop(self) -> None:
        """Wait some seconds for the legs that are under way, and begin no other."""
        deadline = time.monotonic() + 2 * self._leg_seconds
        while self._legs and time.monotonic() < deadline:
            ended, _ = self._ray.wait(list(self._legs), num_returns=1, timeout=1.0)
            for each in ended:
                self._arrived(each)
        self.close()

    def close(self) -> None:
        for each in self._legs:
            self._ray.cancel(each, force=True)
        self._legs = {}
        self._ray.shutdown()

    def _set_out(self, task: Task, configs: Sequence[DQNConfig], before: Any) -> None:
        # A function with its own resources; -1: again and again, as long as machines are lost.
        needed = resources(configs)
        remote = self._ray.remote(max_retries=-1, **needed)(_leg)
        each = remote.remote(list(configs), before, task.until, self._leg_seconds, self._typed)
        self._legs[each] = _UnderWay(task, needed)

    def _given_up(self) -> list[Outcome]:
        """Tasks for which no machine of the cluster has room, even if it did nothing else.

        Ray would wait for one for ever.
        """
        machines = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        outcomes = []
        for each, leg in list(self._legs.items()):
            run, now = leg.task.run, time.monotonic()
            if any(_has_room(machine, leg.needed) for machine in machines):
                self._roomless_since.pop(run, None)
            elif now - self._roomless_since.setdefault(run, now) >= self._patience:
                del self._legs[each]
                self._ray.cancel(each, force=True)
                outcomes.append(Outcome(run, is_finished=False, error=_roomless(run, leg.needed)))
        return outcomes

    def _ended(self, each: Any) -> Outcome | None:
        """Write what a leg came to, and begin the next one unless it was the last."""
        task = self._legs[each].task
        leg, problem = self._arrived(each)
        if problem or leg is None:
            return Outcome(task.run, is_finished=False, error=problem)
        if leg.is_there or leg.status in ENDED:
            return Outcome(task.run, is_finished=leg.status in ENDED)
        self._set_out(task, self._store.run(task.run).configs, each)
        return None

    def _arrived(self, each: Any) -> tuple[Leg | None, str]:
        """Write a leg that has ended; returns it, and what the problem is, or ""."""
        run = self._legs.pop(each).task.run
        try:
            leg: Leg = self._ray.get(each)
        except self._ray.exceptions.RayError as error:
            reason = first_line(error, 160) or type(error).__name__
            return None, Phrase("{run} failed on the cluster: {reason}.", run=run, reason=reason)
        with closing(load_run(leg.content)) as trainer:
            recorder = Recorder(self._store, self._store.run(run), trainer)
            unwritten = "" if recorder.finish(leg.status) else recorder.problem
        return leg, leg.error or unwritten


_OF_MACHINE = {"num_cpus": "CPU", "num_gpus": "GPU", "memory": "memory"}
"""What Ray calls the resources of a task at a machine."""


def resources(configs: Sequence[DQNConfig]) -> dict[str, float]:
    """What Ray keeps free for a run of these members."""
    return {
        "num_cpus": 1,
        "num_gpus": GPU_SHARE if configs[0].device == "cuda" else 0,
        "memory": BYTES_OF_PROCESS + replay_bytes(configs),
    }


def _has_room(machine: Mapping[str, float], needed: Mapping[str, float]) -> bool:
    """Whether a machine with these resources has room for what is ``needed`` while it is idle."""
    return all(machine.get(_OF_MACHINE[name], 0.0) >= amount for name, amount in needed.items())


def _roomless(run: str, needed: Mapping[str, float]) -> str:
    gpu = needed["num_gpus"]
    return Phrase(
        "No machine of the Ray cluster can hold {run}, which needs a processor, {gpu:g} of a GPU "
        "and {memory} of memory: lower buffer_capacity, or add a machine that has them."
        if gpu
        else "No machine of the Ray cluster can hold {run}, which needs a processor and {memory} "
        "of memory: lower buffer_capacity, or add a machine that has them.",
        run=run,
        gpu=gpu,
        memory=in_words(int(needed["memory"])),
    )


def _leg(
    configs: Sequence[DQNConfig],
    before: Leg | None,
    until: int | None,
    seconds: float,
    typed: str,
) -> Leg:
    """Go on with a run for some seconds; with no leg before, only make the state of its start."""
    set_threads()
    import_typed(typed)
    trainer = Trainer(configs) if before is None else load_run(before.content)
    with closing(trainer):
        status, error = Status.PAUSED, ""
        if before is not None:
            status, error = _trained(trainer, until, seconds)
        is_there = until is not None and trainer.env_step >= until and trainer.is_between_steps
        return Leg(pack("run", trainer.state_dict()), status, is_there, error)


def _trained(trainer: Trainer, until: int | None, seconds: float) -> tuple[Status, str]:
    """How the run stands after some seconds, and why it could not go on, or ""."""
    steps = None if until is None else max(0, until - trainer.env_step)
    try:
        trainer.run(max_steps=steps, max_seconds=seconds)
    except DivergenceError:
        return Status.DIVERGED, ""
    except LabError as error:
        return Status.INTERRUPTED, error.phrase
    return (Status.FINISHED if trainer.finished() else Status.PAUSED), ""


def loaded_ray() -> Any:
    """Ray; raises `MissingPackageError` without it."""
    with needs_package("A cluster needs the package ray: pip install -r requirements-cluster.txt."):
        import ray
    return ray


def _connect(ray: Any, address: str) -> None:
    """Join the cluster; its machines get this version of the project with the first task."""
    if ray.is_initialized():
        return
    host, colon, port = _host_and_port(address).rpartition(":")
    try:
        if colon:  # Ray itself would try for minutes
            socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
        ray.init(
            address=address,
            runtime_env={"py_modules": [dqn_core]},
            log_to_driver=False,
            logging_level="ERROR",
        )
    except (OSError, RuntimeError, ValueError) as error:
        reason = first_line(error, 120) or type(error).__name__
        raise LabError(
            "There is no Ray cluster at {address}: {reason}; start one with ray start --head.",
            address=address,
            reason=reason,
        ) from error


def _host_and_port(address: str) -> str:
    """``address``; for ``auto`` the address of the present cluster, which Ray has written down."""
    if address != "auto":
        return address
    noted = Path(os.environ.get("RAY_TMPDIR", "/tmp")) / "ray" / "ray_current_cluster"
    if "RAY_ADDRESS" in os.environ or not noted.is_file():
        return os.environ.get("RAY_ADDRESS", address)
    return noted.read_text().strip()
