"""Runs and agents as files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

from dqn_core.agent import Agent, network_shape, new_head
from dqn_core.base.errors import ODD_CONTENTS, CheckpointError, LabError, reason_of
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import whole
from dqn_core.base.whole_files import whole_file
from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.members import MOST_MEMBERS
from dqn_core.environments.configured import spec_for
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.files.earlier_versions import upgraded
from dqn_core.files.packing import Source, name_of, pack, unpack
from dqn_core.files.state_check import check_head, check_state
from dqn_core.heads import Head
from dqn_core.networks import QNetwork
from dqn_core.trainer import Trainer

_Built = TypeVar("_Built")


def save_run(path: Path | str, trainer: Trainer) -> None:
    """Write the complete state of ``trainer`` to ``path``, whole or not at all."""
    _write(path, pack("run", trainer.state_dict()))


def load_run(source: Source, most_members: int = MOST_MEMBERS) -> Trainer:
    """A trainer that continues the saved run; raises `CheckpointError`.

    One with more than ``most_members`` is refused before anything is built. A run from a machine
    with a GPU goes on where there is none, on the processor.
    """
    name = name_of(source)
    kind, saved = unpack(source)
    if kind == "agent":
        raise CheckpointError(
            "{name} holds an agent, not a run: it can be tested, not resumed.", name=name
        )
    if kind != "run":
        raise CheckpointError(
            "{name} holds a {kind} of a store, not a run: import it there.", name=name, kind=kind
        )
    return trainer_from(name, saved, most_members)


def trainer_from(name: str, saved: dict[str, Any], most_members: int = MOST_MEMBERS) -> Trainer:
    """A trainer that continues what somebody's file called ``name`` has of a run.

    Raises `CheckpointError`, as `load_run` does.
    """

    def build() -> Trainer:
        _check_members(name, saved, most_members)
        state = upgraded(saved)
        configs = [DQNConfig.from_dict(values) for values in state["configs"]]
        if not torch.cuda.is_available():
            configs = [c.replace(device="auto") if c.device == "cuda" else c for c in configs]
            state["configs"] = [config.to_dict() for config in configs]
        # Before memory is taken for networks that the file has no weights for.
        shape = network_shape(spec_for(configs[0]), configs[0])
        if tuple(state["learner"]["online"].shape) != (len(configs), shape.n_parameters):
            raise ValueError(Phrase("its weights do not fit its configuration"))
        trainer = Trainer(configs, must_begin=False)
        try:
            check_state(state, trainer)
            trainer.load_state_dict(state)
        except BaseException:
            trainer.close()
            raise
        return trainer

    return _guarded(name, build)


def save_agent(path: Path | str, agent: Agent) -> None:
    """Write one policy, with the configuration it learnt with, to ``path``."""
    _write(path, agent_bytes(agent))


def agent_bytes(agent: Agent) -> bytes:
    """What `save_agent` writes."""
    state = {
        "config": agent.config.to_dict(),
        "parameters": agent.network.parameters,
        "head": agent.network.head.state_dict(),
        "env_steps": agent.env_steps,
    }
    return pack("agent", state)


@dataclass(frozen=True)
class SavedAgents:
    """The policies in a file that was read: one, or those of a run's members."""

    name: str
    configs: Sequence[Mapping[str, Any]]
    parameters: torch.Tensor  # (P, n)
    head: Mapping[str, Any]
    env_steps: Sequence[int]

    def agent(self, member: int = 0) -> Agent:
        """One of them; raises `CheckpointError` when it is damaged or does not fit."""
        return _guarded(self.name, lambda: self._built(member))

    def _built(self, member: int) -> Agent:
        p = whole("member", member, 0, len(self.configs) - 1)
        config = DQNConfig.from_dict(dict(self.configs[p]))
        parameters = self.parameters[p : p + 1]
        spec = spec_for(config)
        shape = network_shape(spec, config)
        if tuple(parameters.shape) != (1, shape.n_parameters):
            raise CheckpointError(
                "{name} does not fit {environment}: it has {count:,} parameters where {needed:,} "
                "are needed.",
                name=self.name,
                environment=config.environment,
                count=parameters.numel(),
                needed=shape.n_parameters,
            )
        if not parameters.is_floating_point():
            raise ValueError(Phrase("its weights are not real numbers"))
        if not torch.isfinite(parameters).all():
            raise CheckpointError(
                "{name} holds weights that are not finite: it diverged.", name=self.name
            )
        head = saved_head(spec, config, {name: rows[p : p + 1] for name, rows in self.head.items()})
        network = QNetwork(shape, parameters.float().contiguous(), head)
        return Agent(config, network, self.env_steps[p])


def saved_head(spec: EnvironmentSpec, config: DQNConfig, state: Mapping[str, Any]) -> Head:
    """The head of one agent, with what was saved of it; raises `ValueError`."""
    head = new_head(spec, [config])
    check_head(state, head)
    head.load_state_dict(state)
    return head


def read_agents(source: Source) -> SavedAgents:
    """The policies in a saved agent or run, read once; raises `CheckpointError`."""
    name = name_of(source)
    kind, saved = unpack(source)

    def build() -> SavedAgents:
        if kind == "run":
            _check_members(name, saved, MOST_MEMBERS)
            state = upgraded(saved)
            configs, parameters = state["configs"], state["learner"]["online"]
            head, stops = state["learner"]["head"], state["stopped_at"]
            env_steps = [int(state["env_step"] if at is None else at) for at in stops]
        elif kind != "agent":
            raise CheckpointError(
                "{name} holds a {kind} of a store, not an agent.", name=name, kind=kind
            )
        else:
            state = saved
            configs, parameters = [state["config"]], state["parameters"]
            head = state.get("head", {})  # before there were others than the scalar one
            env_steps = [int(state["env_steps"])]
        if len(configs) != len(parameters):
            raise ValueError(Phrase("it has {count} configurations", count=len(configs)))
        return SavedAgents(name, configs, parameters, head, env_steps)

    return _guarded(name, build)


def load_agent(source: Source, member: int = 0) -> Agent:
    """The policy in a saved agent, or that of one member of a saved run.

    Raises `CheckpointError` when the file is none, is damaged, or does not fit its environment.
    """
    return read_agents(source).agent(member)


def _check_members(name: str, state: Mapping[str, Any], most: int) -> None:
    count = len(state["configs"])
    if not 1 <= count <= most:
        raise CheckpointError(
            "{name} has {count:,} seeds, but here a run has 1 to {most:,}: continue it with python "
            "-m dqn_core train --resume."
            if most < count <= MOST_MEMBERS
            else "{name} has {count:,} seeds, but here a run has 1 to {most:,}.",
            name=name,
            count=count,
            most=most,
        )


def _guarded(name: str, build: Callable[[], _Built]) -> _Built:
    """``build()``, with whatever a file's odd contents cause turned into one sentence."""
    try:
        return build()
    except LabError as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError("{name} cannot be used: {error}", name=name, error=error) from error
    except ODD_CONTENTS as error:
        raise CheckpointError(
            "{name} is damaged: {reason}.", name=name, reason=reason_of(error)
        ) from error


def _write(path: Path | str, content: bytes) -> None:
    with whole_file(path) as part:
        part.write_bytes(content)
