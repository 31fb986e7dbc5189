"""The drawings of the networks: the largest weights, and what the units gave."""

from typing import Any

import numpy as np
import pytest

from dashboard.learn_page.networks import MOST_WIRES, networks
from dqn_core.microscope.specimen import Specimen
from tests.core.small_runs import trained


@pytest.mark.parametrize(
    "values",
    [{}, {"hidden_dims": "32"}, {"dueling": True}, {"head": "quantile"}, {"env_id": "Taxi-v4"}],
    ids=str,
)
def test_wires_lead_from_unit_to_unit_and_are_the_largest_weights(values: dict[str, Any]) -> None:
    specimen = Specimen(trained(60, **values).state_without_history())
    specimen.advance("update")
    assert specimen.update is not None
    shown = networks(specimen.update, 0)
    for name in ("online", "target", "difference"):
        units, wires = shown[name]["units"], shown[name]["wires"]
        assert len(units) == len(wires) + 1
        for index, flat in enumerate(wires):
            assert len(flat) <= 3 * MOST_WIRES
            assert all(start < len(units[index]) for start in flat[::3])
            assert all(to < len(units[index + 1]) for to in flat[1::3])
    if values:
        return
    weight = specimen.update.online.weights[1][0].numpy()
    drawn = np.abs(shown["online"]["wires"][1][2::3])
    assert drawn.max() == pytest.approx(np.abs(weight).max(), abs=1e-4)


def test_after_a_whole_copy_the_networks_are_the_same() -> None:
    specimen = Specimen(trained(60, tau=1.0, target_update_period=1).state_without_history())
    specimen.advance("update")
    assert specimen.update is not None
    shown = networks(specimen.update, 0)
    assert shown["words"] == "For this update both networks had the same weights."
    assert shown["difference"]["wires"] == [[], [], []]
