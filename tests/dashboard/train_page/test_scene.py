"""The environment in mid-run: drawn as it is, told as it is, and left as it is."""

from typing import Any

import numpy as np
import pytest

from dashboard.session.run import Run, Status
from dashboard.session.stage import stage
from dashboard.train_page.scene import _period, message
from dqn_core import Trainer
from dqn_core.environments import make_environment
from dqn_core.episodes.pictures import encode
from tests.core.small_runs import SMALL, fingerprint
from tests.dashboard.envelope import opened


def a_run(steps: int = 0, **values: Any) -> Run:
    run = Run([SMALL.replace(**values)])
    run.trainer.run(max_steps=steps)
    return run


def seen(run: Run) -> tuple[dict[str, Any], bytes]:
    """A message's words and its picture."""
    return opened(message(run.trainer.spec, *run.current_episode()))


@pytest.mark.parametrize(
    "env_id",
    ["CartPole-v1", "Acrobot-v1", "MountainCar-v0", "FrozenLake-v1", "CliffWalking-v1", "Taxi-v4"],
)
def test_the_picture_is_that_of_the_run_and_moves_with_it(env_id: str) -> None:
    run = a_run(30, env_id=env_id)
    itself = make_environment(env_id, render_mode="rgb_array")
    itself.reset(seed=0)
    itself.picture_of(run.trainer.environments[0].state_dict())
    pictures = []
    for _ in range(2):
        _, png = seen(run)
        pictures.append(png)
        itself.load_state_dict(run.trainer.environments[0].state_dict())
        itself.env.unwrapped.render_mode = "rgb_array"
        assert png == encode([itself.render()])[0]
        run.trainer.run(max_steps=25)
    itself.close()
    assert pictures[0] != pictures[1]


def test_two_moments_look_different() -> None:
    run = a_run(3)
    _, first = seen(run)
    run.trainer.run(max_steps=5)
    assert seen(run)[1] != first


def test_an_episode_that_begins_has_no_last_action() -> None:
    words, _ = seen(a_run())
    assert words["sentences"][1:] == ["An episode begins."]
    assert words["name"] == "CartPole-v1 at step 0 of the episode"


def test_it_tells_the_task_the_last_step_and_the_networks_values() -> None:
    run = a_run(3)
    action = int(run.trainer.replay.rows(np.array([[2]]))[0, 0, -4])
    words, _ = seen(run)
    assert words["sentences"] == [
        "Push the cart so that the pole does not fall. Each step in which it stands brings 1.",
        "Step 3 of the episode, return 3 so far.",
        f"Last action: {['push left', 'push right'][action]}, reward 1.",
    ]
    agent, moment = run.current_episode()
    values = agent.q_values(moment.observation[None])[0]
    assert words["greedy"] == values.argmax()
    assert [float(v.replace("−", "-")) for v in words["values"]] == pytest.approx(values, rel=1e-2)


def test_an_action_that_is_not_allowed_has_no_value_and_is_not_greedy() -> None:
    run = a_run(3, env_id="Taxi-v4", action_masks=True, head="quantile")
    words, _ = seen(run)
    agent, episode = run.current_episode()
    assert episode.allowed is not None
    assert [value != "not allowed" for value in words["values"]] == episode.allowed.tolist()
    q_values = agent.q_values(episode.observation[None])[0]
    assert words["greedy"] == max(np.flatnonzero(episode.allowed), key=lambda a: q_values[a])
    probable = [sum(probabilities) > 0.5 for _, probabilities in words["distributions"]]
    assert probable == episode.allowed.tolist()


def test_each_member_has_its_own_moment() -> None:
    trainer = Trainer([SMALL.replace(seed=seed) for seed in range(2)])
    trainer.run(max_steps=3)
    first, second = trainer.current_episode(0), trainer.current_episode(1)
    assert not np.array_equal(first.observation, second.observation)
    assert first.action == trainer.replay.rows(np.array([[2], [2]]))[0, 0, -4]
    assert second.action == trainer.replay.rows(np.array([[2], [2]]))[1, 0, -4]


def test_looking_leaves_the_run_as_it_would_have_been() -> None:
    looked_at, left_alone = a_run(), a_run()
    for _ in range(4):
        looked_at.trainer.run(max_steps=10)
        seen(looked_at)
    left_alone.trainer.run(max_steps=40)
    assert fingerprint(looked_at.trainer) == fingerprint(left_alone.trainer)


def test_values_that_are_no_numbers_have_no_greedy_action() -> None:
    run = a_run(3)
    run.trainer.learner.online.parameters.fill_(float("nan"))
    words, _ = seen(run)
    assert words["values"] == ["–", "–"]
    assert words["greedy"] is None


@pytest.mark.parametrize(
    "broken",
    ["dashboard.session.stage.restores_exactly", "dashboard.session.stage.Stage.picture"],
)
def test_an_environment_that_cannot_be_drawn_in_mid_run_has_words_alone(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_: Any) -> bool:
        if broken.endswith("picture"):
            raise RuntimeError("no screen")
        return False

    monkeypatch.setattr(broken, cannot)
    stage.clear()
    words, png = seen(a_run(3))
    stage.clear()
    assert png == b""
    assert words["sentences"][-1] == (
        "There is no picture of CartPole-v1 during training; the Test page shows it."
    )


@pytest.mark.parametrize(("speed", "period"), [(1, 1), (10, 0.1), (50, 0.1), (None, 1)])
def test_in_slow_motion_it_is_renewed_with_each_step(speed: float | None, period: float) -> None:
    run = a_run()
    assert _period(run) == 0, "nothing happens"
    run.start()
    run.steps_per_second = speed
    assert run.status is Status.RUNNING
    assert _period(run) == period


@pytest.mark.parametrize("head", ["categorical", "quantile"])
def test_a_distributional_heads_returns_have_the_q_values_as_their_means(head: str) -> None:
    run = a_run(20, head=head)
    header, _ = seen(run)
    agent, episode = run.current_episode()
    q_values = agent.q_values(episode.observation[None])[0]
    means = [np.dot(returns, shares) for returns, shares in header["distributions"]]
    np.testing.assert_allclose(means, q_values, rtol=1e-4)
    assert seen(a_run(20))[0]["distributions"] == []
