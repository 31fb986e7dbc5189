"""What is known of environments by their family."""

import pytest

from dqn_core.environments import environment_spec
from dqn_core.families import family


@pytest.mark.parametrize(
    ("env_id", "kind"),
    [
        ("CartPole-v1", "CartPole"),
        ("FrozenLake8x8-v1", "FrozenLake"),
        ("CliffWalkingSlippery-v1", "CliffWalking"),
    ],
)
def test_a_variant_has_the_names_of_its_family(env_id: str, kind: str) -> None:
    assert family(env_id) == kind
    assert not environment_spec(env_id).action_labels[0].startswith("action")
