"""Files of runs and agents, to be damaged and refused."""

import copy
import json
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from dqn_core import DQNConfig, load_run
from dqn_core.base.errors import CheckpointError, LabError
from dqn_core.files.packing import FORMAT

CONFIG = DQNConfig(
    hidden_dims="4, 4",
    batch_size=4,
    buffer_capacity=64,
    learning_starts=5,
    evaluation_period=20,
    evaluation_episodes=1,
    max_episode_steps=20,
)


def refused(load: Any, source: Any) -> str:
    with pytest.raises(CheckpointError) as refusal:
        load(source)
    message = str(refusal.value)
    assert message.endswith((".", "?"))
    assert "\n" not in message
    assert len(message) < 500
    return message


def opened(content: bytes) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """A file's manifest and tensors, to be changed and `closed` again."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    return json.loads(header["__metadata__"][FORMAT]), load_tensors(content)


def closed(manifest: Any, tensors: dict[str, torch.Tensor]) -> bytes:
    return save_tensors(tensors, metadata={FORMAT: json.dumps(manifest)})


def survives_or_is_refused(load: Any, content: bytes) -> None:
    """A changed file is refused in one sentence, or what it holds can be used."""
    said = ""
    with np.errstate(all="ignore"):  # a pole of any weight and a gravity of 1e300 are physics
        try:
            loaded = load(content)
            if load is load_run:
                loaded.change(gamma=0.8)
                loaded.run(max_steps=25)
                loaded.state_dict()
                loaded.close()
            else:
                loaded.q_values(np.zeros((1, 4), np.float32))
        except LabError as error:
            said = str(error)
    assert "\n" not in said
    assert len(said) < 300


WRONG: list[Any] = [
    "x",
    None,
    -1,
    10**30,
    1e300,
    float("inf"),
    [],
    {},
    [[1]],
    True,
    {"$tensor": "nope"},
    {"$tensor": [1]},
    {"$array": "/replay/rows"},
    {"$tensor": "/learner/adam_steps"},
    {"$tuple": 5},
]


def with_wrong(manifest: Any, path: tuple[Any, ...], wrong: Any) -> Any:
    """The manifest with something else at ``path``, or nothing there where it is `Ellipsis`."""
    changed = copy.deepcopy(manifest)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    if wrong is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = wrong
    return changed
