"""What a run computes on: one thread for the time of a call, and memory that goes back."""

import ctypes
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dqn_core import evaluate
from dqn_core.base.compute import give_back_free_memory, one_thread
from dqn_core.episodes.recording import record
from dqn_core.networks import QNetwork
from tests.core.small_runs import trained

STATUS = Path("/proc/self/status")


def resident_megabytes() -> float:
    line = next(row for row in STATUS.read_text().splitlines() if row.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


@pytest.mark.skipif(
    not STATUS.exists() or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="neither /proc nor malloc_trim",
)
def test_memory_that_is_free_below_something_in_use_goes_back_to_the_system() -> None:
    arrays = [np.ones(12_000) for _ in range(600)]  # 94 KB each: from the heap
    last = arrays[-1]
    del arrays
    held = resident_megabytes()
    give_back_free_memory()
    assert resident_megabytes() < held - 20
    assert last.sum() == 12_000


def test_where_the_c_library_has_no_way_to_it_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    give_back_free_memory()


# --- threads --------------------------------------------------------------------------------------


@pytest.fixture
def caller() -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Calls something in a thread of its own, whose tensor operations take two threads."""

    def call(something: Callable[[], Any]) -> Any:
        return pool.submit(something).result()

    with ThreadPoolExecutor(1) as pool:
        call(lambda: torch.set_num_threads(2))
        yield call
    torch.set_num_threads(1)  # what threads get that begin later, too


def numbers() -> str:
    """The numbers of threads that PyTorch, OpenMP and MKL keep for this thread."""
    lines = torch.__config__.parallel_info().splitlines()
    return "\n".join(line for line in lines if "max_threads" in line or "get_num_threads" in line)


def test_a_call_is_alone_and_leaves_its_thread_as_it_was(
    caller: Callable[[Callable[[], Any]], Any],
) -> None:
    def inside() -> str:
        with one_thread():
            return numbers()

    before = caller(numbers)
    assert "2" in before
    assert caller(inside) == before.replace(": 2", ": 1")
    assert caller(numbers) == before


def test_also_after_an_error_its_thread_is_as_it_was(
    caller: Callable[[Callable[[], Any]], Any],
) -> None:
    @one_thread()
    def fails() -> None:
        with one_thread():
            raise KeyError

    before = caller(numbers)
    with pytest.raises(KeyError):
        caller(fails)
    assert caller(numbers) == before


def test_calls_that_overlap_are_alone_each_and_a_thread_that_begins_meanwhile_is_not(
    caller: Callable[[Callable[[], Any]], Any],
) -> None:
    first_is_in, second_is_in, first_is_out = (threading.Event() for _ in range(3))
    met: dict[str, list[str]] = {}

    def first() -> None:
        before = numbers()
        with one_thread():
            first_is_in.set()
            assert second_is_in.wait(120)
            inside = numbers()
        met["first"] = [before, inside, numbers()]
        first_is_out.set()

    def second() -> None:
        assert first_is_in.wait(120)
        before = numbers()  # of a thread that began meanwhile
        with one_thread():
            second_is_in.set()
            assert first_is_out.wait(120)
            inside = numbers()
        met["second"] = [before, inside, numbers()]

    two = caller(numbers)
    one = two.replace(": 2", ": 1")
    threads = [threading.Thread(target=target) for target in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == {"first": [two, one, two], "second": [two, one, two]}


@pytest.mark.parametrize("what", ["run", "trainer.evaluate", "evaluate", "record", "predict"])
def test_what_takes_long_asks_nothing_of_its_caller(
    what: str, caller: Callable[[Callable[[], Any]], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = trained(20)
    agent = trainer.agent()
    calls: dict[str, Callable[[], Any]] = {
        "run": lambda: trainer.run(max_steps=20),
        "trainer.evaluate": trainer.evaluate,
        "evaluate": lambda: evaluate(agent, 2),
        "record": lambda: record(agent),
        "predict": lambda: agent.predict(np.zeros(4)),
    }
    forward, met = QNetwork.forward, set[str]()

    def watched(*arguments: Any) -> Any:
        met.add(numbers())
        return forward(*arguments)

    monkeypatch.setattr(QNetwork, "forward", watched)
    before = caller(numbers)
    caller(calls[what])
    assert met == {before.replace(": 2", ": 1")}
    assert caller(numbers) == before
