"""Damaged files are refused, or what they hold can be used."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dqn_core import Trainer, load_agent, load_run
from dqn_core.files.packing import pack
from tests.core.checkpoints import (
    WRONG,
    closed,
    opened,
    refused,
    survives_or_is_refused,
    with_wrong,
)
from tests.core.hostile_files import places


@pytest.mark.parametrize("load", [load_agent, load_run])
def test_a_file_cut_off_anywhere_is_refused(load: Any, run_file: bytes, agent_file: bytes) -> None:
    content = run_file if load is load_run else agent_file
    header = 8 + int.from_bytes(content[:8], "little")
    size = len(content)
    offsets = [*range(12), header // 2, *range(header - 2, header + 3), size // 2, size - 9]
    for offset in [*offsets, size - 2, size - 1]:
        message = refused(load, content[:offset])
        assert any(word in message for word in ("cut off", "not a DQN Lab", "damaged"))
    refused(load, content + b"more")


@settings(max_examples=60)
@given(data=st.data())
def test_flipped_bytes_are_refused_or_harmless(
    data: st.DataObject, run_file: bytes, agent_file: bytes
) -> None:
    load, content = data.draw(st.sampled_from([(load_run, run_file), (load_agent, agent_file)]))
    header = 8 + int.from_bytes(content[:8], "little")
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        end = data.draw(st.sampled_from([8, header, len(content)]))
        changed[data.draw(st.integers(0, end - 1))] ^= data.draw(st.integers(1, 255))
    survives_or_is_refused(load, bytes(changed))


@settings(max_examples=150)
@given(data=st.data())
def test_a_manifest_with_anything_anywhere_is_refused_or_harmless(
    data: st.DataObject, run_file: bytes, agent_file: bytes
) -> None:
    load, content = data.draw(st.sampled_from([(load_run, run_file), (load_agent, agent_file)]))
    manifest, tensors = opened(content)
    path = data.draw(st.sampled_from(list(places(manifest))))
    wrong = data.draw(st.sampled_from([*WRONG, ...]))
    survives_or_is_refused(load, closed(with_wrong(manifest, path, wrong), tensors))


@pytest.mark.parametrize("wrong", [*WRONG, ...], ids=repr)
@pytest.mark.parametrize(
    "path",
    [
        ("state",),
        ("state", "configs"),
        ("state", "configs", 1),
        ("state", "learner", "online"),
        ("state", "replay", "rows"),
        ("state", "env_step"),
        ("state", "exploration", "next"),
        ("state", "history", "episodes", "return"),
        ("state", "environments", 1, "layers"),
    ],
    ids=lambda path: ".".join(map(str, path)),
)
def test_a_manifest_with_a_wrong_part_is_refused(
    run_file: bytes, path: tuple[Any, ...], wrong: Any
) -> None:
    manifest, tensors = opened(run_file)
    if wrong == [] and path[-1] == "layers":
        wrong = [{}]
    refused(load_run, closed(with_wrong(manifest, path, wrong), tensors))


def test_a_manifest_nested_without_end_is_refused(run_file: bytes) -> None:
    manifest, tensors = opened(run_file)
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    for path in (("state",), ("state", "env_step"), ("state", "configs")):
        refused(load_run, closed(with_wrong(manifest, path, deep), tensors))


@pytest.mark.parametrize("name", ["online", "target", "first_moment", "adam_steps"])
@pytest.mark.parametrize("change", ["shape", "dtype", "members"])
def test_tensors_of_another_shape_or_type_are_refused(
    run_file: bytes, name: str, change: str
) -> None:
    manifest, tensors = opened(run_file)
    path = f"/learner/{name}"
    tensor = tensors[path]
    tensors[path] = {
        "shape": tensor[..., None].repeat_interleave(2, -1),
        "dtype": tensor.to(torch.int32),
        "members": tensor[None].expand(3, *tensor.shape).reshape(-1, *tensor.shape[1:]).clone()
        if tensor.ndim
        else tensor.repeat(3),
    }[change]
    refused(load_run, closed(manifest, tensors))


def test_a_small_file_cannot_take_much_memory(run_file: bytes) -> None:
    manifest, tensors = opened(run_file)
    for config in manifest["state"]["configs"]:
        config |= {"hidden_dims": "1024, 1024", "buffer_capacity": 1_000_000}
    manifest["state"]["configs"] *= 512
    assert "weights do not fit" in refused(load_run, closed(manifest, tensors))


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64, torch.float64])
def test_an_agents_weights_are_real_numbers(agent_file: bytes, dtype: torch.dtype) -> None:
    manifest, tensors = opened(agent_file)
    tensors["/parameters"] = tensors["/parameters"].to(dtype)
    survives_or_is_refused(load_agent, closed(manifest, tensors))


def test_what_was_loaded_before_stays_when_the_next_file_is_bad(
    trainer: Trainer, run_file: bytes
) -> None:
    before = pack("run", trainer.state_dict())
    refused(load_run, run_file[:-1])
    assert pack("run", trainer.state_dict()) == before
