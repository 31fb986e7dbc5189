"""The agents that can be chosen: those of the run, those that come in files."""

import json
import pickle
import struct
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from dashboard.session.agents import available, load, read_upload, stored_key
from dashboard.session.earlier import EarlierRuns
from dashboard.session.links import Link
from dashboard.session.run import Run, Status
from dashboard.session.session import Session
from dashboard.session.turns import Turns
from dqn_core import DQNConfig, LabError
from dqn_core.files.checkpoint import agent_bytes
from dqn_core.files.packing import pack
from tests.balancing import balancing_agent
from tests.dashboard.episodes import SMALL, trained_run


def with_header(header: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header


def other_version() -> bytes:
    content = agent_bytes(balancing_agent())
    return content.replace(b'\\"version\\": 1', b'\\"version\\": 9')


def diverged() -> bytes:
    agent = balancing_agent()
    agent.network.parameters[0, 0] = torch.nan
    return agent_bytes(agent)


def deep() -> bytes:
    manifest = '{"format":"dqn-lab","version":1,"kind":"agent","state":' + "[" * 900 + "]" * 900
    return with_header(json.dumps({"__metadata__": {"dqn-lab": manifest + "}"}}).encode())


HOSTILE = {
    "empty": b"",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "text": b"gamma: 0.99\n" * 40,
    "a pickle": pickle.dumps({"weights": [1.0] * 50}),
    "cut off": agent_bytes(balancing_agent())[:-40],
    "cut off in the header": agent_bytes(balancing_agent())[:100],
    "another version": other_version(),
    "a header without end": with_header(b"{" * 200)[:150],
    "a header that claims all memory": struct.pack("<Q", 2**63) + b"{}",
    "a header that is a list": with_header(b"[1, 2]"),
    "a manifest that is a number": with_header(b'{"__metadata__":{"dqn-lab":"3"}}'),
    "nested": deep(),
    "no members": pack("run", {"configs": [], "env_step": 0}),
    "strange configuration": pack("agent", {"config": {"env_id": 7}, "env_steps": 0}),
    "an unknown environment": pack(
        "agent", {"config": {"env_id": "os:system"}, "parameters": torch.zeros(1, 4)}
    ),
    "not finite": diverged(),
    "too few weights": pack(
        "agent",
        {
            "config": balancing_agent().config.to_dict(),
            "parameters": torch.zeros(1, 5),
            "env_steps": 0,
        },
    ),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_bad_file_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(LabError) as refusal:
        read_upload("1", "agent.safetensors", content)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 400


def test_a_saved_agent_comes_back() -> None:
    agent = balancing_agent()
    upload = read_upload("1", "mine.safetensors", agent_bytes(agent))
    (choice,) = upload.choices()
    assert choice.name == "Uploaded: mine.safetensors"
    assert torch.equal(choice.load().network.parameters, agent.network.parameters)


def test_a_saved_run_offers_its_members() -> None:
    run = trained_run(members=3)
    content = pack("run", run.state_dict())
    choices = read_upload("1", "run.safetensors", content).choices()
    assert [choice.name[-8:] for choice in choices] == [" agent 1", " agent 2", " agent 3"]
    for member, choice in enumerate(choices):
        mine, theirs = choice.load(), run.agent(member)
        assert torch.equal(mine.network.parameters, theirs.network.parameters)
        assert mine.config.seed == member


def names(session: Any) -> list[str]:
    return [choice.name for choice in available(session).values()]


def test_the_projects_own_agents_play_what_their_names_say_the_chosen_environments_first() -> None:
    taxi = Session(Link(config=DQNConfig(env_id="Taxi-v4")))
    choices = list(available(taxi).values())
    if "Trained Taxi-v4 agent" in names(taxi):
        assert choices[0].env_id == "Taxi-v4"
    for choice in choices:
        assert load(choice).agent.config.env_id == choice.env_id
        assert choice.name == f"Trained {choice.env_id} agent"


def test_choices_of_a_run_that_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    session: Any = SimpleNamespace(turns=Turns([Run([SMALL])]), earlier=EarlierRuns(None))
    assert names(session)[0] == "Trained CartPole-v1 agent"
    session.turns = Turns([run := trained_run(members=2)])
    assert names(session)[:4] == [
        "In training, seed 0, as it is now",
        "In training, seed 1, as it is now",
        "In training, seed 0, at step 0",
        "Trained CartPole-v1 agent",
    ]
    now = available(session)["now 1"]
    assert load(now).title == "In training, seed 1, at step 200"
    assert torch.equal(load(now).agent.network.parameters, run.agent(1).network.parameters)
    session.turns = Turns([trained_run()])
    assert available(session)["now 0"].identity != now.identity


def test_the_agents_of_all_values_that_take_turns_can_be_chosen() -> None:
    session: Any = SimpleNamespace(earlier=EarlierRuns(None))
    session.turns = Turns([trained_run(hidden_dims="8"), trained_run(hidden_dims="4")])
    assert names(session)[:4] == [
        "In training, seed 0 of Hidden layers 8, as it is now",
        "In training, seed 0 of Hidden layers 8, at step 0",
        "In training, seed 0 of Hidden layers 4, as it is now",
        "In training, seed 0 of Hidden layers 4, at step 0",
    ]
    second = load(available(session)["now 1"])
    assert second.agent.config.hidden_dims == "4"
    assert second.in_training
    assert second.in_training.run_id == session.turns.runs[1].id


def test_the_agents_of_a_run_can_be_watched_after_its_reset() -> None:
    session = Session(Link(config=SMALL, members=2))
    session.run.trainer.run(max_steps=200)
    session.run.status = Status.PAUSED
    trained = session.run.agent(1).network.parameters
    session.reset()
    choices = available(session)
    assert names(session)[:3] == [
        "cartpole-1, seed 0, at its end",
        "cartpole-1, seed 1, at its end",
        "Trained CartPole-v1 agent",
    ]
    again = load(choices[stored_key("cartpole-1", 1)]).agent
    assert torch.equal(again.network.parameters, trained)
    assert again.env_steps == 200


def test_an_agent_that_diverged_is_refused() -> None:
    run = trained_run()
    run.trainer.learner.online.parameters[0, 0] = torch.nan
    session: Any = SimpleNamespace(turns=Turns([run]), earlier=EarlierRuns(None))
    with pytest.raises(LabError, match="diverged"):
        load(available(session)["now 0"])
