"""What the map of Q-values's component is sent, read by other means than those that wrote it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium.spaces import Discrete

from dashboard.session.run import MemberCopy, Run
from dashboard.train_page.q_map_message import (
    POINTS,
    Quantity,
    View,
    grid_message,
    place_of,
    plane_message,
    ranges,
)
from dashboard.web.feed import BadQueryError
from dqn_core import DQNConfig
from dqn_core.base.numbers import percent
from dqn_core.environments import environment_spec, known_environments, make_environment
from dqn_core.environments.family import nameless
from dqn_core.q_map import Dimension, advantage, dimensions, grid_world, plane
from tests.core.foreign import Foreign, registered
from tests.dashboard.envelope import opened


def started(env_id: str = "CartPole-v1", steps: int = 120, **changes: Any) -> Run:
    run = Run([DQNConfig(env_id=env_id, learning_starts=20, evaluation_period=0, **changes)])
    run.trainer.run(max_steps=steps)
    return run


def plane_of(run: Run, view: View) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Header, values `(rows, columns)` and places visited `(N, 2)` in the axes' units."""
    copy, spec = run.copy_of(0, 300), run.trainer.spec
    header, body = opened(plane_message(spec, copy, dimensions(spec, copy.spread), view))
    count = header["rows"] * header["columns"]
    if view.quantity == "action":
        values = np.frombuffer(body, np.uint8, count).astype(float)
        body = body[count + count % 2 :]
    else:
        low, high = header["range"]
        values = low + np.frombuffer(body, "<u2", count) / 65535 * (high - low)
        body = body[2 * count :]
    shares = np.frombuffer(body, "<u2").reshape(-1, 2) / 65535
    low = np.array([header["x"]["low"], header["y"]["low"]])
    high = np.array([header["x"]["high"], header["y"]["high"]])
    return header, values.reshape(header["rows"], -1), low + shares * (high - low)


HELD = (0.3, -0.2, 0.1, 0.4)


@pytest.mark.parametrize("quantity", ["value", "advantage", "action"])
@pytest.mark.parametrize(("x", "y"), [(2, 3), (3, 0)])
def test_the_map_is_what_the_agent_says_at_each_point(quantity: Quantity, x: int, y: int) -> None:
    run = started()
    header, values, _ = plane_of(run, View(quantity, x, y, HELD))
    agent, axes = run.agent(), dimensions(run.trainer.spec, np.zeros((0, 4)))
    points = POINTS[quantity]
    for row, column in [(0, 0), (0, points - 1), (points // 2, points // 2), (7, 30)]:
        observation = np.array(HELD, dtype=np.float32)
        for at, component in ((column, x), (row, y)):
            axis = axes[component]
            observation[component] = axis.low + (at + 0.5) * (axis.high - axis.low) / points
        q = agent.q_values(observation[None])[0]
        expected = {"value": q.max(), "advantage": q[1] - q[0], "action": q.argmax()}[quantity]
        step = 0 if quantity == "action" else np.ptp(header["range"]) / 65535
        assert values[row, column] == pytest.approx(expected, abs=step + 1e-5)


def test_the_middle_of_the_map_is_exactly_where_the_middle_of_the_axes_is() -> None:
    run = started(steps=1)
    for quantity, points in POINTS.items():
        _, values, _ = plane_of(run, View(quantity, 2, 3, (0, 0, 0, 0)))
        q = run.agent().q_values(np.zeros((1, 4), dtype=np.float32))[0]
        if quantity == "value":
            assert values[points // 2, points // 2] == pytest.approx(q.max(), abs=1e-4)
        assert points % 2 == 1


def test_the_states_visited_are_the_replays_newest_in_order() -> None:
    run = started(steps=80)
    _, _, visited = plane_of(run, View("value", 2, 3, HELD))
    seen = run.copy_of(0, 300).recent[:, 2:]
    seen = seen[(np.abs(seen) <= [0.21, 3.0]).all(1)]
    assert 0 < len(seen) <= 80
    np.testing.assert_allclose(visited, seen, atol=6 / 65535 + 1e-6)


def test_a_message_is_small() -> None:
    copy, spec = (run := started(steps=400)).copy_of(0, 300), run.trainer.spec
    for quantity in POINTS:
        view = View(quantity, 2, 3, HELD)
        message = plane_message(spec, copy, dimensions(spec, copy.spread), view)
        assert message is not None
        assert len(message) < 6_000


def test_the_sentence_names_the_shares_of_the_greedy_actions() -> None:
    run = started()
    header, values, _ = plane_of(run, View("action", 2, 3, HELD))
    right = (values == 1).mean()
    if 0 < right < 1:
        assert f"push right in {percent(right)}" in header["takeaway"]
    assert "Chosen on this map" in header["takeaway"]


def test_a_map_names_the_ranges_that_its_controls_have_to_have() -> None:
    run = started()
    copy, spec = run.copy_of(0, 300), run.trainer.spec
    axes = dimensions(spec, copy.spread)
    wider = [replace(axis, high=axis.high + 1) for axis in axes]
    named = [
        opened(plane_message(spec, copy, these, View("value", 2, 3, HELD)))[0]["drawn"]
        for these in (axes, wider)
    ]
    assert named == [ranges(axes), ranges(wider)]
    assert named[0] != named[1]


def test_looking_copies_and_changes_nothing() -> None:
    run, untouched = started(), started()
    copy = run.copy_of(0, 300)
    before = copy.agent.network.parameters.clone()
    run.trainer.run(max_steps=50)
    untouched.trainer.run(max_steps=50)
    torch.testing.assert_close(copy.agent.network.parameters, before, rtol=0, atol=0)
    mine, theirs = run.trainer.learner.online, untouched.trainer.learner.online
    torch.testing.assert_close(mine.parameters, theirs.parameters, rtol=0, atol=0)


def test_advantage_of_two_actions_has_a_sign_and_of_more_is_over_the_second_best() -> None:
    assert advantage(np.array([[3.0, 1.0], [0.0, 2.0]])).tolist() == [-2, 2]
    assert advantage(np.array([[3.0, 1.0, 2.5], [0.0, 7.0, -1.0]])).tolist() == [0.5, 7]


def test_the_plane_runs_over_two_components_and_holds_the_others() -> None:
    observations = plane([9, 8, 7], 2, 0, np.array([1, 2]), np.array([3, 4, 5]))
    assert observations.shape == (3, 2, 3)
    assert observations[2, 1].tolist() == [5, 8, 2]
    assert observations[0, 0].tolist() == [3, 8, 1]


@pytest.mark.parametrize("env_id", ["CartPole-v1", "MountainCar-v0", "Acrobot-v1"])
def test_ranges_are_finite_and_hold_what_they_say(env_id: str) -> None:
    spec = environment_spec(env_id)
    axes = dimensions(spec, np.zeros((0, spec.observation_dim)))
    assert [axis.label for axis in axes] == list(spec.observation_labels)
    for axis in axes:
        assert np.isfinite([axis.low, axis.high]).all()
        assert axis.low < axis.high
        assert axis.low <= axis.held <= axis.high
    x, y = spec.family.telling_pair
    assert x != y


def test_a_range_without_limits_comes_from_what_was_seen_rounded_outwards() -> None:
    spec = environment_spec("CartPole-v1")
    unknown = replace(spec, env_id="Foreign-v0", family=nameless(["x0", "x1", "x2", "x3"], [0, 1]))
    seen = np.random.default_rng(0).uniform(-0.7, 3.1, size=(5_000, 4))
    velocity = dimensions(unknown, seen)[1]
    assert (velocity.low, velocity.high) == (-1, 5)
    assert dimensions(unknown, seen[:0])[1] == Dimension("x1", "", -1, 1, 0)


def set_q(run: Run, q_values: np.ndarray) -> None:
    """Make the network give these Q `(n_states, n_actions)`: the first layers pass the state on."""
    online = run.trainer.learner.online
    online.parameters.zero_()
    for layer in (0, 1):
        weight = online.weights[layer][0]
        n = min(weight.shape)
        weight[range(n), range(n)] = 1.0
    online.weights[2][0, :, : len(q_values)] = torch.from_numpy(q_values.T).float()


LEFT, DOWN, RIGHT, UP = range(4)
# Without slipping, from the documentation's map: S F F F / F H F H / F F F H / H F F G.
SHORTEST = {0: DOWN, 4: DOWN, 8: RIGHT, 9: DOWN, 13: RIGHT, 14: RIGHT, 6: DOWN, 10: DOWN}


def frozen_lake() -> tuple[Run, np.ndarray]:
    run = started("FrozenLake-v1", steps=30)
    q_values = np.full((16, 4), 0.2)
    for state, action in SHORTEST.items():
        q_values[state, action] = 0.9
    set_q(run, q_values)
    return run, q_values


def test_the_grid_has_each_squares_own_q_values_and_arrow() -> None:
    run, q_values = frozen_lake()
    world = grid_world(run.trainer.environments[0])
    assert world is not None
    header, body = opened(grid_message(run.trainer.spec, run.copy_of(0, 300), world, {}))
    sent = np.frombuffer(body, "<f4").reshape(16, 4)
    np.testing.assert_allclose(sent, q_values, atol=1e-6)
    for state, action in SHORTEST.items():
        assert sent[state].argmax() == action
    arrows = {LEFT: [0, -1], DOWN: [1, 0], RIGHT: [0, 1], UP: [-1, 0]}
    assert header["directions"] == list(arrows.values())
    assert "".join(letter or "F" for letter in header["letters"]) == "SFFFFHFHFFFHHFFG"
    assert np.flatnonzero(header["ended"]).tolist() == [5, 7, 11, 12, 15]
    assert max(header["visits"]) == 1


@pytest.mark.parametrize("head", ["categorical", "quantile"])
@pytest.mark.parametrize("place", [(0.0, 0.0), (0.3, 0.9), (0.5, 0.5)])
def test_a_place_on_the_plane_has_the_returns_of_its_state(
    head: str, place: tuple[float, float]
) -> None:
    run = started(head=head)
    copy, spec = run.copy_of(0, 300), run.trainer.spec
    axes, view = dimensions(spec, copy.spread), View("value", 2, 3, HELD)
    header, _ = opened(plane_message(spec, copy, axes, view, place))
    state = np.array(HELD, dtype=np.float32)
    state[2] = axes[2].low + place[0] * (axes[2].high - axes[2].low)
    state[3] = axes[3].high - place[1] * (axes[3].high - axes[3].low)  # from the top
    q_values = run.agent().q_values(state[None])[0]
    told = header["place"]
    means = [np.dot(returns, shares) for returns, shares in told["distributions"]]
    np.testing.assert_allclose(means, q_values, rtol=1e-4)
    assert told["greedy"] == q_values.argmax()
    assert told["actions"] == list(spec.action_labels)


def test_a_square_has_the_returns_of_its_state_unless_the_episode_ends_there() -> None:
    run = started("FrozenLake-v1", head="quantile")
    copy, spec = run.copy_of(0, 300), run.trainer.spec
    world = grid_world(run.trainer.environments[0])
    assert world is not None
    header, _ = opened(grid_message(spec, copy, world, {}, (0.6, 0.3)))  # row 1, column 2
    means = [np.mean(returns) for returns, _ in header["place"]["distributions"]]
    np.testing.assert_allclose(means, run.agent().q_values(np.array([[6.0]]))[0], rtol=1e-4)
    hole = (0.3, 0.3)
    assert "place" not in opened(grid_message(spec, copy, world, {}, hole))[0]


def test_a_square_of_a_masked_run_has_no_q_of_what_is_not_allowed_there() -> None:
    run = started("Taxi-v4", steps=800, action_masks=True, head="quantile")
    copy, spec = run.copy_of(0, 300), run.trainer.spec
    world = grid_world(run.trainer.environments[0])
    assert world is not None
    inner: Any = run.trainer.environments[0].env.unwrapped
    seen = {int(state) for state in run.trainer.replay.masks(0)[0][:, 0]}
    found = 0
    for passenger, destination in np.ndindex(5, 4):
        chosen = {"passenger": passenger, "destination": destination}
        header, body = opened(grid_message(spec, copy, world, chosen, (0.0, 0.0)))
        sent = np.frombuffer(body, "<f4").reshape(5, 5, 6)
        assert np.isfinite(header["range"]).all()
        for square in np.ndindex(5, 5):
            state = int(world.states(chosen)[square])
            mask = inner.action_mask(state) if state in seen else np.ones(6)
            assert (np.isfinite(sent[square]) == mask.astype(bool)).all()
            found += state in seen
        corner = np.isfinite(sent[0, 0]).tolist()
        assert [value != "not allowed" for value in header["place"]["values"]] == corner
    assert found > 20


def test_without_distributions_a_place_has_nothing_more_to_show() -> None:
    run = started()
    copy, spec = run.copy_of(0, 300), run.trainer.spec
    view, axes = View("value", 2, 3, HELD), dimensions(spec, copy.spread)
    header, _ = opened(plane_message(spec, copy, axes, view, (0.5, 0.5)))
    assert not header["has_places"]
    assert "place" not in header


def test_a_place_is_two_shares_of_the_map_or_none() -> None:
    assert place_of({}) is None
    assert place_of({"x": "0.25", "y": "0"}) == (0.25, 0)
    for x, y in (("1", "0"), ("nan", "0"), ("-0.1", "0"), ("a", "0"), ("0", "")):
        with pytest.raises(BadQueryError):
            place_of({"x": x, "y": y})
    with pytest.raises(BadQueryError):
        place_of({"x": "0.5"})


def test_only_visited_squares_are_marked() -> None:
    run = started("FrozenLake-v1", steps=30)
    world = grid_world(run.trainer.environments[0])
    assert world is not None
    copy = run.copy_of(0, 300)
    recent = np.array([[0], [0], [4], [0], [0]], dtype=np.float32)
    header, _ = opened(
        grid_message(run.trainer.spec, MemberCopy(copy.agent, recent, recent), world, {})
    )
    assert header["visits"] == [1, 0, 0, 0, 0.25] + [0] * 11


def test_the_squares_of_taxi_are_the_environments_own_states() -> None:
    environment = make_environment("Taxi-v4")
    world = grid_world(environment)
    assert world is not None
    inner: Any = environment.env.unwrapped
    for passenger in range(5):
        for destination in range(4):
            states = world.states({"passenger": passenger, "destination": destination})
            for row in range(5):
                for column in range(5):
                    expected = inner.encode(row, column, passenger, destination)
                    assert states[row, column] == expected
                    assert world.square(states)[row, column] == 5 * row + column
    # The wall between the second and the third square of the first row.
    assert np.flatnonzero(world.walls[0]).tolist() == [1]
    assert [world.letters[0][0], world.letters[0][4], world.letters[4][3]] == ["R", "G", "B"]


def test_the_cliff_is_where_the_episode_ends() -> None:
    world = grid_world(make_environment("CliffWalking-v1"))
    assert world is not None
    assert world.shape == (4, 12)
    assert np.argwhere(world.ended).tolist() == [[3, column] for column in range(1, 12)]
    assert (world.letters[3][0], world.letters[3][11]) == ("S", "G")


def test_an_environment_without_squares_has_no_grid() -> None:
    assert grid_world(make_environment("CartPole-v1")) is None


@pytest.mark.parametrize("env_id", known_environments())
def test_every_known_environment_with_squares_has_its_map(env_id: str) -> None:
    run = Run([DQNConfig(env_id=env_id, hidden_dims="4, 4")])
    if run.trainer.spec.n_states and (world := grid_world(run.trainer.environments[0])):
        run.trainer.run(max_steps=5)
        header, _ = opened(grid_message(run.trainer.spec, run.copy_of(0, 300), world, {}))
        assert any(header["directions"])
    run.close()


def test_a_component_with_one_value_has_no_width() -> None:
    for low, high in ((1.0, 1.0), (1e9, 1e9 + 1e-3), (0.0, 1e-60)):
        assert not Dimension("x", "", low, high, low).varies
    assert Dimension("x", "", 0.0, 1e-30, 0.0).varies


def test_values_too_large_for_a_map_make_none() -> None:
    run = started(steps=30)
    copy, spec = run.copy_of(0, 300), run.trainer.spec
    far = [replace(axis, low=-3e38, high=3e38, held=3e38) for axis in dimensions(spec, copy.spread)]
    assert plane_message(spec, copy, far, View("value", 2, 3, (3e38,) * 4)) is None


def test_one_action_is_no_better_than_another() -> None:
    assert advantage(np.array([[3.0], [4.0]])).tolist() == [0, 0]


@pytest.mark.parametrize("desc", ["four", ["a", "b", "c", "d"], np.zeros((2, 2, 1)), 4, None])
def test_what_somebody_elses_environment_calls_its_description_may_be_anything(desc: Any) -> None:
    space = Discrete(4)
    with registered("Foreign-v0", lambda **_: Foreign(observation_space=space)) as env_id:
        environment = make_environment(env_id)
        environment.env.unwrapped.desc = desc  # type: ignore[attr-defined]
        assert grid_world(environment) is None
