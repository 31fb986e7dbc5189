"""The state of a run, or an agent alone, as a safetensors file.

Tensors and arrays are stored as such; all the rest is a JSON manifest in the file's header.
Nothing is ever unpickled, so loading a file that someone sent cannot run code.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from dqn_core.config import DQNConfig
from dqn_core.earlier_versions import upgraded
from dqn_core.environments import environment_spec
from dqn_core.errors import CheckpointError, LabError
from dqn_core.evaluation import Agent, network_shape
from dqn_core.networks import QNetwork
from dqn_core.state_check import check_state
from dqn_core.trainer import Trainer
from dqn_core.whole_files import whole_file

FORMAT = "dqn-lab"
VERSION = 1
MOST_MEMBERS = 1_024

Source = Path | str | bytes
_Built = TypeVar("_Built")
_ODD_CONTENTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What contents of a file that are not as they should be can cause while they are read."""


def pack(kind: str, state: Mapping[str, Any]) -> bytes:
    """``state`` (nested mappings, lists, tensors, arrays, numbers, text) as a file's bytes."""
    tensors: dict[str, Tensor] = {}
    manifest = {"format": FORMAT, "version": VERSION, "kind": kind}
    manifest["state"] = _to_json(state, "", tensors)
    return save_tensors(tensors, metadata={FORMAT: json.dumps(manifest)})


def unpack(source: Source) -> tuple[str, dict[str, Any]]:
    """The kind and state in a file or its bytes; raises `CheckpointError` in one sentence."""
    name, content = _read(source)
    manifest = _manifest(name, content)
    if manifest.get("version") != VERSION:
        raise CheckpointError(
            f"{name} has format version {manifest.get('version')}, this program reads {VERSION}: "
            "update DQN Lab."
        )
    try:
        tensors = load_tensors(content)
        state = _from_json(manifest["state"], tensors)
        return str(manifest["kind"]), state
    except (SafetensorError, *_ODD_CONTENTS) as error:
        raise CheckpointError(f"{name} is damaged: {_reason(error)}.") from error


def save_run(path: Path | str, trainer: Trainer) -> None:
    """Write the complete state of ``trainer`` to ``path``, whole or not at all."""
    _write(path, pack("run", trainer.state_dict()))


def load_run(source: Source) -> Trainer:
    """A trainer that continues the saved run; raises `CheckpointError`.

    A run from a machine with a GPU goes on where there is none, on the processor.
    """
    name = _name(source)
    kind, saved = unpack(source)
    if kind != "run":
        raise CheckpointError(f"{name} holds an agent, not a run: it can be tested, not resumed.")

    def build() -> Trainer:
        state = upgraded(saved)
        if not 1 <= len(state["configs"]) <= MOST_MEMBERS:
            raise ValueError(f"it has {len(state['configs'])} configurations")
        configs = [DQNConfig.from_dict(values) for values in state["configs"]]
        if not torch.cuda.is_available():
            configs = [c.replace(device="auto") if c.device == "cuda" else c for c in configs]
            state["configs"] = [config.to_dict() for config in configs]
        # Before memory is taken for networks that the file has no weights for.
        shape = network_shape(environment_spec(configs[0].env_id), configs[0])
        if tuple(state["learner"]["online"].shape) != (len(configs), shape.n_parameters):
            raise ValueError("its weights do not fit its configuration")
        trainer = Trainer(configs)
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
        "env_steps": agent.env_steps,
    }
    return pack("agent", state)


def load_agent(source: Source, member: int = 0) -> Agent:
    """The policy in a saved agent, or that of one member of a saved run.

    Raises `CheckpointError` when the file is none, is damaged, or does not fit its environment.
    """
    name = _name(source)
    kind, state = unpack(source)

    def build() -> Agent:
        if kind == "run":
            if not 1 <= len(state["configs"]) == len(state["learner"]["online"]) <= MOST_MEMBERS:
                raise ValueError(f"it has {len(state['configs'])} configurations")
            config = DQNConfig.from_dict(state["configs"][member])
            parameters = state["learner"]["online"][member : member + 1]
            stopped_at = upgraded(state)["stopped_at"][member]
            env_steps = int(state["env_step"] if stopped_at is None else stopped_at)
        else:
            config = DQNConfig.from_dict(state["config"])
            parameters = state["parameters"]
            env_steps = int(state["env_steps"])
        shape = network_shape(environment_spec(config.env_id), config)
        if tuple(parameters.shape) != (1, shape.n_parameters):
            raise CheckpointError(
                f"{name} does not fit {config.env_id}: it has {parameters.numel():,} parameters "
                f"where {shape.n_parameters:,} are needed."
            )
        if not parameters.is_floating_point():
            raise ValueError("its weights are not real numbers")
        if not torch.isfinite(parameters).all():
            raise CheckpointError(f"{name} holds weights that are not finite: it diverged.")
        return Agent(config, QNetwork(shape, parameters.float().contiguous()), env_steps)

    return _guarded(name, build)


def _guarded(name: str, build: Callable[[], _Built]) -> _Built:
    """``build()``, with whatever a file's odd contents cause turned into one sentence."""
    try:
        return build()
    except LabError as error:
        raise CheckpointError(
            str(error) if isinstance(error, CheckpointError) else f"{name} cannot be used: {error}"
        ) from error
    except _ODD_CONTENTS as error:
        raise CheckpointError(f"{name} is damaged: {_reason(error)}.") from error


def _to_json(value: Any, path: str, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, Tensor):
        tensors[path] = value.detach().cpu().contiguous()
        return {"$tensor": path}
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        tensors[path] = torch.from_numpy(np.ascontiguousarray(array).reshape(array.shape).copy())
        return {"$array": path}
    if isinstance(value, Mapping):
        return {key: _to_json(item, f"{path}/{key}", tensors) for key, item in value.items()}
    if isinstance(value, tuple | list):
        items = [_to_json(item, f"{path}/{i}", tensors) for i, item in enumerate(value)]
        return {"$tuple": items} if isinstance(value, tuple) else items
    return value


def _from_json(value: Any, tensors: Mapping[str, Tensor]) -> Any:
    if isinstance(value, list):
        return [_from_json(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$tensor": path}:
            return tensors[path]
        case {"$array": path}:
            return tensors[path].numpy()[()]  # without dimensions it was a number
        case {"$tuple": items}:
            return tuple(_from_json(item, tensors) for item in items)
    return {key: _from_json(item, tensors) for key, item in value.items()}


def _name(source: Source) -> str:
    return "The file" if isinstance(source, bytes) else Path(source).name


def _read(source: Source) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return _name(source), source
    try:
        return _name(source), Path(source).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or _reason(error)
        raise CheckpointError(f"{str(source)!r} cannot be read: {reason}.") from error


def _manifest(name: str, content: bytes) -> dict[str, Any]:
    """The manifest from the file's header, which safetensors lays out as length and JSON."""
    not_ours = CheckpointError(f"{name} is not a DQN Lab checkpoint.")
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 + length:
        raise CheckpointError(f"{name} is not a DQN Lab checkpoint, or is cut off.")
    try:
        header = json.loads(content[8 : 8 + length])
        manifest = json.loads(header["__metadata__"][FORMAT])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise not_ours from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise not_ours
    return manifest


def _reason(error: Exception) -> str:
    return str(error).split("\n")[0].rstrip(".") or type(error).__name__


def _write(path: Path | str, content: bytes) -> None:
    with whole_file(path) as part:
        part.write_bytes(content)
