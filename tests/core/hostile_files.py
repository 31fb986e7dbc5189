"""Damaged and hostile files by chance, and what has to come of each: see `outcome`."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from dqn_core import LabError, Trainer, load_agent, load_run
from dqn_core.base.errors import LONGEST_MESSAGE, CheckpointError
from dqn_core.environments import Environment, make_environment
from dqn_core.files.checkpoint import agent_bytes
from dqn_core.files.packing import FORMAT, pack
from tests.core.small_runs import SMALL

ENVIRONMENTS = ("CartPole-v1", "FrozenLake-v1", "Taxi-v4")
RUN = SMALL.replace(
    hidden_dims="4, 4",
    batch_size=4,
    buffer_capacity=40,
    learning_starts=5,
    evaluation_period=20,
    evaluation_episodes=1,
    max_episode_steps=20,
)

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    3,
    16,
    500,
    30_000,
    2**31,
    2**63,
    10**30,
    0.0,
    -0.5,
    1e-300,
    1e30,
    1e300,
    float("inf"),
    float("-inf"),
    float("nan"),
    "",
    "x",
    "64",
    "\ud800\n**b**",
    "v" * 5_000,
    [],
    {},
    [[1]],
    [0.0] * 4,
    ["a"] * 4,
    {"$tensor": "nope"},
    {"$array": "/observations"},
    {"$array": "/returns"},
    {"$tensor": "/replay/rows"},
    {"$tensor": "/learner/online"},
    {"$tuple": [64, 64]},
    {"$tuple": [1e30, 1e30]},
    {"$tuple": 5},
)
ODD_NUMBERS = (0.0, -1.0, 0.5, 3.0, 500.0, 1e30, -1e30, 1e300, np.inf, -np.inf, np.nan)


@cache
def whole_files() -> tuple[bytes, ...]:
    """An agent and a run of each environment."""
    files = []
    for env_id in ENVIRONMENTS:
        head = "categorical" if env_id == "CartPole-v1" else "scalar"
        config = RUN.replace(env_id=env_id, head=head)
        trainer = Trainer([config, config.replace(seed=1)])
        trainer.run(max_steps=27)
        trainer.change(gamma=0.9)
        trainer.run(max_steps=6)
        files += [agent_bytes(trainer.agent()), pack("run", trainer.state_dict())]
    return tuple(files)


@cache
def stage(env_id: str) -> Environment:
    """Where environments of that id are drawn."""
    environment = make_environment(env_id, render_mode="rgb_array")
    environment.reset(seed=0)
    return environment


def hostile_file(chance: np.random.Generator) -> bytes:
    """A file that was whole once."""
    content = _any_of(chance, whole_files())
    for _ in range(int(chance.integers(1, 3))):
        content = _any_of(chance, MUTATIONS)(content, chance)
    return bytes(content)


def outcome(content: bytes) -> str:
    """A file is refused in one sentence, or all that is done with it goes well.

    What it holds is drawn, trained on for some steps, saved and loaded again; a sentence while it
    trains, of values that diverge, is no failure.
    """
    with np.errstate(all="ignore"):  # a pole of any speed is physics
        agent = _loaded(load_agent, content)
        run = _loaded(load_run, content)
        if agent is not None:
            agent.q_values(np.zeros((1, agent.network.shape.observation_dim), np.float32))
            assert _loaded(load_agent, agent_bytes(agent)) is not None
        if run is not None:
            _used(run)
    return " and ".join(
        f"{name} {'refused' if loaded is None else 'used'}"
        for name, loaded in (("agent", agent), ("run", run))
    )


def _loaded(load: Callable[[bytes], Any], content: bytes) -> Any:
    try:
        return load(content)
    except CheckpointError as error:
        _check_sentence(str(error))
        return None


def _check_sentence(message: str) -> None:
    assert 10 < len(message) <= LONGEST_MESSAGE
    assert message.endswith((".", "?"))
    assert all(c.isprintable() or c in "\xa0\u202f" for c in message)


def _used(run: Trainer) -> None:
    env_id = run.config.env_id
    for environment in run.environments:
        if env_id in ENVIRONMENTS and run.members <= 2:
            stage(env_id).picture_of(environment.state_dict())
    try:
        run.run(max_steps=6, max_seconds=0.5)
    except LabError as error:
        _check_sentence(str(error))
    again = load_run(pack("run", run.state_dict()))
    assert again.env_step == run.env_step
    again.close()
    run.close()


def _flipped(content: bytes, chance: np.random.Generator) -> bytes:
    changed = bytearray(content)
    header = 8 + int.from_bytes(content[:8], "little")
    for _ in range(int(chance.integers(1, 5))):
        end = min(len(content), _any_of(chance, (8, header, header, len(content))))
        changed[int(chance.integers(end))] ^= int(chance.integers(1, 256))
    return bytes(changed)


def _cut(content: bytes, chance: np.random.Generator) -> bytes:
    start, end = sorted(chance.integers(len(content) + 1, size=2).tolist())
    return content[:start] + content[end:] if chance.random() < 0.5 else content[:end]


def _with_odd_value(content: bytes, chance: np.random.Generator) -> bytes:
    return _changed(content, chance, lambda path: True)


def _with_odd_environment(content: bytes, chance: np.random.Generator) -> bytes:
    return _changed(content, chance, lambda path: "layers" in path)


def _with_odd_configuration(content: bytes, chance: np.random.Generator) -> bytes:
    return _changed(content, chance, lambda path: "configs" in path or "config" in path)


def _changed(
    content: bytes, chance: np.random.Generator, wanted: Callable[[tuple[Any, ...]], bool]
) -> bytes:
    """One place of the manifest that is ``wanted`` becomes odd, goes, or is another's."""
    opened = _opened(content)
    if opened is None:
        return content
    manifest, tensors = opened
    paths = [path for path in places(manifest) if wanted(path)]
    if not paths:
        return content
    path = _any_of(chance, paths)
    inner = _at(manifest, path[:-1])
    match _any_of(chance, ("odd", "odd", "odd", "gone", "another's", "new")):
        case "odd":
            inner[path[-1]] = copy.deepcopy(_any_of(chance, ODD))
        case "gone":
            del inner[path[-1]]
        case "another's":
            inner[path[-1]] = copy.deepcopy(_at(manifest, _any_of(chance, paths)))
        case "new" if isinstance(inner, dict):
            inner[_any_of(chance, ("new", "step", "__class__", ""))] = _any_of(chance, ODD)
    return save_tensors(tensors, {FORMAT: json.dumps(manifest)})


def _with_odd_tensor(content: bytes, chance: np.random.Generator) -> bytes:
    opened = _opened(content)
    if opened is None or not opened[1]:
        return content
    manifest, tensors = opened
    name = _any_of(chance, sorted(tensors))
    tensor = tensors[name].clone()
    match _any_of(chance, ("values", "values", "values", "type", "shape", "another's")):
        case "values" if tensor.numel() and not tensor.dtype.is_complex:
            flat = tensor.view(-1)
            for _ in range(int(chance.integers(1, 4))):
                odd = torch.tensor(_any_of(chance, ODD_NUMBERS), dtype=torch.float64)
                flat[int(chance.integers(flat.numel()))] = odd.to(tensor.dtype)
        case "type":
            types = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64)
            tensor = tensor.to(_any_of(chance, (*types, torch.uint8, torch.bool, torch.complex64)))
        case "shape":
            tensor = _any_of(
                chance, (tensor[None], tensor.reshape(-1), tensor[:0] if tensor.ndim else tensor)
            )
        case "another's":
            tensor = tensors[_any_of(chance, sorted(tensors))].clone()
    tensors[name] = tensor.contiguous()
    return save_tensors(tensors, {FORMAT: json.dumps(manifest)})


MUTATIONS = (
    _flipped,
    _cut,
    _with_odd_value,
    _with_odd_value,
    _with_odd_environment,
    _with_odd_environment,
    _with_odd_configuration,
    _with_odd_tensor,
    _with_odd_tensor,
)


def _opened(content: bytes) -> tuple[Any, dict[str, torch.Tensor]] | None:
    """Manifest and tensors, None where what was done before has damaged the file."""
    try:
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        return json.loads(header["__metadata__"][FORMAT]), load_tensors(content)
    except Exception:
        return None


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside nested dictionaries and lists."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def _any_of(chance: np.random.Generator, values: Any) -> Any:
    return values[int(chance.integers(len(values)))]
