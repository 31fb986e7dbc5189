"""Worker processes, one of which is killed in the middle."""

from multiprocessing.process import BaseProcess

from dqn_core import Trainer
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import declare, pieces_of
from dqn_core.sweeps.driver import train_pieces, unfinished
from dqn_core.sweeps.plan import Plan
from dqn_core.sweeps.workers import Workers
from tests.core.small_runs import SMALL, assert_bit_equal, without_seconds

PLAN = Plan(
    SMALL.replace(total_steps=1_500),
    (axis_from("gamma=0.9,0.95"), axis_from("n_step=1,3")),
    (0, 1),
)


def test_a_killed_worker_is_replaced_and_each_run_is_there_once_and_to_the_bit(store):
    sweep = declare(store, PLAN)
    workers = Workers(store, PLAN.base.env_id, 2)
    killed: list[BaseProcess] = []

    def kill_one_in_the_middle():
        if not killed and any(record.env_steps for record in store.runs()):
            killed.append(workers.processes[0])
            killed[0].kill()

    try:
        errors = train_pieces(store, sweep, workers, lambda: False, kill_one_in_the_middle)
    finally:
        workers.close()
    assert killed
    assert errors == []
    assert unfinished(store, sweep) == []
    pieces = pieces_of(store, sweep.name)
    assert {record.run for record in store.runs()} == {piece.run for piece in pieces}
    assert len(store.runs()) == len(pieces)
    for piece in pieces:
        alone = Trainer(piece.configs)
        alone.run()
        kept = store.trainer(str(piece.run))
        assert_bit_equal(without_seconds(kept.state_dict()), without_seconds(alone.state_dict()))
