"""Nested values as a safetensors file, and back: what `checkpoint` saves.

Tensors and arrays are stored as such; all the rest is a JSON manifest in the file's header.
Nothing is ever unpickled, so reading a file that someone sent cannot run code. The header is read
first and held against bounds, before memory is taken for what it announces.
"""

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from dqn_core.base.errors import ODD_CONTENTS, CheckpointError, excerpt, reason_of
from dqn_core.base.memory import free_memory, in_words
from dqn_core.base.phrases import Phrase

FORMAT = "dqn-lab"
VERSION = 1
KINDS = ("agent", "run", "snapshot", "stored run")

MOST_HEADER_BYTES = 2**26
MOST_TENSORS = 2**16
MOST_PARTS = 2**19
"""Lists and mappings in a header or a manifest."""
MOST_VALUES = 2**22

Source = Path | str | bytes


def pack(kind: str, state: Mapping[str, Any]) -> bytes:
    """``state`` (nested mappings, lists, tensors, arrays, numbers, text) as a file's bytes.

    Raises `CheckpointError` where it is more than would be read again.
    """
    tensors: dict[str, Tensor] = {}
    manifest = {"format": FORMAT, "version": VERSION, "kind": kind}
    manifest["state"] = _to_json(state, "", tensors)
    text = json.dumps(manifest)
    if excess := _excess(text) or _excess_of_tensors(len(tensors)):
        raise CheckpointError(
            "This {kind} cannot be saved, since it has {excess}: its environment keeps too many "
            "lists.",
            kind=kind,
            excess=excess,
        )
    return save_tensors(tensors, metadata={FORMAT: text})


def unpack(source: Source) -> tuple[str, dict[str, Any]]:
    """The kind and state in a file or its bytes; raises `CheckpointError` in one sentence."""
    name = name_of(source)
    manifest, content = _read(name, source)
    try:
        if manifest.get("version") != VERSION:
            raise CheckpointError(
                "{name} has format version {version}, this program reads {known}: update DQN Lab.",
                name=name,
                version=excerpt(manifest.get("version")),
                known=VERSION,
            )
        with torch.device("cpu"):  # whatever the program has set
            tensors = load_tensors(content)
        kind, state = manifest["kind"], _from_json(manifest["state"], tensors)
        if kind not in KINDS or not isinstance(state, dict):
            raise ValueError(Phrase("it holds neither an agent nor a run"))
        return kind, state
    except (SafetensorError, *ODD_CONTENTS) as error:
        raise CheckpointError(
            "{name} is damaged: {reason}.", name=name, reason=reason_of(error)
        ) from error


def name_of(source: Source) -> str:
    """What a sentence about the file begins with."""
    return Phrase("The file") if isinstance(source, bytes) else Path(source).name


def _read(name: str, source: Source) -> tuple[dict[str, Any], bytes]:
    """The manifest, and the whole file, which is not read before its header was found good."""
    try:
        with (
            io.BytesIO(source)
            if isinstance(source, bytes)
            else open(source, "rb", opener=_without_waiting)
        ) as file:
            start = file.read(8)
            length = int.from_bytes(start, "little")
            head = file.read(length) if length <= MOST_HEADER_BYTES else b""
            if len(start) + len(head) < 8 + length:
                raise CheckpointError(
                    "{name} is not a DQN Lab checkpoint, or is cut off.", name=name
                )
            manifest, size = _manifest(name, head)
            free = free_memory()
            if free is not None and size > free:
                raise CheckpointError(
                    "{name} takes {size} of memory and only {free} are free: open it on a "
                    "machine with more memory.",
                    name=name,
                    size=in_words(size),
                    free=in_words(free),
                )
            # One byte more than it announces, to find out whether that is all.
            whole = source if isinstance(source, bytes) else start + head + file.read(size + 1)
            return manifest, whole
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or reason_of(error)
        raise CheckpointError(
            "{source} cannot be read: {reason}.", source=excerpt(repr(str(source))), reason=reason
        ) from error


def _without_waiting(path: str, flags: int) -> int:
    """Open a file also if it is a pipe that nobody writes into: it is then empty."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return descriptor


def _manifest(name: str, head: bytes) -> tuple[dict[str, Any], int]:
    """The manifest in a header, and how many bytes the header announces."""
    try:
        header = _parsed(name, head)
        if excess := _excess_of_tensors(len(header)):
            raise CheckpointError(
                "{name} is not a DQN Lab checkpoint: it has {excess}.", name=name, excess=excess
            )
        manifest = _parsed(name, header.pop("__metadata__")[FORMAT])
        size = max((entry["data_offsets"][1] for entry in header.values()), default=0)
        if manifest["format"] == FORMAT and isinstance(size, int) and size >= 0:
            return manifest, size
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        pass  # no JSON, or other things in it
    raise CheckpointError("{name} is not a DQN Lab checkpoint.", name=name)


def _parsed(name: str, text: bytes | str) -> Any:
    if excess := _excess(text):
        raise CheckpointError(
            "{name} is not a DQN Lab checkpoint: it has {excess}.", name=name, excess=excess
        )
    return json.loads(text)


def _excess(text: bytes | str) -> Phrase | None:
    """What JSON has more of than any checkpoint; None where it may be read."""
    signs = "[{," if isinstance(text, str) else (b"[", b"{", b",")
    lists, mappings, commas = (text.count(sign) for sign in signs)  # type: ignore[arg-type]
    if lists + mappings > MOST_PARTS:
        return Phrase("{count:,} lists and mappings", count=lists + mappings)
    if commas > MOST_VALUES:
        return Phrase("{count:,} values", count=commas)
    if len(text) > MOST_HEADER_BYTES:
        return Phrase("a header of {size}", size=in_words(len(text)))
    return None


def _excess_of_tensors(count: int) -> Phrase | None:
    return Phrase("{count:,} tensors", count=count) if count > MOST_TENSORS else None


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
