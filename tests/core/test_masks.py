"""Action masks: only allowed actions are chosen, and only they count in the target."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dqn_core import Agent, Trainer, evaluate, load_agent, load_run, record, save_agent, save_run
from dqn_core.base.errors import CheckpointError, EnvironmentFailure
from dqn_core.configuration.config import DQNConfig
from dqn_core.episodes.conditions import Conditions
from dqn_core.exploration import EpsilonGreedy, random_actions
from dqn_core.files.packing import pack
from dqn_core.foresight import Never, never_due
from dqn_core.learner import bellman_target
from dqn_core.munchausen import munchausen_target
from dqn_core.networks import NetworkShape, QNetwork
from dqn_core.random_streams import UniformStream
from dqn_core.replay import Batch, ReplayBuffer, Transitions
from tests.core.chance import evenness
from tests.core.foreign import registered
from tests.core.gates import ACTIONS, GOAL, MASKS, REWARDS, STATES, best_values, gates, lands
from tests.core.small_runs import SMALL, assert_bit_equal, fingerprint, without_seconds

RUN = SMALL.replace(
    env_id="Gates-v0", action_masks=True, evaluation_period=60, evaluation_episodes=2
)

PARTS: dict[str, dict[str, Any]] = {
    "plain": {"double_dqn": False},
    "double": {"double_dqn": True, "dueling": True},
    "categorical": {"head": "categorical", "n_step": 3, "sampling": "prioritised"},
    "quantile": {"head": "quantile", "double_dqn": False, "layer_norm": True},
    "munchausen": {"munchausen": True},
    "munchausen of quantiles": {"munchausen": True, "head": "quantile"},
    "noisy": {"noisy": True, "n_step": 2},
}


@pytest.fixture(autouse=True)
def env_id() -> Iterator[str]:
    with gates() as registered_id:
        yield registered_id


@pytest.mark.parametrize("part", PARTS)
def test_training_evaluating_and_recording_never_take_an_action_that_is_not_allowed(
    part: str,
) -> None:
    """The environment fails at one that is not: `ValueError`."""
    trainer = Trainer([RUN.replace(seed=seed, **PARTS[part]) for seed in (0, 1)])
    # What is not allowed is wanted most, whatever the network sees.
    trainer.learner.online.parameters.mul_(3)
    trainer.run(max_steps=150)
    assert torch.isfinite(trainer.learner.online.parameters).all()
    agent, half_random = trainer.agent(1), Conditions(epsilon=0.5)
    evaluate(agent, 5, conditions=half_random)
    episode = record(agent, 3, half_random)
    # What was not allowed was never learnt, so that its Q says nothing and is not shown.
    states = episode.observations[:-1, 0].astype(int)
    np.testing.assert_array_equal(np.isnan(episode.q_values[:-1]), ~MASKS[states])


@pytest.mark.parametrize("part", PARTS)
def test_where_all_actions_are_allowed_a_run_has_the_bits_that_it_has_without_masks(
    part: str,
) -> None:
    with gates(is_open=True):
        runs = [Trainer(RUN.replace(action_masks=on, **PARTS[part])) for on in (False, True)]
        for run in runs:
            run.run(max_steps=150)
        assert fingerprint(runs[0]) == fingerprint(runs[1])


def table(q_values: np.ndarray) -> QNetwork:
    """A network whose Q-values are these, state by state."""
    shape = NetworkShape(1, ACTIONS, (), n_states=STATES)
    network = QNetwork(shape, torch.zeros(1, shape.n_parameters, dtype=torch.float64))
    network.weights[0][0] = torch.from_numpy(q_values.T)
    return network


def every_step(gamma: float) -> Batch:
    """Each allowed action in each state, once."""
    steps = np.argwhere(MASKS)
    ends = np.array([lands(s, a) for s, a in steps])
    states, actions, next_states = (
        torch.from_numpy(each).view(1, -1, 1) for each in (*steps.T, ends)
    )
    return Batch(
        states.double(),
        actions,
        torch.tensor(REWARDS, dtype=torch.float64)[actions.squeeze(-1)],
        next_states.double(),
        gamma * (next_states.squeeze(-1) != GOAL).double(),
        allowed=torch.from_numpy(MASKS[steps[:, 0]])[None],
        next_allowed=torch.from_numpy(MASKS[ends] | (ends == GOAL)[:, None])[None],
    )


@pytest.mark.parametrize("target", ["maximum", "double", "soft maximum"])
def test_targets_applied_again_and_again_come_to_what_value_iteration_finds(target: str) -> None:
    gamma, batch = 0.9, every_step(0.9)
    # An action that is not allowed would be worth most.
    q_values = np.where(MASKS, 0.0, 1e3)
    cold = torch.tensor([[1e-7]], dtype=torch.float64)
    for _ in range(60):
        network = table(q_values)
        targets = (
            munchausen_target(batch, network, 0 * cold, cold)
            if target == "soft maximum"
            else bellman_target(batch, network, network, double_dqn=target == "double")
        )
        q_values[MASKS] = targets[0].numpy()
    np.testing.assert_allclose(q_values[MASKS], best_values(gamma)[MASKS], atol=1e-5)


def test_a_run_learns_the_values_of_allowed_actions_that_value_iteration_finds() -> None:
    config = RUN.replace(
        gamma=0.9,
        double_dqn=False,
        learning_rate=0.01,
        learning_rate_end=0.01,
        epsilon_end=1.0,
        evaluation_period=0,
        tau=0.1,
        hidden_dims="32",
    )
    trainer = Trainer(config)
    trainer.run(max_steps=1_500)
    learnt = trainer.agent().q_values(np.arange(STATES, dtype=np.float32)[:, None])
    np.testing.assert_allclose(learnt[MASKS], best_values(0.9)[MASKS], atol=0.1)
    assert [e.mean_return for e in [evaluate(trainer.agent(), 6)]] == [
        np.mean([record(trainer.agent(), seed).total for seed in range(6)])
    ]


def test_random_actions_are_equally_likely_among_those_allowed() -> None:
    allowed = np.tile([[False, True, False, True, True]], (30_000, 1))
    actions = random_actions(np.random.default_rng(0).random(30_000), 5, allowed)
    counts = np.bincount(actions, minlength=5)
    assert counts[[0, 2]].tolist() == [0, 0]
    assert evenness(counts[[1, 3, 4]]) > 1e-3
    ends = random_actions(np.array([0.0, np.nextafter(1.0, 0.0)]), 5, allowed[:2])
    assert ends.tolist() == [1, 4]


def test_each_member_acts_by_its_own_mask() -> None:
    network = QNetwork.initialised(NetworkShape(2, 3), [0, 1, 2])
    network.biases[-1][..., 2] = 100.0
    allowed = np.array([[True, False, False], [False, True, True], [True, True, True]])
    policy, epsilons = EpsilonGreedy([0, 1, 2], n_actions=3), np.array([0.0, 0.5, 1.0])
    seen = [
        policy.choose(network, np.zeros((3, 2), np.float32), epsilons, allowed)[0]
        for _ in range(200)
    ]
    chosen = [set(actions) for actions in np.array(seen).T.tolist()]
    assert chosen == [{0}, {1, 2}, {0, 1, 2}]


@pytest.mark.parametrize(("n_step", "capacity"), list(product([1, 3], [7, 40])))
def test_a_batch_has_the_masks_of_the_states_that_a_return_begins_in_and_leads_to(
    n_step: int, capacity: int
) -> None:
    chance = np.random.default_rng(0)
    replay = ReplayBuffer(capacity, 1, UniformStream([0, 1], "replay"), 2, n_masked=ACTIONS)
    # Each state's mask is its number in binary.
    mask = lambda states: (states[:, None] >> np.arange(ACTIONS)) % 2 == 1  # noqa: E731
    states = chance.integers(1, 8, 2)
    for _ in range(30):
        following = chance.integers(1, 8, 2)
        ends = chance.random(2) < 0.2
        replay.push(Transitions(
            states[:, None], states, states, following[:, None], ends, ends & False,
            mask(states), mask(following),
        ))  # fmt: skip
        states = np.where(ends, chance.integers(1, 8, 2), following)
    batch = replay.sample(20, np.full((2, 1), 0.9), n_step)
    assert batch.allowed is not None
    assert batch.next_allowed is not None
    for masks, seen in (
        (batch.allowed, batch.observations),
        (batch.next_allowed, batch.next_observations),
    ):
        for p in range(2):
            np.testing.assert_array_equal(masks[p], mask(seen[p, :, 0].long().numpy()))


@pytest.mark.parametrize("sampling", ["uniform", "prioritised"])
def test_a_masked_run_goes_on_from_its_file_to_the_same_bits(sampling: str, tmp_path: Path) -> None:
    trainer = Trainer([RUN.replace(seed=seed, sampling=sampling) for seed in (3, 4)])
    trainer.run(max_steps=53)
    save_run(tmp_path / "run", trainer)
    twin = load_run(tmp_path / "run")
    assert not twin.notice
    for run in (trainer, twin):
        run.run(max_steps=70)
    assert_bit_equal(without_seconds(trainer.state_dict()), without_seconds(twin.state_dict()))


def test_a_masked_member_has_the_bits_that_it_has_alone() -> None:
    together = Trainer([RUN.replace(seed=seed) for seed in (3, 4)])
    together.run(max_steps=120)
    for p, seed in enumerate((3, 4)):
        alone = Trainer(RUN.replace(seed=seed))
        alone.run(max_steps=120)
        mine = together.learner.online.parameters[p]
        assert torch.equal(alone.learner.online.parameters[0], mine)


@pytest.mark.parametrize("wrong", [0.0, 0.5, float("nan")])
def test_a_file_with_masks_that_no_environment_gives_is_refused(wrong: float) -> None:
    trainer = Trainer(RUN)
    trainer.run(max_steps=30)
    state = trainer.state_dict()
    state["replay"]["rows"][0, 5, 2 : 2 + ACTIONS] = wrong
    with pytest.raises(CheckpointError, match="action masks that cannot be"):
        load_run(pack("run", state))
    state = trainer.state_dict()
    state["allowed"][:] = False
    with pytest.raises(CheckpointError, match="agents that may take no action"):
        load_run(pack("run", state))


def test_an_agent_keeps_to_what_is_allowed_after_it_was_saved(tmp_path: Path) -> None:
    trainer = Trainer(RUN)
    trainer.run(max_steps=20)
    save_agent(tmp_path / "agent", trainer.agent())
    agent: Agent = load_agent(tmp_path / "agent")
    for state in range(GOAL):
        q_values = agent.q_values(np.array([[state]], np.float32))[0]
        greedy = agent.predict(np.array([state], np.float32), MASKS[state])
        assert greedy == max(np.flatnonzero(MASKS[state]), key=lambda a: q_values[a])


@pytest.mark.parametrize("form", [list, tuple, np.int8, np.float64, lambda m: m.astype("uint8")])
def test_a_mask_may_be_any_sequence_of_0_and_1(form: Any) -> None:
    with gates(form=form):
        Trainer(RUN).run(max_steps=40)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (lambda m: None, "gave no action_mask at reset: with action_masks on, info"),
        (lambda m: m[:2], "gave the action_mask array("),
        (lambda m: m * 2, "it is 3 numbers, each 1 or 0"),
        (lambda m: m * np.nan, "it is 3 numbers, each 1 or 0"),
        (lambda m: ["1", "0", "1"], "gave the action_mask ['1', '0', '1'] at reset"),
        (lambda m: [[1], [2, 3]], "it is 3 numbers, each 1 or 0"),
        (lambda m: m & False, "gave an action_mask without a 1 at reset"),
    ],
)
def test_what_is_no_mask_is_one_sentence_where_masks_are_on_and_else_no_matter(
    form: Any, said: str
) -> None:
    with gates(form=form):
        with pytest.raises(EnvironmentFailure) as failed:
            Trainer(RUN)
        sentence = str(failed.value)
        assert sentence.startswith("Gates-v0 ")
        assert said in sentence
        assert sentence.count(". ") + sentence.count("\n") == 0
    with gates(form=form, is_open=True):
        Trainer(RUN.replace(action_masks=False)).run(max_steps=40)


def test_an_environment_without_information_has_no_mask() -> None:
    with (
        registered("Mute-v0", kwargs={"start": lambda answer, _: (answer[0], None)}) as env_id,
        pytest.raises(EnvironmentFailure, match="Mute-v0 gave no action_mask at reset"),
    ):
        Trainer(RUN.replace(env_id=env_id))


def test_masks_that_nobody_uses_are_told_where_nobody_tuned_the_environment() -> None:
    taxi = Trainer(DQNConfig(env_id="Taxi-v4"))
    assert "action_masks" not in told_of(taxi)
    with gates():
        assert told_of(Trainer(RUN)) == {}
        without = told_of(Trainer(RUN.replace(action_masks=False)))
    assert without["action_masks"].sentence == (
        "Gates-v0 says which actions are allowed, and that is used only with action_masks on."
    )
    for information in (None, Raising()):
        start = lambda answer, _, information=information: (answer[0], information)  # noqa: E731
        with registered("Odd-v0", kwargs={"start": start}) as env_id:
            odd = Trainer(RUN.replace(env_id=env_id, action_masks=False))
        assert "action_masks" not in told_of(odd)


class Raising(dict[str, Any]):
    """Information that cannot be looked at."""

    def get(self, *_: Any) -> Any:
        raise RuntimeError


def told_of(trainer: Trainer) -> dict[str, Never]:
    return never_due(trainer.config, trainer.spec, trainer.interaction.gives_masks)


def test_taxis_masks_leave_out_what_changes_nothing() -> None:
    trainer = Trainer(DQNConfig(env_id="Taxi-v4", action_masks=True, evaluation_period=0))
    trainer.run(max_steps=300)
    rows = trainer.replay.rows(np.arange(300)[None])[0]
    moved = rows[:, 0] != rows[:, 1]
    assert moved[rows[:, -4] < 4].all(), "no taxi drives against a wall"
    assert (rows[:, -3] > -10).all(), "no passenger is let out at a wrong place"
