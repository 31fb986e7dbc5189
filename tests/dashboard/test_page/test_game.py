"""A person's game on the server: keys become actions, and nothing runs on for ever."""

import json
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from dashboard.session.agents import Chosen
from dashboard.test_page import game as game_module
from dashboard.test_page.game import Game, keys_of, remark
from dashboard.web.feed import BadQueryError
from dqn_core import Conditions, DQNConfig, Push, Trainer
from dqn_core.environments import environment_spec, make_environment
from dqn_core.episodes.pictures import encode
from dqn_core.episodes.recording import record
from tests.core.foreign import registered
from tests.dashboard.envelope import opened


def chosen(env_id: str, **values: Any) -> Chosen:
    agent = Trainer(DQNConfig(env_id=env_id, hidden_dims="4, 4", **values)).agent()
    return Chosen("The agent", "id", agent)


def begin(env_id: str, how: Conditions | None = None, **values: Any) -> Game:
    return Game(chosen(env_id, **values), 1000, how or Conditions(), speed=1.0)


def wait(done: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 120
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def header(part: bytes) -> dict[str, Any]:
    found, pictures = opened(part)
    assert len(pictures) == sum(found["sizes"])
    return found


def shows(game: Game, returns: int) -> bool:
    return len(header(game.part(0))["returns"]) == returns


def played(env_id: str, actions: list[int]) -> list[float]:
    """The returns so far, as the environment itself gives them."""
    environment = make_environment(env_id)
    environment.reset(1000)
    totals = [0.0]
    for action in actions:
        _, reward, terminated, truncated = environment.step(action)
        totals.append(totals[-1] + reward)
        if terminated or truncated:
            break
    return totals


def test_each_key_is_a_step_where_no_clock_runs() -> None:
    game = begin("Taxi-v4")
    actions = [0, 3, 3, 4, 1]
    for number, action in enumerate(actions, start=1):
        game.hear([[number, action]])
        wait(partial(shows, game, number + 1))
    time.sleep(0.05)
    found = header(game.part(0))
    assert [mine for mine, _ in found["returns"]] == played("Taxi-v4", actions)
    assert not found["over"]
    game.stop()


def test_a_key_of_an_action_that_is_not_allowed_does_nothing() -> None:
    game = begin("Taxi-v4", action_masks=True)
    drop_off, west = 5, 3
    assert "not allowed" in remark(game.spec, has_masks=True)
    game.hear([[1, drop_off], [2, drop_off], [3, west]])
    wait(partial(shows, game, 2))
    found = header(game.part(0))
    assert [mine for mine, _ in found["returns"]] == played("Taxi-v4", [west])
    game.stop()


def test_the_clock_waits_for_the_first_key_and_then_takes_the_one_held_or_none() -> None:
    game = begin("MountainCar-v0", max_episode_steps=12)
    assert game.spec.family.idle == 1
    time.sleep(0.1)
    assert len(header(game.part(0))["returns"]) <= 1
    game.hear([[1, 2]])
    wait(lambda: len(header(game.part(0))["returns"]) >= 4)
    game.hear([[2, None]])
    wait(lambda: game.over)
    found = header(game.part(0))
    assert len(found["returns"]) == 13
    assert found["message"] == "Over at step 12: you −12, the agent −12. A draw."


@pytest.mark.parametrize(
    ("events", "actions"), [([[1, 2]], [2] * 6), ([[1, 2], [2, None]], [2] + [1] * 5)]
)
def test_a_held_key_acts_until_it_goes_up_and_then_idle_does(
    events: list[list[int | None]], actions: list[int]
) -> None:
    game = begin("MountainCar-v0", max_episode_steps=6)
    game.hear(events)
    wait(lambda: game.over)
    part = game.part(0)
    *_, mine, theirs = header(part)["sizes"]
    environment = make_environment("MountainCar-v0", 6, "rgb_array")
    environment.reset(1000)
    for action in actions:
        environment.step(action)
    assert part[len(part) - theirs - mine : len(part) - theirs] == encode([environment.render()])[0]


def test_what_is_repeated_or_no_event_is_left_out() -> None:
    game = begin("FrozenLake-v1")
    game.hear([[1, 0], [1, 0], "x", [2], [2, 99], [2, -1], [None, 1], {"a": 1}, [1.5, 0]])
    wait(lambda: len(header(game.part(0))["returns"]) >= 2)
    game.hear([[1, 0]])
    time.sleep(0.05)
    found = header(game.part(0))
    assert len(found["returns"]) == 2
    assert found["heard"] == 1
    game.stop()


def ask(game: Game, start: int, *keys: list[int | None], id: str = "") -> dict[str, Any]:
    """The answer to a browser that has so many moments and tells these keys."""
    query = {"id": id or game.id, "start": str(start), "keys": json.dumps(keys)}
    return header(game.answer(query))


def test_a_browser_tells_its_keys_and_is_told_what_it_lacks_until_nothing_more_comes() -> None:
    game = begin("FrozenLake-v1")
    found = ask(game, 0, [1, 0], [2, 0])
    returns = found["returns"]
    while found["is_running"]:
        found = ask(game, len(returns))
        returns += found["returns"]
    assert len(returns) == 3
    assert found["heard"] == 2
    assert not ask(game, 3)["returns"]
    game.stop()


def test_keys_whose_answer_was_lost_are_told_again_and_played_once() -> None:
    game = begin("Taxi-v4")
    lost = ask(game, 0, [1, 0])
    wait(lambda: shows(game, 2))
    again = ask(game, 0, [1, 0])
    assert lost["heard"] == again["heard"] == 1
    assert len(again["returns"]) == 2
    assert ask(game, 2)["returns"] == []
    game.stop()


def test_a_browser_with_an_earlier_game_gets_this_one_and_its_keys_are_not_played() -> None:
    game = begin("Taxi-v4")
    wait(lambda: shows(game, 1))
    found = ask(game, 7, [1, 0], [2, 3], id="of an earlier one")
    assert (found["id"], found["start"], found["heard"]) == (game.id, 0, 0)
    assert not found["is_running"]
    game.stop()


@pytest.mark.parametrize(
    "told", [{"start": "many"}, {"keys": "[1"}, {"keys": "[" * 100_000}, {"start": "9" * 5_000}]
)
def test_a_question_that_cannot_be_read_is_refused(told: dict[str, str]) -> None:
    game = begin("Taxi-v4")
    with pytest.raises(BadQueryError):
        game.answer({"id": game.id} | told)
    for keys in ("{}", "7", "null"):
        assert header(game.answer({"id": game.id, "start": "-3", "keys": keys}))["heard"] == 0
    game.stop()


def test_a_part_begins_where_it_was_asked_for_and_shows_both() -> None:
    game = begin("FrozenLake-v1")
    for number in (1, 2):
        game.hear([[number, 0]])
    wait(lambda: len(header(game.part(0))["returns"]) == 3)
    whole, rest = header(game.part(0)), header(game.part(2))
    assert rest["start"] == 2
    assert rest["returns"] == whole["returns"][2:]
    assert rest["sizes"] == whole["sizes"][4:]
    assert all(size > 0 for size in whole["sizes"])
    assert header(game.part(3, wait=0))["returns"] == []
    game.stop()


def test_the_agent_beside_plays_the_episode_it_plays_alone_and_stays_at_its_end() -> None:
    game = begin("CliffWalking-v1", max_episode_steps=3)
    for number in range(1, 4):
        game.hear([[number, 0]])
    wait(lambda: game.over)
    assert header(game.part(0))["returns"][-1][1] == pytest.approx(
        record(game.chosen.agent, 1000).total
    )


def test_conditions_hold_for_both() -> None:
    how = Conditions(parameters={"gravity": 0.005}, push=Push(1, 1, 0.05))
    game = begin("MountainCar-v0", how, max_episode_steps=4)
    game.hear([[1, 0]])
    wait(lambda: game.over)
    usual = begin("MountainCar-v0", max_episode_steps=4)
    usual.hear([[1, 0]])
    wait(lambda: usual.over)
    assert game.part(0)[-400:] != usual.part(0)[-400:]


def test_a_game_of_which_nobody_asks_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game_module, "ABANDONED_SECONDS", 0.0)
    for env_id in ("FrozenLake-v1", "MountainCar-v0"):
        game = begin(env_id)
        game.hear([[1, 0]])
        wait(partial(getattr, game, "over"))
        assert "the page was not open" in game.message


def test_an_error_ends_the_game_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **options: object) -> None:
        raise RuntimeError("no screen")

    monkeypatch.setattr(game_module, "environment_for", broken)
    game = begin("FrozenLake-v1")
    wait(lambda: game.over)
    assert game.message == "The game stopped because of an error; the server's log describes it."


def test_an_environment_without_known_keys_is_played_with_digits() -> None:
    with registered("Foreign-v0"):
        assert keys_of(environment_spec("Foreign-v0")) == {"1": 0, "2": 1}
    for env_id in ("MountainCar-v0", "Acrobot-v1", "FrozenLake-v1", "CliffWalking-v1", "Taxi-v4"):
        spec = environment_spec(env_id)
        actions = {*keys_of(spec).values()} | ({spec.family.idle} - {None})
        assert np.array_equal(sorted(actions), range(spec.n_actions))


def test_a_browser_that_comes_back_goes_on_where_the_keys_were_and_holds_none() -> None:
    game = begin("MountainCar-v0")
    game.hear([[40, 2]])
    assert header(game.answer({"id": "", "start": "0", "keys": "[]"}))["heard"] == 40
    assert game._held is None
    game.stop()


def test_a_game_that_was_stopped_does_not_go_on_recording_the_agent() -> None:
    game = begin("MountainCar-v0", max_episode_steps=100_000)
    game.stop()
    name = f"game-{game.id}"
    wait(lambda: name not in [thread.name for thread in threading.enumerate()])


def test_the_agent_goes_on_to_its_end_after_the_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game_module, "MOVE_SECONDS", 0.0)
    agent = chosen("FrozenLake-v1")
    environment = make_environment("FrozenLake-v1")
    for seed in range(1000, 1100):
        environment.reset(seed)
        mine = 1
        while not any(environment.step(2)[2:]):
            mine += 1
        theirs = len(record(agent.agent, seed).actions)
        if theirs > mine + 2:
            break
    game = Game(agent, seed, Conditions())
    assert theirs > mine + 2
    game.hear([[number, 2] for number in range(1, mine + 1)])
    wait(lambda: game.over)
    found = header(game.part(0))
    assert found["message"].startswith(f"Over at step {mine}: ")
    assert len(found["returns"]) == theirs + 1
    assert found["sizes"][-2:][0] == 0  # the person's picture stays
    assert found["sizes"][-1] > 0


@pytest.mark.parametrize(
    ("env_id", "env_kwargs", "slippery"),
    [
        ("FrozenLake-v1", "", True),
        ("FrozenLake-v1", "is_slippery=False", False),
        ("Dry-v0", "", False),
        ("Dry-v0", "is_slippery=True", True),
        ("CliffWalking-v1", "", False),
        ("CliffWalking-v1", "is_slippery=True", True),
        ("CliffWalkingSlippery-v1", "", True),
        ("Taxi-v4", "", False),
        ("Taxi-v4", "is_rainy=True", True),
        ("CartPole-v1", "", False),
    ],
)
def test_only_what_is_slippery_is_said_to_be(env_id: str, env_kwargs: str, slippery: bool) -> None:
    lake = "gymnasium.envs.toy_text.frozen_lake:FrozenLakeEnv"
    with registered("Dry-v0", lake, kwargs={"is_slippery": False}):
        spec = environment_spec(env_id, env_kwargs=env_kwargs)
        assert ("slippery" in remark(spec)) == slippery
        assert remark(spec).startswith(spec.task), "a person has to know what is to be done"
