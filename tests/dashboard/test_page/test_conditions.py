"""How an agent is tested, in words."""

from dashboard.test_page.conditions import Conditions
from dqn_core.episodes.conditions import Push


def test_conditions_in_words() -> None:
    how = Conditions(parameters={"gravity": 12.0}, push=Push(50, 3, -1.5))
    assert how.words("CartPole-v1") == "gravity 12 m/s², a push of −1.5 at step 50"
    assert Conditions().words("Taxi-v4") == ""
