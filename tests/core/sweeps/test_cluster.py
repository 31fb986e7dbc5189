"""A real Ray cluster of two nodes on this machine, of which one is killed in the middle."""

import sys
import time
from contextlib import closing, suppress
from typing import Any

import pytest

from dqn_core import Trainer
from dqn_core.base.errors import LabError, MissingPackageError
from dqn_core.samplers import Prioritised
from dqn_core.sweeps import cluster
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import declare, pieces_of
from dqn_core.sweeps.cluster import RayCrew, resources
from dqn_core.sweeps.driver import train_pieces, unfinished
from dqn_core.sweeps.plan import Plan
from tests.core.small_runs import SMALL, assert_bit_equal, without_seconds

PATIENCE = 240  # seconds
PLAN = Plan(
    SMALL.replace(total_steps=1_500), (axis_from("gamma=0.9,0.95"), axis_from("n_step=1,3")), (0,)
)


def until_it_is_there(ask):
    """Ray gives a node 30 seconds to start, which a busy machine may exceed."""

    def get_node(*asked):
        for _ in range(PATIENCE):
            with suppress(RuntimeError):
                return ask(*asked)
            time.sleep(1)
        return ask(*asked)

    return get_node


@pytest.fixture(scope="module")
def two_nodes():
    """A cluster, and the one of its nodes that may be killed: the other one stays."""
    pytest.importorskip("ray", reason="Ray is not installed: requirements-cluster.txt")
    from ray._private import services
    from ray.cluster_utils import Cluster

    node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 100_000_000}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "get_node", until_it_is_there(services.get_node))
        patch.setenv("RAY_worker_niceness", "0")  # or a busy machine gives them no time at all
        made = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
        try:
            yield made, made.add_node(**node)
        finally:
            made.shutdown()


@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_a_lost_node_loses_no_run_and_each_is_there_once_and_to_the_bit(two_nodes, store):
    made, node = two_nodes
    sweep = declare(store, PLAN)
    killed: list[object] = []

    def kill_one_in_the_middle():
        if not killed and any(record.env_steps for record in store.runs()):
            made.remove_node(node, allow_graceful=False)
            killed.append(node)

    with closing(RayCrew(store, PLAN.base, made.address, leg_seconds=0.5)) as crew:
        errors = train_pieces(store, sweep, crew, lambda: False, kill_one_in_the_middle)
    assert killed
    assert errors == []
    assert unfinished(store, sweep) == []
    pieces = pieces_of(store, sweep.name)
    assert len(store.runs()) == len(pieces) == 2
    for piece in pieces:
        alone = Trainer(piece.configs)
        alone.run()
        kept = store.trainer(str(piece.run))
        assert_bit_equal(without_seconds(kept.state_dict()), without_seconds(alone.state_dict()))


@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_a_run_that_no_machine_can_hold_is_told_in_one_sentence(two_nodes, store, monkeypatch):
    made, _ = two_nodes

    def needed(configs):
        return {**resources(configs), "memory": 2**46 if configs[0].hidden_dims == "4" else 2**20}

    monkeypatch.setattr(cluster, "resources", needed)
    axes = (axis_from("hidden_dims=8;4"),)
    plan = Plan(SMALL.replace(total_steps=300), axes, (0,))
    sweep = declare(store, plan)
    with closing(RayCrew(store, plan.base, made.address, leg_seconds=0.5, patience=1)) as crew:
        (error,) = train_pieces(store, sweep, crew, lambda: False, lambda: None)
    assert error.startswith("No machine of the Ray cluster can hold cartpole-")
    assert "of memory: lower buffer_capacity" in error
    (left,) = unfinished(store, sweep)
    assert left.configs[0].hidden_dims == "4", "the other one was trained"


def test_what_a_run_needs_follows_from_its_shape():
    small = resources([SMALL] * 2)
    large = resources([SMALL.replace(buffer_capacity=1_000_000)] * 2)
    assert (small["num_cpus"], small["num_gpus"]) == (1, 0)
    assert large["memory"] - small["memory"] == 2 * 999_800 * (2 * 4 + 4) * 4
    prioritised = resources([SMALL.replace(sampling="prioritised")] * 2)
    of_priorities = 2 * SMALL.buffer_capacity * Prioritised.bytes_each
    assert prioritised["memory"] - small["memory"] == of_priorities
    assert resources([SMALL.replace(device="cuda")])["num_gpus"] == cluster.GPU_SHARE


def test_without_ray_one_sentence_says_so(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingPackageError, match=r"pip install -r requirements-cluster.txt"):
        RayCrew(store, SMALL, "auto")


def test_without_a_cluster_one_sentence_says_so(store):
    pytest.importorskip("ray")
    with pytest.raises(LabError, match=r"There is no Ray cluster at 127.0.0.1:1: "):
        RayCrew(store, SMALL, "127.0.0.1:1")
