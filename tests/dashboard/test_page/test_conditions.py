"""How an agent is tested, in words."""

from dashboard.test_page.conditions import words
from dqn_core import Conditions, DQNConfig, Push


def test_conditions_in_words() -> None:
    conditions = Conditions(parameters={"gravity": 12.0}, push=Push(50, 3, -1.5))
    assert words(conditions, DQNConfig()) == "gravity 12 m/s², a push of −1.5 at step 50"
    assert words(Conditions(), DQNConfig(env_id="Taxi-v4")) == ""
