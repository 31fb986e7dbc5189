"""Files that ask for memory, for time or for a long message: their header is read first."""

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import save as save_tensors

from dqn_core import DQNConfig, Trainer, load_agent, load_run, save_run
from dqn_core.base.errors import LONGEST_MESSAGE, CheckpointError, LabError, excerpt
from dqn_core.files.packing import FORMAT, MOST_PARTS, MOST_TENSORS, MOST_VALUES, pack, unpack
from tests.core.small_runs import SMALL

GIB = 2**30


def refused(source: Any) -> str:
    """The one sentence of a file that is loaded as a run and as an agent."""
    sentences = []
    for load in (load_run, load_agent):
        with pytest.raises(CheckpointError) as refusal:
            load(source)
        sentences.append(str(refusal.value))
    message = sentences[0]
    assert message.endswith((".", "?"))
    assert len(message) <= LONGEST_MESSAGE
    assert all(character.isprintable() for character in message)
    return message


def with_manifest(text: str) -> bytes:
    return save_tensors({}, {FORMAT: text})


def with_header(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def files_that_ask_for_much() -> Iterator[tuple[str, bytes]]:
    lists, mappings = b"[]," * MOST_PARTS, "{}," * MOST_PARTS
    yield "lists and mappings", with_header(b'{"a": [' + lists + b"[]]}")
    yield "lists and mappings", with_manifest(f'{{"format": "{FORMAT}", "a": [{mappings}{{}}]}}')
    text = json.dumps({"__metadata__": {FORMAT: f"[{'[],' * MOST_PARTS}[]]"}})
    yield "lists and mappings", with_header(text.replace("[", r"\u005b").encode())
    yield "values", with_header(b"[" + b"0," * (MOST_VALUES + 1) + b"0]")
    entry = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    many: dict[str, Any] = {str(i): entry for i in range(MOST_TENSORS)}
    many["__metadata__"] = {FORMAT: json.dumps({"format": FORMAT})}
    yield "tensors", with_header(json.dumps(many).encode())


def test_a_header_with_more_than_any_checkpoint_has_is_refused() -> None:
    for what, content in files_that_ask_for_much():
        message = refused(content)
        assert "is not a DQN Lab checkpoint: it has " in message
        assert message.endswith(f" {what}.")


@pytest.mark.parametrize("header", ["{}", json.dumps({"__metadata__": {"format": "pt"}})])
def test_a_foreign_file_of_60_gigabytes_is_refused_by_its_header(
    header: str, tmp_path: Path
) -> None:
    entry = {"dtype": "U8", "shape": [60 * GIB], "data_offsets": [0, 60 * GIB]}
    text = json.dumps(json.loads(header) | {"a": entry})
    path = tmp_path / "model.safetensors"
    with path.open("wb") as file:
        file.write(with_header(text.encode()))
        file.truncate(60 * GIB)
    assert refused(path) == "model.safetensors is not a DQN Lab checkpoint."


def test_a_file_that_does_not_fit_into_memory_says_how_much_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run"
    save_run(path, Trainer(SMALL))
    monkeypatch.setattr("dqn_core.files.packing.free_memory", lambda: 1_000)
    assert "only 0.000954 MiB are free: open it on a machine with more memory." in refused(path)


def test_what_is_no_file_is_read_no_further_than_its_header(tmp_path: Path) -> None:
    assert "not a DQN Lab checkpoint" in refused("/dev/zero")
    assert "not a DQN Lab checkpoint" in refused("/dev/urandom")
    assert "cut off" in refused("/dev/null")
    content = pack("run", Trainer(SMALL).state_dict())
    reading, writing = os.pipe()
    os.write(writing, content[:40_000])  # what a pipe holds
    os.close(writing)
    assert len(content) < 40_000
    assert load_run(f"/dev/fd/{reading}").env_step == 0
    os.close(reading)


@pytest.mark.parametrize("more", [b"x", b"x" * 10_000])
def test_a_file_with_more_behind_its_tensors_is_damaged(more: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run"
    save_run(path, Trainer(SMALL))
    path.write_bytes(path.read_bytes() + more)
    assert "damaged" in refused(path)


def test_what_would_not_be_read_again_is_not_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dqn_core.files.packing.MOST_PARTS", 5_000)
    state = Trainer(SMALL).state_dict()
    state["environments"][0]["layers"][-1]["past"] = [[1, 2]] * 5_001
    with pytest.raises(CheckpointError, match=r"This run cannot be saved, since it has 5,\d\d\d l"):
        pack("run", state)


def test_streams_are_no_wider_than_any_run_draws_them() -> None:
    for width in (2**20, 2**40, -1):
        state = Trainer(SMALL).state_dict()
        state["replay"]["stream"]["width"] = width
        assert "width cannot be" in str(_refusal_of_run(pack("run", state)))


def test_a_run_of_many_members_about_to_evaluate_many_episodes_is_opened_without_making_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []
    make = Trainer(SMALL).environments[0].__class__.__init__
    state = Trainer([SMALL.replace(seed=seed) for seed in range(16)]).state_dict()
    state["configs"] = [c | {"evaluation_episodes": 1_000} for c in state["configs"]]
    state["evaluating"] = True
    content = pack("run", state)

    def count(self: Any, *arguments: Any, **more: Any) -> None:
        made.append(1)
        make(self, *arguments, **more)

    monkeypatch.setattr("dqn_core.environments.environment.Environment.__init__", count)
    load_run(content)
    assert len(made) < 1_000


@pytest.mark.parametrize(("members", "most"), [(3, 2), (0, 16), (1_025, 1_024)])
def test_a_run_of_too_many_members_is_refused_before_anything_is_built(
    members: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = Trainer(SMALL).state_dict()
    content = pack("run", state | {"configs": state["configs"] * members})
    monkeypatch.setattr("dqn_core.files.checkpoint.Trainer", lambda _: pytest.fail("it is built"))
    with pytest.raises(CheckpointError) as refusal:
        load_run(content, most)
    said = f"The file has {members:,} seeds, but here a run has 1 to {most:,}"
    assert str(refusal.value).startswith(said)
    assert ("train --resume" in str(refusal.value)) == (members == 3)


def _refusal_of_run(content: bytes) -> CheckpointError:
    with pytest.raises(CheckpointError) as refusal:
        load_run(content)
    return refusal.value


LONG = "v" * 1_000_000
ODD = "a\nb\r\t\x00\x1b[31m\u202e\u2028\ud800z"


@pytest.mark.parametrize("text", [LONG, ODD, [LONG] * 3, {LONG: LONG}], ids=lambda t: repr(t)[:9])
def test_a_message_is_one_printable_line_of_a_length_whatever_the_file_says(text: Any) -> None:
    state = Trainer(SMALL).state_dict()
    config = state["configs"][0]
    places = [
        {"format": FORMAT, "version": text},
        {"format": FORMAT, "version": 1, "kind": text, "state": {}},
        {"format": FORMAT, "version": 1, "kind": "run", "state": text},
        *(
            {"format": FORMAT, "version": 1, "kind": kind, "state": {"configs": [values]}}
            for kind in ("run", "agent")
            for values in (
                config | {"env_id": text},
                config | {"loss": text},
                config | {"gamma": text},
                config | ({text: 1} if isinstance(text, str) else {}),
            )
        ),
    ]
    for manifest in places:
        refused(with_manifest(json.dumps(manifest)))
    for part in ("layers", "generator", "left_out", "steps"):
        changed = pack("run", state | {"environments": [state["environments"][0] | {part: text}]})
        refused_as_run = str(_refusal_of_run(changed))
        assert len(refused_as_run) < 300
        assert refused_as_run.isprintable()
    layers = [{}, {"gravity": text, "made up": 3}]
    changed = pack("run", state | {"environments": [state["environments"][0] | {"layers": layers}]})
    assert len(str(_refusal_of_run(changed))) < 300


def test_a_files_name_in_a_message_is_one_printable_line(tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[31mb"
    path.write_bytes(b"no checkpoint")
    assert refused(path).startswith("a �[31mb is not a")


def test_an_error_says_its_sentence_without_what_would_break_a_line_or_fill_a_page() -> None:
    message = str(LabError(f"{LONG} is wrong:\nchange it."))
    assert len(message) == LONGEST_MESSAGE
    assert message.startswith("vvv")
    assert message.endswith("v is wrong: change it.")
    assert excerpt(ODD) == "a b  ��[31m� �z"
    assert str(LabError("50\u202f% of 3\xa0000")) == "50\u202f% of 3\xa0000"


def test_any_other_kind_of_file_is_refused_by_its_name() -> None:
    content = with_manifest(
        json.dumps({"format": FORMAT, "version": 1, "kind": "game", "state": {}})
    )
    assert refused(content) == "The file is damaged: it holds neither an agent nor a run."
    with pytest.raises(CheckpointError):
        unpack(content)


def test_a_part_that_is_missing_is_named() -> None:
    state = Trainer(DQNConfig(hidden_dims="4, 4")).state_dict()
    del state["learner"]
    assert refused(pack("run", state)) == "The file is damaged: there is no 'learner'."
