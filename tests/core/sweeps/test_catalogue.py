"""The sweeps of a store."""

import json
import time
from dataclasses import replace

import pytest

from dqn_core.base.errors import StoreError
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import (
    claim,
    declare,
    delete_sweep,
    pieces_of,
    restore_sweep,
    sweep_called,
    sweeps,
)
from dqn_core.sweeps.plan import Plan
from tests.core.small_runs import SMALL

PLAN = Plan(SMALL, (axis_from("gamma=0.9,0.95"), axis_from("hidden_dims=8;4")), (0, 1))
OTHER = Plan(SMALL, (axis_from("gamma=0.9,0.99"), axis_from("hidden_dims=8;4")), (0, 1))


def test_the_same_plan_is_the_same_sweep_and_another_one_gets_another_name(store):
    first = declare(store, PLAN)
    assert first.name == "cartpole-gamma-hidden_dims"
    assert first.plan == PLAN
    assert declare(store, PLAN) == first
    assert declare(store, OTHER).name == f"{first.name}-2"
    named = declare(store, PLAN, name="mine")
    assert declare(store, PLAN, name="mine") == named
    assert {sweep.name for sweep in sweeps(store)} == {first.name, f"{first.name}-2", "mine"}


def test_a_name_that_is_taken_is_refused_for_other_values(store):
    declare(store, PLAN, name="mine")
    with pytest.raises(StoreError, match=r"The sweep 'mine' was declared with other values"):
        declare(store, OTHER, name="mine")
    with pytest.raises(StoreError, match="did you mean mine"):
        sweep_called(store, "mien")


def test_further_seeds_are_pieces_of_the_same_sweep_and_none_is_taken_away(store):
    fewer, more = replace(PLAN, seeds=(0,)), replace(PLAN, seeds=(0, 1, 5))
    sweep = declare(store, fewer)
    assert declare(store, more).name == sweep.name
    assert sweep_called(store, sweep.name).plan == more
    trained = [config for piece in pieces_of(store, sweep.name) for config in piece.configs]
    assert len(trained) == 12
    assert set(trained) == {config for piece in more.pieces() for config in piece}
    assert pieces_of(store, sweep.name)[0].configs == fewer.pieces()[0], "what it had stays"
    with pytest.raises(StoreError, match="has 3 seeds of each already, and loses none"):
        declare(store, fewer)
    assert declare(store, fewer, name="mine").plan == fewer
    assert declare(store, replace(PLAN, seeds=(5, 0, 1, 2))).name not in (sweep.name, "mine")


def test_a_search_gets_no_further_seeds_and_with_more_it_is_another_one(store):
    more = replace(PLAN, seeds=(0, 1, 2))
    search = declare(store, PLAN, pruner="median")
    with pytest.raises(StoreError, match="keeps its seeds, since what it tried follows"):
        declare(store, more, search.name, "median")
    assert declare(store, more, pruner="median").name != search.name
    assert sweep_called(store, search.name) == search


def test_a_piece_is_one_run_however_often_it_is_claimed(store):
    sweep = declare(store, PLAN, preset="auto")
    pieces = pieces_of(store, sweep.name)
    assert [piece.configs for piece in pieces] == PLAN.pieces()
    runs = [claim(store, sweep, piece).run for piece in pieces * 2]
    assert len(set(runs)) == len(pieces) == 2
    assert [piece.run for piece in pieces_of(store, sweep.name)] == runs[:2]
    record = store.run(runs[0])
    assert record.tags == (f"sweep:{sweep.name}",)
    assert record.configs == pieces[0].configs


def test_a_run_that_was_deleted_is_made_anew(store):
    sweep = declare(store, PLAN)
    piece = pieces_of(store, sweep.name)[0]
    run = claim(store, sweep, piece).run
    store.delete(run)
    assert pieces_of(store, sweep.name)[0].run is None
    again = claim(store, sweep, piece).run
    assert again != run
    store.forget([again])
    assert pieces_of(store, sweep.name)[0].run is None


def test_a_damaged_declaration_is_one_sentence_and_does_not_hide_the_others(store):
    declare(store, PLAN, name="mine")
    with store.writing() as connection:
        connection.execute("UPDATE sweeps SET \"plan\" = '{}'")
    other = declare(store, PLAN)
    assert sweeps(store) == [other]
    with pytest.raises(StoreError, match="The sweep 'mine' is damaged: there is no 'base'"):
        sweep_called(store, "mine")


@pytest.mark.parametrize("column", ["problem", "pruner", "preset", "created"])
def test_a_sweep_with_bytes_where_a_text_or_a_number_belongs_is_damaged(store, column):
    declare(store, PLAN, name="mine")
    with store.writing() as connection:
        connection.execute(f"UPDATE sweeps SET {column} = ?", (b"\xff",))
    with pytest.raises(StoreError, match="The sweep 'mine' is damaged"):
        sweep_called(store, "mine")


def test_a_piece_without_a_configuration_is_damage_of_its_sweep(store):
    sweep = declare(store, PLAN, name="mine")
    with store.writing() as connection:
        connection.execute("UPDATE pieces SET configs = '[]'")
    with pytest.raises(StoreError, match="The sweep 'mine' is damaged: it has 0 configurations"):
        pieces_of(store, sweep.name)


def test_a_plan_that_a_version_with_fewer_hyperparameters_wrote_is_the_same_one(store):
    sweep = declare(store, PLAN)
    described = PLAN.to_dict()
    del described["base"]["munchausen"]
    with store.writing() as connection:
        connection.execute('UPDATE sweeps SET "plan" = ?', (json.dumps(described),))
    assert declare(store, PLAN) == sweep


def test_a_deleted_sweep_comes_back_with_its_runs_but_not_with_those_deleted_before(store):
    sweep = declare(store, PLAN, name="mine")
    first, second = [claim(store, sweep, piece).run for piece in pieces_of(store, "mine")]
    store.delete(first)
    delete_sweep(store, "mine")
    assert sweeps(store) == store.runs() == []
    with pytest.raises(StoreError, match="was deleted and can be restored for a day"):
        declare(store, OTHER, name="mine")
    assert declare(store, PLAN).name != "mine", "the same plan is a new sweep by now"
    restore_sweep(store, "mine")
    assert sweep_called(store, "mine") == sweep
    assert [record.run for record in store.runs()] == [second]


def test_what_was_deleted_a_day_ago_is_gone_for_good_with_its_pieces(store):
    sweep = declare(store, PLAN, name="mine")
    claim(store, sweep, pieces_of(store, "mine")[0])
    delete_sweep(store, "mine")
    store._purge(time.time())
    assert pieces_of(store, "mine") == []
    assert store.runs(include_deleted=True) == []
    assert declare(store, OTHER, name="mine").plan == OTHER
