"""The replay buffer against a naive list, and its n-step returns against Stable-Baselines3's."""

from collections import Counter
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dqn_core import DQNConfig, Trainer
from dqn_core.base.errors import ConfigurationError
from dqn_core.random_streams import UniformStream
from dqn_core.replay import Batch, ReplayBuffer, Transitions
from dqn_core.samplers import SAMPLERS, Sequential, Uniform
from tests.core.chance import evenness
from tests.core.small_runs import SMALL, fingerprint

DIM = 2
GAMMA = 0.9


def make(capacity: int, seeds: list[int], dim: int = DIM) -> ReplayBuffer:
    return ReplayBuffer(capacity, dim, UniformStream(seeds, "replay"), len(seeds), dtype=np.float64)


def gammas(members: int, gamma: float = GAMMA) -> np.ndarray:
    return np.full((members, 1), gamma)


def push_numbers(buffer: ReplayBuffer, numbers: range, members: int = 1) -> None:
    """Transitions that can be told apart: number k has observation and reward k."""
    for k in numbers:
        row = np.full((members, DIM), float(k))
        nothing = np.zeros(members, dtype=bool)
        buffer.push(Transitions(row, np.zeros(members), row[:, 0], row + 1, nothing, nothing))


class NaiveTwin(RuleBasedStateMachine):
    """Drives the buffer and a list of transitions with the same random operations."""

    @initialize(capacity=st.integers(1, 12), members=st.integers(1, 3), seed=st.integers(0, 99))
    def start(self, capacity: int, members: int, seed: int) -> None:
        self.members, self.capacity = members, capacity
        self.seeds = [seed + p for p in range(members)]
        self.buffer = make(capacity, self.seeds)
        self.twin: list[list[dict[str, Any]]] = [[] for _ in range(members)]
        self.values = np.random.default_rng(seed)
        self.pushed = 0

    @rule(count=st.integers(1, 9), ends=st.sampled_from(["on", "terminated", "truncated", "both"]))
    def push(self, count: int, ends: str) -> None:
        for _ in range(count):
            self.pushed += 1
            observations, following = self.values.normal(size=(2, self.members, DIM))
            actions = self.values.integers(5, size=self.members)
            rewards = self.values.normal(size=self.members)
            last = np.arange(self.members) == self.pushed % self.members
            terminated = last & (ends in ("terminated", "both"))
            truncated = last & (ends in ("truncated", "both"))
            self.buffer.push(
                Transitions(observations, actions, rewards, following, terminated, truncated)
            )
            for p, transitions in enumerate(self.twin):
                transitions.append(
                    {
                        "observation": observations[p].copy(),
                        "action": actions[p],
                        "reward": rewards[p],
                        "next_observation": following[p].copy(),
                        "terminated": terminated[p],
                        "truncated": truncated[p],
                    }
                )
                del transitions[: -self.capacity]

    @rule(capacity=st.integers(1, 12))
    def resize(self, capacity: int) -> None:
        self.buffer.resize(capacity)
        self.capacity = capacity
        for transitions in self.twin:
            del transitions[:-capacity]

    @rule()
    def save_and_load(self) -> None:
        state = self.buffer.state_dict()
        other = make(3, [s + 1_000 for s in self.seeds])
        other.load_state_dict(state)
        again = other.state_dict()
        assert torch.equal(state["rows"], again["rows"])
        assert {k: v for k, v in state.items() if k != "rows"} == {
            k: v for k, v in again.items() if k != "rows"
        }
        self.buffer = other

    @precondition(lambda self: len(self.buffer) > 0)
    @rule(n_step=st.integers(1, 5), data=st.data())
    def look_up(self, n_step: int, data: st.DataObject) -> None:
        ages = st.integers(0, len(self.buffer) - 1)
        rows = st.lists(ages, min_size=4, max_size=4)
        order = np.array([data.draw(rows) for _ in range(self.members)])
        slots = self.buffer.contents.by_age(order)
        self.check(self.buffer.batch(slots, gammas(self.members), n_step), order, n_step)

    @precondition(lambda self: len(self.buffer) > 0)
    @rule(batch_size=st.integers(1, 15), sequential=st.booleans())
    def sample(self, batch_size: int, sequential: bool) -> None:
        self.buffer.sampler = Sequential() if sequential else Uniform()
        batch = self.buffer.sample(batch_size, gammas(self.members))
        assert batch.weights is None
        size = min(batch_size, len(self.buffer))
        assert batch.rewards.shape == (self.members, size)
        for p, transitions in enumerate(self.twin):
            rewards = [t["reward"] for t in transitions]
            ages = [rewards.index(reward) for reward in batch.rewards[p].tolist()]
            if batch_size >= len(transitions):
                assert ages == list(range(len(transitions)))
            elif sequential:
                assert ages == list(range(ages[0], ages[0] + size))

    def check(self, batch: Batch, order: np.ndarray, n_step: int) -> None:
        for p, transitions in enumerate(self.twin):
            for b, age in enumerate(order[p].tolist()):
                first = last = transitions[age]
                reward, discount = 0.0, 1.0
                for ahead in range(age, min(age + n_step, len(transitions))):
                    last = transitions[ahead]
                    reward += discount * last["reward"]
                    discount *= GAMMA
                    if last["terminated"] or last["truncated"]:
                        break
                np.testing.assert_array_equal(batch.observations[p, b], first["observation"])
                np.testing.assert_array_equal(
                    batch.next_observations[p, b], last["next_observation"]
                )
                assert batch.actions[p, b].item() == first["action"]
                assert batch.rewards[p, b].item() == pytest.approx(reward, abs=1e-12)
                expected = 0.0 if last["terminated"] else discount
                assert batch.discounts[p, b].item() == pytest.approx(expected, abs=1e-12)

    @invariant()
    def size_agrees(self) -> None:
        if hasattr(self, "twin"):
            assert len(self.buffer) == len(self.twin[0])
            assert self.buffer.capacity == self.capacity
            assert self.buffer.pushed == self.pushed


NaiveTwin.TestCase.settings = settings(max_examples=40, stateful_step_count=20)
TestAgreesWithANaiveListAtEveryStep = NaiveTwin.TestCase


def test_sampling_is_uniform_over_what_is_stored_also_after_the_buffer_wrapped() -> None:
    buffer = make(50, [0, 1])
    push_numbers(buffer, range(130), members=2)
    drawn = [buffer.sample(25, gammas(2)).rewards.numpy().astype(int) for _ in range(400)]
    for p in range(2):
        counts = Counter(np.concatenate([batch[p] for batch in drawn]).tolist())
        assert set(counts) == set(range(80, 130))
        assert evenness(counts.values()) > 1e-3


def test_sequential_runs_start_anywhere_equally_often() -> None:
    buffer = make(20, [3])
    buffer.sampler = Sequential()
    push_numbers(buffer, range(33))
    starts: Counter[float] = Counter()
    for _ in range(3_000):
        rewards = buffer.sample(6, gammas(1)).rewards[0].tolist()
        assert rewards == list(range(int(rewards[0]), int(rewards[0]) + 6))
        starts[rewards[0]] += 1
    assert set(starts) == set(range(13, 28))
    assert evenness(starts.values()) > 1e-3


@pytest.mark.parametrize("sampling", SAMPLERS)
def test_a_batch_larger_than_the_buffer_gives_all_there_is_once(sampling: str) -> None:
    buffer = make(50, [0])
    buffer.configure([DQNConfig(buffer_capacity=50, batch_size=16, sampling=sampling)])
    push_numbers(buffer, range(7))
    for batch_size in (7, 8, 1_000):
        batch = buffer.sample(batch_size, gammas(1))
        assert batch.rewards[0].tolist() == list(range(7))


def test_members_draw_from_streams_of_their_own_that_do_not_depend_on_the_others() -> None:
    alone, together = make(50, [5]), make(50, [4, 5, 5])
    push_numbers(alone, range(50))
    push_numbers(together, range(50), members=3)
    for _ in range(300):  # past the block in which numbers are drawn ahead
        mine = alone.sample(32, gammas(1)).rewards[0]
        theirs = together.sample(32, gammas(3)).rewards
        assert torch.equal(mine, theirs[1])
        assert torch.equal(theirs[1], theirs[2])
    assert not torch.equal(theirs[0], theirs[1])


def test_what_was_sampled_does_not_change_when_the_buffer_is_overwritten() -> None:
    buffer = make(4, [0])
    push_numbers(buffer, range(4))
    batch = buffer.sample(4, gammas(1))
    push_numbers(buffer, range(100, 104))
    assert batch.rewards[0].tolist() == [0, 1, 2, 3]
    assert batch.next_observations[0, :, 0].tolist() == [1, 2, 3, 4]


def test_shrinking_keeps_the_newest_and_growing_keeps_all() -> None:
    buffer = make(10, [0])
    push_numbers(buffer, range(17))
    buffer.resize(4)
    assert buffer.sample(99, gammas(1)).rewards[0].tolist() == [13, 14, 15, 16]
    push_numbers(buffer, range(17, 18))
    assert buffer.sample(99, gammas(1)).rewards[0].tolist() == [14, 15, 16, 17]
    buffer.resize(6)
    push_numbers(buffer, range(18, 21))
    assert buffer.sample(99, gammas(1)).rewards[0].tolist() == [15, 16, 17, 18, 19, 20]


@pytest.mark.parametrize("n_step", [1, 2, 3, 5])
def test_n_step_returns_equal_those_of_stable_baselines3(n_step: int) -> None:
    from stable_baselines3.common.buffers import NStepReplayBuffer  # slow to import

    space = gymnasium.spaces.Box(-np.inf, np.inf, (DIM,), dtype=np.float32)
    steps, generator = 60, np.random.default_rng(n_step)
    theirs = NStepReplayBuffer(
        steps,
        space,
        gymnasium.spaces.Discrete(3),
        device="cpu",
        n_steps=n_step,
        gamma=GAMMA,
        handle_timeout_termination=True,
    )
    mine = make(steps, [0])
    for _ in range(steps):
        observation, following = generator.normal(size=(2, 1, DIM)).astype(np.float32)
        action, reward = generator.integers(3, size=1), generator.normal(size=1)
        ends = generator.random()
        terminated, truncated = np.array([ends < 0.1]), np.array([0.1 <= ends < 0.2])
        mine.push(Transitions(observation, action, reward, following, terminated, truncated))
        done = terminated | truncated
        infos = [{"TimeLimit.truncated": bool(truncated[0])}]
        theirs.add(observation, following, action[None], reward, done, infos)
    # Theirs marks the newest transition as truncated while it samples; n-step returns that would
    # reach beyond it are not drawn here.
    ages = np.arange(steps - n_step)
    batch = mine.batch(ages[None], gammas(1), n_step)
    expected = theirs._get_samples(ages)
    np.testing.assert_allclose(batch.rewards[0], expected.rewards[:, 0], atol=1e-6)
    np.testing.assert_array_equal(batch.observations[0], expected.observations)
    np.testing.assert_array_equal(batch.next_observations[0], expected.next_observations)
    np.testing.assert_array_equal(batch.actions[0, :, 0], expected.actions[:, 0])
    discounts = (1 - expected.dones[:, 0]) * (
        GAMMA if expected.discounts is None else expected.discounts[:, 0]
    )
    np.testing.assert_allclose(batch.discounts[0], discounts, atol=1e-6)


def test_n_step_returns_lose_no_start_and_never_mix_two_episodes() -> None:
    buffer = make(10, [0])
    ends = {2: "terminated", 5: "truncated"}
    for k in range(8):
        row = np.full((1, DIM), float(k))
        flags = [np.array([ends.get(k) == end]) for end in ("terminated", "truncated")]
        buffer.push(Transitions(row, np.zeros(1), np.ones(1), row + 0.5, *flags))
    batch = buffer.batch(np.arange(8)[None], gammas(1), n_step=3)
    one, two, three = 1.0, 1 + GAMMA, 1 + GAMMA + GAMMA**2
    np.testing.assert_allclose(batch.rewards[0], [three, two, one, three, two, one, two, one])
    np.testing.assert_allclose(
        batch.discounts[0], [0, 0, 0, GAMMA**3, GAMMA**2, GAMMA, GAMMA**2, GAMMA]
    )
    np.testing.assert_allclose(
        batch.next_observations[0, :, 0], [2.5, 2.5, 2.5, 5.5, 5.5, 5.5, 7.5, 7.5]
    )


def test_each_member_is_discounted_by_its_own_gamma() -> None:
    buffer = make(5, [0, 1])
    push_numbers(buffer, range(3), members=2)
    gamma = np.array([[0.5], [1.0]])
    batch = buffer.batch(np.zeros((2, 1), dtype=np.int64), gamma, n_step=3)
    assert batch.rewards[:, 0].tolist() == [0 + 0.5 * 1 + 0.25 * 2, 0 + 1 + 2]
    assert batch.discounts[:, 0].tolist() == [0.125, 1.0]


# --- memory -----------------------------------------------------------------------------------


def test_how_episodes_ended_is_told_of_one_member_from_the_oldest_transition_on() -> None:
    buffer = make(3, [1, 2])
    for k in range(5):
        buffer.push(
            Transitions(
                np.zeros((2, DIM)),
                np.zeros(2),
                np.zeros(2),
                np.zeros((2, DIM)),
                np.array([False, k == 2]),
                np.array([k == 3, k == 4]),
            )
        )
    assert buffer.ends(0).tolist() == [[False, False], [False, True], [False, False]]
    assert buffer.ends(1).tolist() == [[True, False], [False, False], [False, True]]


def test_a_buffer_that_does_not_fit_into_memory_is_refused_before_it_is_taken() -> None:
    with pytest.raises(ConfigurationError) as refusal:
        ReplayBuffer(1_000_000, 84 * 84 * 4, UniformStream([0], "replay"))
    message = str(refusal.value)
    assert (
        "1,000,000 transitions, with 28,224 numbers an observation, may take 210.3 GiB" in message
    )
    assert message.endswith("are free: lower buffer_capacity.")
    assert refusal.value.names == ("buffer_capacity",)


def test_a_change_that_does_not_fit_into_memory_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trainer = Trainer([SMALL.replace(seed=seed) for seed in range(3)])
    trainer.run(max_steps=20)
    before = fingerprint(trainer)
    monkeypatch.setattr("dqn_core.replay.free_memory", lambda: 2**20)
    with pytest.raises(ConfigurationError, match="MiB and 1 MiB are free: lower buffer"):
        trainer.change(gamma=0.5, buffer_capacity=100_000)
    assert fingerprint(trainer) == before
    assert trainer.config.gamma != 0.5
    assert len(trainer.history.changes) == 0


def test_a_buffer_that_keeps_its_capacity_keeps_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = make(5, [0])
    push_numbers(buffer, range(7))
    state = buffer.state_dict()
    monkeypatch.setattr("dqn_core.replay.free_memory", lambda: 0)
    buffer.load_state_dict(state)
    assert torch.equal(buffer.state_dict()["rows"], state["rows"])
