"""What is done under the microscope: acts, back and forward, and the run that is followed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from gymnasium.spaces import Box, Discrete

from dashboard.learn_page.desk import Desk
from dashboard.session.few import MOST_ACTIONS
from dashboard.session.session import Session
from dashboard.web.feed import BadQueryError
from dashboard.web.language import answering
from dqn_core.base.errors import CheckpointError
from dqn_core.trainer import STATISTICS_PERIOD, Trainer
from tests.core.foreign import Foreign, registered
from tests.core.small_runs import SMALL, fingerprint
from tests.dashboard.envelope import opened
from tests.dashboard.runs import untrained_session


@pytest.fixture
def session() -> Iterator[Session]:
    session = untrained_session(SMALL)
    yield session
    session.run.close()


def seen(desk: Desk, do: str = "look", chosen: int = 0) -> dict[str, Any]:
    header, _ = opened(desk.answer({"do": do, "chosen": str(chosen)}))
    while not header["is_complete"]:
        header, _ = opened(desk.answer({"do": "on", "chosen": str(chosen)}))
    return header


def test_a_run_that_has_not_begun_shows_its_first_update_and_back_where_it_will_begin(
    session: Session,
) -> None:
    desk = Desk(session)
    header = seen(desk)
    assert (
        "gradient update 1. This is a copy: the run on the Train page is at 0." in header["about"]
    )
    assert header["update"]["lines"]
    header = seen(desk, "back")
    assert header["update"] is None
    assert header["memory"]["words"] == "The memory is empty."


def test_until_the_first_update_it_is_said_when_that_comes(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.learn_page.desk.SECONDS", 0.0)
    header, _ = opened(Desk(session).answer({}))
    assert not header["is_complete"]
    assert f"at environment step {SMALL.learning_starts}:" in header["waiting"]


def test_of_several_steps_no_sum_is_called_a_reward() -> None:
    session = untrained_session(SMALL.replace(n_step=3))
    desk = Desk(session)
    words = " ".join(seen(desk, chosen=chosen)["update"]["words"][0] for chosen in range(4))
    assert "discounted rewards of 3 steps 2.9701." in words
    assert "reward 2.97" not in words
    session.run.close()


def test_where_the_first_update_is_far_a_run_shows_where_it_will_begin() -> None:
    session = untrained_session(SMALL.replace(learning_starts=10_000, buffer_capacity=10_000))
    header = seen(Desk(session))
    assert header["update"] is None
    assert header["world"]["columns"][0][0] == "now"
    assert header["memory"]["words"] == "The memory is empty."
    session.run.close()


def test_the_next_update_of_a_run_that_learns_is_shown_at_once(session: Session) -> None:
    session.run.trainer.run(max_steps=60)
    before = fingerprint(session.run.trainer)
    header = seen(Desk(session))
    assert header["update"]["lines"]
    assert header["networks"]["online"]["units"]
    assert len(header["memory"]["batch"]) == SMALL.batch_size
    assert fingerprint(session.run.trainer) == before, "it is another one that was moved"


def test_back_and_forward_show_the_same_again(session: Session) -> None:
    session.run.trainer.run(max_steps=60)
    desk = Desk(session)
    first = seen(desk)
    for act in ("step", "update", "copy"):
        second = seen(desk, act)
        assert second != first
        back = seen(desk, "back")
        for place in ("world", "memory", "networks", "update"):
            assert back[place] == first[place]
        assert seen(desk, "forward") == second
        first = second


def test_the_run_is_followed_until_something_is_done(session: Session) -> None:
    desk, trainer = Desk(session), session.run.trainer
    trainer.run(max_steps=60)
    assert seen(desk)["is_following"]
    trainer.run(max_steps=5)
    followed = seen(desk)
    assert "step 66" in followed["about"]
    assert seen(desk) == followed, "nothing has happened meanwhile"
    seen(desk, "step")
    trainer.run(max_steps=5)
    header = seen(desk)
    assert not header["is_following"]
    assert "the run on the Train page is at 70" in header["about"]
    assert "step 71" in seen(desk, "fresh")["about"]


def test_a_run_that_goes_on_is_followed_without_a_new_trainer(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its environments and networks would be made ten times a second."""
    desk, trainer = Desk(session), session.run.trainer
    trainer.run(max_steps=60)
    seen(desk)
    monkeypatch.delattr("dqn_core.microscope.specimen.Trainer")
    trainer.run(max_steps=5)
    assert "step 66" in seen(desk)["about"]
    trainer.change(gamma=0.9)
    pieces = [tuple(piece) for line in seen(desk)["update"]["lines"] for piece in line]
    assert ("0.9", "gamma") in pieces


def test_of_a_run_that_stands_still_a_new_copy_is_that_run_again(session: Session) -> None:
    session.run.trainer.run(max_steps=60)
    desk = Desk(session)
    first = seen(desk)
    seen(desk, "step")
    assert seen(desk, "fresh") == first


def test_that_an_episode_cannot_be_resumed_is_said_and_stops_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dqn_core.interaction.restores_exactly", lambda spec: False)
    session.run.trainer.run(max_steps=60)
    header = seen(Desk(session), "update")
    assert "a new episode was started" in header["notice"]
    assert header["problem"] == ""


def test_of_several_agents_it_is_said_which_one_is_shown() -> None:
    session = untrained_session(SMALL.replace(seed=3), members=2)
    session.run.trainer.run(max_steps=60)
    session.run.trainer.cancel([0])
    assert "seed 4" in seen(Desk(session))["about"]
    session.run.close()


def test_another_run_of_the_page_takes_the_place_of_the_copy(session: Session) -> None:
    session.run.trainer.run(max_steps=60)
    desk = Desk(session)
    seen(desk, "step")
    session.reset()
    header = seen(desk)
    assert header["is_following"]
    assert "the run on the Train page is at 0" in header["about"]


def test_a_new_copy_is_of_the_run_that_the_page_has_by_now(session: Session) -> None:
    session.run.trainer.run(max_steps=60)
    desk = Desk(session)
    seen(desk, "step")
    session.set("hidden_dims", "8")
    session.reset()
    header = seen(desk, "fresh")
    assert header["is_following"]
    assert "the run on the Train page is at 0" in header["about"]


def test_a_picture_says_in_words_what_it_shows(session: Session) -> None:
    session.run.trainer.run(max_steps=61)
    desk = Desk(session)
    seen(desk)
    before, after = seen(desk, "step")["world"]["pictures"]
    assert before[1].startswith("CartPole-v1, before the step: cart position ")
    assert (before[0], after[0]) == ("before the step", "after the step")
    assert before[1] != after[1].replace("after", "before")


def test_distributions_are_told_in_words_too() -> None:
    config = SMALL.replace(head="categorical", value_low=0, value_high=50)
    session = untrained_session(config)
    session.run.trainer.run(max_steps=60)
    told = seen(Desk(session))["update"]["spread"]
    session.run.close()
    low, high, target_low, target_high = map(float, re.findall(r"[\d.]*\d", told))
    assert 0 <= low < 10 < 40 < high <= 50, "at first all returns are about as probable"
    assert 0 <= target_low <= target_high <= 50


def test_what_is_seen_is_said_in_the_language_of_who_looks(session: Session) -> None:
    session.run.trainer.run(max_steps=61)
    with answering("zh"):
        header = seen(Desk(session), "step")
    assert header["about"].startswith("第 ")
    told = [*header["world"]["sentences"], *header["update"]["words"], header["memory"]["words"]]
    assert all(sentence.endswith("。") for sentence in told)
    assert header["world"]["pictures"][0][0] == "这一步之前"


def test_of_thousands_of_actions_and_numbers_the_first_are_shown_and_the_others_counted() -> None:
    spaces = {"action_space": Discrete(3_000), "observation_space": Box(-1, 1, (1_000,))}
    with registered("Vast-v0", Foreign, kwargs=spaces):
        session = untrained_session(SMALL.replace(env_id="Vast-v0", epsilon_end=1.0))
        session.run.trainer.run(max_steps=60)
        desk = Desk(session)
        seen(desk, "step")
        header = seen(desk, chosen=1)
        session.run.close()
    world, update = header["world"], header["update"]
    step = world["step"]
    assert len(step["actions"]) == MOST_ACTIONS + 1
    assert step["actions"][-1] == ["2,980 more", ""]
    assert f"“{step['actions'][step['taken']][0]}”" in world["sentences"][0]
    assert update["actions"][-1][0] == "2,980 more"
    assert f"“{update['actions'][update['taken']][0]}”" in update["words"][0]
    assert world["labels"][-1] == "800 more"
    assert {len(values) for _, _, values in world["columns"]} == {len(world["labels"])} == {201}


def test_choosing_a_transition_shows_it_everywhere(session: Session) -> None:
    session.run.trainer.run(max_steps=60)
    desk = Desk(session)
    first, second = seen(desk, chosen=0), seen(desk, chosen=3)
    assert second["chosen"] == 3
    assert first["world"]["columns"][2] != second["world"]["columns"][2]
    assert first["networks"]["online"]["units"] != second["networks"]["online"]["units"]
    assert first["update"]["lines"] != second["update"]["lines"]
    assert seen(desk, chosen=99_999)["chosen"] == SMALL.batch_size - 1


def test_a_limit_of_the_run_is_told(session: Session) -> None:
    session.set("total_steps", 100)
    session.run.trainer.run(max_steps=99)
    desk = Desk(session)
    seen(desk)
    assert "step budget" in seen(desk, "step")["problem"]
    assert seen(desk, "back")["problem"] == ""


def test_where_there_is_no_room_for_a_copy_that_is_told(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dqn_core.replay.free_memory", lambda: 1)
    header, _ = opened(Desk(session).answer({}))
    assert "may take" in header["failure"]


def test_a_run_that_has_diverged_says_so(session: Session) -> None:
    session.run.trainer.run(max_steps=60)
    session.run.trainer.learner.online.parameters.fill_(float("nan"))
    desk = Desk(session)
    seen(desk)
    for _ in range(STATISTICS_PERIOD):
        header = seen(desk, "update")
    assert "no longer finite" in header["problem"]
    assert seen(desk, "back")["problem"] == ""


@pytest.mark.parametrize("query", [{"do": "format"}, {"do": "step", "chosen": "-1"}])
def test_what_there_is_not_to_do_is_refused(session: Session, query: dict[str, str]) -> None:
    with pytest.raises(BadQueryError):
        Desk(session).answer(query)


def test_a_run_whose_copies_would_fill_the_memory_is_not_copied_and_that_is_said(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.run.trainer.run(max_steps=60)
    taken = session.run.trainer.replay.stored_bytes
    assert taken == 60 * 12 * 4  # rows of CartPole
    monkeypatch.setattr("dashboard.learn_page.desk.LARGEST", taken - 1)
    header, _ = opened(Desk(session).answer({"do": "look"}))
    assert "its replay takes" in header["failure"]
    assert "lower buffer_capacity" in header["failure"]
    monkeypatch.setattr("dashboard.learn_page.desk.LARGEST", taken)
    assert seen(Desk(session))["update"]["lines"]


def test_a_run_is_followed_also_where_an_update_takes_several_answers(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.learn_page.desk.SECONDS", 0)
    desk, trainer = Desk(session), session.run.trainer
    trainer.run(max_steps=60)
    assert seen(desk)["is_following"]
    trainer.run(max_steps=20)
    header = seen(desk)
    assert header["is_following"]
    assert header["update"]["lines"]


def test_a_copy_that_cannot_follow_is_closed_and_another_one_takes_its_place(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, trainer = Desk(session), session.run.trainer
    trainer.run(max_steps=60)
    seen(desk)
    closed: list[Trainer] = []

    def refuse(self: Trainer, state: object) -> None:
        raise CheckpointError("This state is damaged.")

    def close(self: Trainer) -> None:
        closed.append(self)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "load_state_dict", refuse)
        patch.setattr(Trainer, "close", close)
        trainer.run(max_steps=1)
        header, _ = opened(desk.answer({}))
    assert header["failure"] == "This state is damaged."
    assert len(closed) == 1
    assert closed[0] is not trainer
    assert "step 62" in seen(desk)["about"]
