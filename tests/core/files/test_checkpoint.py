"""Files: whole, damaged, foreign and hostile."""

import copy
import json
import pickle
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from dqn_core import DQNConfig, Trainer, load_agent, load_run, save_agent, save_run
from dqn_core.errors import CheckpointError, LabError
from dqn_core.files.checkpoint import agent_bytes
from dqn_core.files.packing import FORMAT, VERSION, pack, unpack
from tests.core.hostile_files import places

CONFIG = DQNConfig(
    hidden_dims="4, 4",
    batch_size=4,
    buffer_capacity=64,
    learning_starts=5,
    evaluation_period=20,
    evaluation_episodes=1,
    max_episode_steps=20,
)


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    trainer = Trainer([CONFIG, CONFIG.replace(seed=1)])
    trainer.run(max_steps=30)
    trainer.change(gamma=0.9)
    trainer.run(max_steps=5)
    return trainer


@pytest.fixture(scope="module")
def run_file(trainer: Trainer) -> bytes:
    return pack("run", trainer.state_dict())


@pytest.fixture(scope="module")
def agent_file(trainer: Trainer) -> bytes:
    return agent_bytes(trainer.agent())


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


# --- whole files ------------------------------------------------------------------------------


def test_a_state_comes_out_of_a_file_as_it_went_in(trainer: Trainer) -> None:
    state = trainer.state_dict()
    kind, again = unpack(pack("run", state))
    assert kind == "run"
    assert_same(state, again)


def assert_same(mine: Any, theirs: Any) -> None:
    assert type(mine) is type(theirs)
    if isinstance(mine, dict):
        assert mine.keys() == theirs.keys()
        for name in mine:
            assert_same(mine[name], theirs[name])
    elif isinstance(mine, list | tuple):
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            assert_same(one, other)
    elif isinstance(mine, torch.Tensor | np.ndarray):
        assert mine.dtype == theirs.dtype
        assert mine.shape == theirs.shape
        np.testing.assert_array_equal(mine, theirs)  # NaN is where there is no such layer
    else:
        assert mine == theirs


@pytest.mark.parametrize(
    "value",
    [
        np.int64(3),
        np.float32(0.1),
        np.bool_(True),
        (1, (2, [3, None])),
        2**100,
        0.1 + 0.2,
        float("inf"),
        "ε",
        np.zeros((0, 3)),
        torch.zeros(2, 0),
        torch.tensor(3.0),
        np.arange(6).reshape(2, 3).T,
    ],
    ids=repr,
)
def test_every_kind_of_value_that_a_state_may_hold_survives_a_file(value: Any) -> None:
    _, again = unpack(pack("run", {"value": value, "nested": [{"value": copy.deepcopy(value)}]}))
    assert_same(value, again["value"])
    assert_same(value, again["nested"][0]["value"])


def test_an_agent_saved_and_loaded_has_the_same_values(trainer: Trainer, tmp_path: Path) -> None:
    observations = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
    for member in range(2):
        agent = trainer.agent(member)
        save_agent(tmp_path / "agent.safetensors", agent)
        loaded = load_agent(tmp_path / "agent.safetensors")
        np.testing.assert_array_equal(loaded.q_values(observations), agent.q_values(observations))
        assert (loaded.config, loaded.env_steps) == (agent.config, 35)


def test_a_members_agent_can_be_taken_out_of_a_run(trainer: Trainer, tmp_path: Path) -> None:
    save_run(tmp_path / "run.safetensors", trainer)
    for member in range(2):
        agent = load_agent(tmp_path / "run.safetensors", member)
        assert torch.equal(agent.network.parameters, trainer.agent(member).network.parameters)
        assert agent.config.seed == member
    refused(lambda source: load_agent(source, 2), tmp_path / "run.safetensors")


def test_saving_replaces_a_file_whole_or_not_at_all(trainer: Trainer, tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    save_run(path, trainer)
    save_run(path, trainer)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.safetensors"]
    for place in (tmp_path / "no" / "such" / "folder", tmp_path, tmp_path / ("x" * 300)):
        message = refused(lambda p: save_run(p, trainer), place)
        assert "cannot be written" in message
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.safetensors"]


@pytest.mark.parametrize("path", ["", ".", "/", "a\0b"])
def test_a_path_that_can_be_no_file_is_one_sentence(path: str, trainer: Trainer) -> None:
    refused(load_agent, path)
    refused(load_run, path)
    refused(lambda p: save_run(p, trainer), path)


# --- files that are none ----------------------------------------------------------------------


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


# --- damaged files ----------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("column", "wrong"),
    [("name", "foo"), ("name", "env_id"), ("name", 3), ("old", "much"), ("new", 7.0), ("new", 1)],
)
def test_a_history_with_a_change_that_cannot_have_been_is_refused(column: str, wrong: Any) -> None:
    trainer = Trainer(CONFIG)
    trainer.run(max_steps=9)
    trainer.change(gamma=0.5)
    manifest, tensors = opened(pack("run", trainer.state_dict()))
    path = ("state", "history", "changes", column, 0)
    refused(load_run, closed(with_wrong(manifest, path, wrong), tensors))


@pytest.mark.parametrize("column", [-4], ids=["action"])
@pytest.mark.parametrize("value", [-1.0, 2.0, 0.5, 1e30, float("nan")])
def test_a_replay_buffer_with_actions_that_do_not_exist_is_refused(
    run_file: bytes, column: int, value: float
) -> None:
    manifest, tensors = opened(run_file)
    tensors["/replay/rows"][0, 3, column] = value
    assert "actions that do not exist" in refused(load_run, closed(manifest, tensors))


@pytest.mark.parametrize("value", [-1.0, 16.0, 0.5, float("nan")])
def test_a_replay_buffer_with_states_that_do_not_exist_is_refused(value: float) -> None:
    trainer = Trainer(CONFIG.replace(env_id="FrozenLake-v1"))
    trainer.run(max_steps=9)
    manifest, tensors = opened(pack("run", trainer.state_dict()))
    for column in (0, 1):
        changed = tensors | {"/replay/rows": tensors["/replay/rows"].clone()}
        changed["/replay/rows"][0, 3, column] = value
        assert "do not exist" in refused(load_run, closed(manifest, changed))
    tensors["/observations"][0, 0] = value
    assert "do not exist" in refused(load_run, closed(manifest, tensors))


@pytest.mark.parametrize(
    ("path", "wrong", "said"),
    [
        (("seconds",), float("nan"), "seconds cannot be nan"),
        (("seconds",), float("inf"), "seconds cannot be inf"),
        (("seconds",), -1.0, "seconds cannot be -1.0"),
        (("solved_at",), 10**40, "solved_at"),
        (("solved_at",), 36, "solved_at cannot be 36"),
        (("best_steps", 0), -1, "best_steps"),
        (("best_steps", 1), 36, "best_steps cannot be 36"),
        (("episodes", 0), 36, "episodes cannot be 36"),
        (("evaluations_since_best",), -1, "evaluations_since_best"),
        (("exploration", "width"), 2**20, "width"),
        (("replay", "stream", "next"), -1, "next"),
        (("stopped_at", 0), 36, "stopped_at"),
        (("stop_reasons", 0), "a reason", "for no reason"),
    ],
)
def test_numbers_that_no_run_comes_to_are_refused(
    run_file: bytes, path: tuple[Any, ...], wrong: Any, said: str
) -> None:
    manifest, tensors = opened(run_file)
    assert said in refused(load_run, closed(with_wrong(manifest, ("state", *path), wrong), tensors))


@pytest.mark.parametrize("reason", ["two\nlines", "\x1b[31m", "long " * 100])
def test_the_reason_of_a_member_that_stopped_is_one_short_printable_line(
    run_file: bytes, reason: str
) -> None:
    manifest, tensors = opened(run_file)
    manifest["state"]["stopped_at"][0] = 30
    manifest["state"]["stop_reasons"][0] = "It diverged."
    load_run(closed(manifest, tensors)).close()
    manifest["state"]["stop_reasons"][0] = reason
    assert "for no reason" in refused(load_run, closed(manifest, tensors))


@pytest.mark.parametrize(
    ("name", "place", "wrong", "said"),
    [
        ("/lengths", 0, -1, "lengths cannot be -1"),
        ("/lengths", 1, 36, "lengths cannot be 36"),
        ("/explored", 0, -1, "explored more often"),
        ("/explored", 0, 1_000, "explored more often"),
        ("/observations", (0, 2), torch.nan, "not finite"),
        ("/observations", (1, 0), torch.inf, "not finite"),
        ("/replay/rows", (0, 3, -2), 0.5, "neither end an episode nor go on"),
        ("/replay/rows", (1, 3, -1), -1e30, "neither end an episode nor go on"),
        ("/replay/rows", (1, 3, -1), torch.nan, "neither end an episode nor go on"),
        ("/learner/second_moment", (0, 5), -1e-9, "are negative"),
        ("/learner/adam_steps", (), torch.nan, "adam_steps cannot be nan"),
        ("/learner/adam_steps", (), -1, "adam_steps cannot be -1"),
        ("/history/episodes/member", 0, 2, "no such member"),
        ("/history/episodes/member", 0, -1, "no such member"),
        ("/history/updates/env_step", 0, 36, "no such env_step"),
        ("/history/evaluations/seconds", 0, torch.nan, "no such seconds"),
    ],
)
def test_values_in_tensors_that_no_run_has_are_refused(
    run_file: bytes, name: str, place: Any, wrong: float, said: str
) -> None:
    manifest, tensors = opened(run_file)
    tensors[name][place] = wrong
    assert said in refused(load_run, closed(manifest, tensors))


def test_an_episode_under_way_has_its_newest_step_in_the_replay_buffer(run_file: bytes) -> None:
    manifest, tensors = opened(run_file)
    assert tensors["/lengths"].any()
    tensors["/replay/rows"] = tensors["/replay/rows"][:, :0].clone()
    assert "lacks the steps" in refused(load_run, closed(manifest, tensors))


@pytest.mark.parametrize("count", [0, 1, 3, 2_000])
@pytest.mark.parametrize("load", [load_agent, load_run])
def test_a_run_has_as_many_configurations_as_networks(
    load: Any, count: int, run_file: bytes
) -> None:
    manifest, tensors = opened(run_file)
    configs = manifest["state"]["configs"]
    manifest["state"]["configs"] = (configs * count)[:count]
    refused(load, closed(manifest, tensors))


def test_a_run_saved_before_a_round_of_updates_could_be_stopped_still_loads(
    run_file: bytes,
) -> None:
    manifest, tensors = opened(run_file)
    assert manifest["state"].pop("updates_due") == 0
    assert load_run(closed(manifest, tensors)).is_between_steps


def test_a_small_file_cannot_take_much_memory(run_file: bytes) -> None:
    manifest, tensors = opened(run_file)
    for config in manifest["state"]["configs"]:
        config |= {"hidden_dims": "1024, 1024", "buffer_capacity": 1_000_000}
    manifest["state"]["configs"] *= 512
    assert "weights do not fit" in refused(load_run, closed(manifest, tensors))


# --- files that do not fit --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("gamma", 2.0, "gamma must be 0 to 1"),
        ("gamma", "high", "gamma must be"),
        ("env_id", "Nowhere-v0", "There is no environment"),
        ("env_id", "this:CartPole-v1", "names a module"),
        ("env_id", "Pendulum-v1", "Discrete actions"),
        ("env_id", "Acrobot-v1", ""),
        ("hidden_dims", "8, 8", ""),
        ("dueling", True, ""),
        ("learning_ratio", 1, "learning_ratio"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused_with_the_reason(
    run_file: bytes, agent_file: bytes, name: str, value: Any, said: str
) -> None:
    manifest, tensors = opened(agent_file)
    manifest["state"]["config"][name] = value
    assert said in refused(load_agent, closed(manifest, tensors))
    manifest, tensors = opened(run_file)
    for config in manifest["state"]["configs"]:
        config[name] = value
    assert said in refused(load_run, closed(manifest, tensors))
    assert said in refused(load_agent, closed(manifest, tensors))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_an_agent_whose_weights_are_not_finite_is_refused(agent_file: bytes, value: float) -> None:
    manifest, tensors = opened(agent_file)
    tensors["/parameters"][0, 5] = value
    assert "not finite" in refused(load_agent, closed(manifest, tensors))


def test_a_run_that_diverged_can_be_opened_to_look_at_but_gives_no_agent(run_file: bytes) -> None:
    manifest, tensors = opened(run_file)
    tensors["/learner/online"].fill_(torch.nan)
    content = closed(manifest, tensors)
    assert len(load_run(content).history.episodes) > 0
    refused(load_agent, content)


def test_an_agent_of_another_number_of_parameters_says_how_many_are_needed(
    agent_file: bytes,
) -> None:
    manifest, tensors = opened(agent_file)
    tensors["/parameters"] = torch.zeros(1, 7)
    message = refused(load_agent, closed(manifest, tensors))
    assert "7 parameters" in message
    assert "CartPole-v1" in message


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


@pytest.mark.parametrize("kind", ["categorical", "quantile"])
def test_an_agent_with_a_distributional_head_comes_back_as_it_was(kind: str) -> None:
    trainer = Trainer([CONFIG.replace(head=kind, dueling=True, seed=seed) for seed in (0, 1)])
    trainer.run(max_steps=20)
    observations = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    run_file = pack("run", trainer.state_dict())
    for p in (0, 1):
        expected = trainer.agent(p).q_values(observations)
        assert np.ptp(expected) > 0
        for content in (agent_bytes(trainer.agent(p)), run_file):
            agent = load_agent(content, p if content is run_file else 0)
            np.testing.assert_array_equal(agent.q_values(observations), expected)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"value_range": 5},
        {"value_range": torch.tensor([[0.0, 0.0]])},
        {"value_range": torch.tensor([[0.0, torch.nan]])},
        {"value_range": torch.tensor([[-3e38, 3e38]])},
        {"value_range": torch.tensor([[0.0, 1.0, 2.0]])},
        {"value_range": torch.zeros(0, 2)},
        {"value_range": torch.tensor([[0, 1]])},
        {"value_range": torch.tensor([[0.0, 1.0]]), "more": 1},
        5,
    ],
    ids=str,
)
@pytest.mark.parametrize("load", [load_agent, load_run])
def test_atoms_that_cannot_be_are_refused(load: Any, wrong: Any) -> None:
    trainer = Trainer(CONFIG.replace(head="categorical"))
    if load is load_agent:
        agent = trainer.agent()
        state = {
            "config": agent.config.to_dict(),
            "parameters": agent.network.parameters,
            "head": wrong,
            "env_steps": 0,
        }
        assert "damaged" in refused(load, pack("agent", state))
    else:
        state = trainer.state_dict()
        state["learner"]["head"] = wrong
        assert "damaged" in refused(load, pack("run", state))
