"""What an agent expects of each action, where there are more than fit below each other."""

import numpy as np
from gymnasium.spaces import Discrete

from dashboard.session.few import MOST_ACTIONS
from dashboard.train_page.action_values import action_values
from dqn_core import Trainer
from tests.core.foreign import Foreign, registered
from tests.core.small_runs import SMALL


def test_of_very_many_actions_the_best_are_shown_and_the_others_counted() -> None:
    with registered("Chess-v0", Foreign, kwargs={"action_space": Discrete(500)}):
        trainer = Trainer(SMALL.replace(env_id="Chess-v0"))
        agent, observation = trainer.agent(), np.zeros(2, np.float32)
        allowed = np.arange(500) % 2 == 1
        told = action_values(trainer.spec, agent, observation, allowed)
    values = np.where(allowed, agent.q_values(observation[None])[0], -np.inf)
    best = sorted(np.argsort(-values)[:MOST_ACTIONS])
    assert told["actions"] == [f"action {action}" for action in best]
    assert told["greedy"] is not None
    assert told["actions"][told["greedy"]] == f"action {values.argmax()}"
    assert (len(told["values"]), told["more"]) == (MOST_ACTIONS, "480 more")
