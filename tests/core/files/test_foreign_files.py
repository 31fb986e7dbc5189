"""Files that are no run or agent of this version."""

import os
import pickle
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save as save_tensors

from dqn_core import load_agent, load_run
from dqn_core.base.errors import CheckpointError
from dqn_core.files.packing import FORMAT, VERSION
from tests.core.checkpoints import closed, opened, refused


class RunsCode:
    def __reduce__(self) -> Any:
        return (Path("ran").touch, ())


def not_checkpoints() -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "short", b"abc"
    yield "length alone", struct.pack("<Q", 0)
    yield "text", b"This is a letter to whom it may concern." * 10
    yield "pickle", pickle.dumps(RunsCode())
    yield "json", b'{"format": "dqn-lab"}'
    yield "zeros", bytes(1_000)
    yield "ones", b"\xff" * 1_000
    yield "huge header", struct.pack("<Q", 2**63) + b"{}"
    yield "largest header", struct.pack("<Q", 2**64 - 1) + b"{}"
    yield "header is no JSON", struct.pack("<Q", 4) + b"{{{{"
    yield "header is no text", struct.pack("<Q", 4) + b"\xff\xfe\xfd\xfc"
    yield "header is a list", struct.pack("<Q", 2) + b"[]"
    yield "header is a number", struct.pack("<Q", 1) + b"1"
    deep = b"[" * 100_000
    yield "deep header", struct.pack("<Q", len(deep)) + deep
    many_digits = b'{"__metadata__": ' + b"9" * 5_000 + b"}"
    yield "a number of 5,000 digits", struct.pack("<Q", len(many_digits)) + many_digits
    yield "another program's", save_tensors({"weights": torch.zeros(3)}, {"format": "pt"})
    yield "no metadata", save_tensors({"weights": torch.zeros(3)})
    for manifest in ("", "1", "null", "[]", "{}", '{"format": "other"}', "[" * 20_000):
        yield f"manifest {manifest[:20]}", save_tensors({}, {FORMAT: manifest})


@pytest.mark.parametrize(("name", "content"), list(not_checkpoints()), ids=lambda v: str(v)[:24])
@pytest.mark.parametrize("load", [load_agent, load_run])
def test_a_file_that_is_no_checkpoint_is_refused(
    load: Any, name: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "is not a DQN Lab checkpoint" in refused(load, content)
    (tmp_path / "file.safetensors").write_bytes(content)
    assert refused(load, tmp_path / "file.safetensors").startswith("file.safetensors ")
    assert not (tmp_path / "ran").exists()


def test_a_torch_save_file_is_not_unpickled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"weights": RunsCode()}, tmp_path / "agent.pt")
    refused(load_agent, tmp_path / "agent.pt")
    assert not (tmp_path / "ran").exists()


def test_a_missing_file_and_a_folder_are_one_sentence(tmp_path: Path) -> None:
    assert "cannot be read" in refused(load_agent, tmp_path / "none.safetensors")
    assert "cannot be read" in refused(load_run, tmp_path)


def test_a_pipe_that_nobody_writes_into_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for load in (load_agent, load_run):
        with pytest.raises(CheckpointError, match="cut off"):
            load(pipe)


@pytest.mark.parametrize("version", [VERSION + 1, 0, "1", None, [1], 10**30])
def test_a_file_of_another_version_names_both(agent_file: bytes, version: Any) -> None:
    manifest, tensors = opened(agent_file)
    manifest["version"] = version
    message = refused(load_agent, closed(manifest, tensors))
    assert f"version {version}" in message
    assert f"reads {VERSION}" in message


def test_a_file_of_another_kind_says_what_it_holds(agent_file: bytes) -> None:
    assert "holds an agent, not a run" in refused(load_run, agent_file)
    manifest, tensors = opened(agent_file)
    for kind in ("game", 3, None):
        manifest["kind"] = kind
        refused(load_run, closed(manifest, tensors))
