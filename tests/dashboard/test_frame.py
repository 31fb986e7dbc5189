"""What every page begins with."""

import subprocess
import sys
from pathlib import Path

import pytest

# Prints how many heaps of the C library come with threads that all hold memory at once.
NEW_HEAPS = """
import ctypes, sys, threading
from dashboard.frame import share_one_heap

def heaps():
    c = ctypes.CDLL(None)
    c.fopen.restype = ctypes.c_void_p
    file = ctypes.c_void_p(c.fopen(sys.argv[1].encode(), b"w"))
    c.malloc_info(0, file)
    c.fclose(file)
    return open(sys.argv[1]).read().count("<heap nr=")

def hold():
    block = bytearray(100_000)
    together.wait()

before = heaps()
if sys.argv[2] == "shared":
    share_one_heap()
together = threading.Barrier(6)
threads = [threading.Thread(target=hold) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(heaps() - before)
"""


def new_heaps(file: Path, kind: str) -> int:
    command = [sys.executable, "-c", NEW_HEAPS, str(file), kind]
    return int(subprocess.check_output(command, cwd=Path(__file__).parents[2]))


@pytest.mark.skipif(sys.platform != "linux", reason="the heaps are those of GNU's C library")
def test_all_threads_share_one_heap_so_that_the_servers_memory_stays_flat(tmp_path: Path) -> None:
    assert new_heaps(tmp_path / "heaps", "each its own") > 1
    assert new_heaps(tmp_path / "heaps", "shared") == 0
