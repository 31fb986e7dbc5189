"""How much memory there is: what would not fit is refused in a sentence before it is taken."""

import os
from contextlib import suppress
from pathlib import Path

import torch

from dqn_core.base.numbers import number

_MEMINFO = Path("/proc/meminfo")
_GROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)
"""Limit and use of a container's memory, in the two versions of Linux's control groups."""


def free_memory() -> int | None:
    """Bytes that can be taken, of the machine and of the container; None where nobody says."""
    known = [_of_the_machine(), *(_of_a_container(*paths) for paths in _GROUPS)]
    return min((free for free in known if free is not None), default=None)


def free_memory_of_gpu() -> int:
    """Bytes that can be taken of the GPU's own memory."""
    free, _ = torch.cuda.mem_get_info()
    return free


def in_words(size: int) -> str:
    """Bytes as a person reads them: ``1.5 GiB``."""
    return f"{number(size / 2**30)} GiB" if size >= 2**30 else f"{number(size / 2**20)} MiB"


def _of_the_machine() -> int | None:
    with suppress(OSError, IndexError, ValueError):
        said = _MEMINFO.read_text().partition("MemAvailable:")[2]
        return 1024 * int(said.split()[0])
    with suppress(AttributeError, OSError, ValueError):  # no Linux: all there is
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _of_a_container(limit: Path, use: Path) -> int | None:
    with suppress(OSError, ValueError):  # there is no container, or its limit is the word "max"
        # What was read from files and can be read again is not in the way.
        stat = dict(line.split() for line in (use.parent / "memory.stat").read_text().splitlines())
        cache = int(stat.get("total_inactive_file", stat.get("inactive_file", 0)))
        return max(0, int(limit.read_text()) - int(use.read_text()) + cache)
    return None
