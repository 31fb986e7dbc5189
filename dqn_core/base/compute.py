"""What a run computes on: the device, threads, numbers too small to matter, free memory."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from dqn_core.base.errors import ConfigurationError


def chosen_device(name: str) -> str:
    """The device that ``auto``, ``cpu`` or ``cuda`` means here.

    Raises `ConfigurationError` where it is not there.
    """
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigurationError(
            "device cuda was asked for, but PyTorch finds no CUDA GPU here.", "device"
        )
    return name


def untouched_arithmetic() -> np.errstate:
    """Let NumPy go on where a number gets too small or too large, whatever the program has set.

    Numbers that are not finite are looked for where they matter, and told in a sentence.
    """
    return np.errstate(all="ignore")


_TORCH = ctypes.PyDLL(torch._C.__file__)
"""PyTorch with the libraries that it shares its work by."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute the calling thread's tensor operations in this thread alone; undone afterwards.

    The matrices of a small network are too small to share. Threads wait for each other by
    spinning, and where another program has a core they wait for most of the time.

    `torch.set_num_threads` would also hold for threads that begin later. OpenMP and MKL each keep a
    number for every thread; a PyTorch with neither of them has no spinning threads.
    """
    threads = torch.get_num_threads()  # first: a thread's first look at it sets both
    set_openmp = getattr(_TORCH, "omp_set_num_threads", _no_number)
    set_mkl = getattr(_TORCH, "MKL_Set_Num_Threads_Local", _no_number)
    set_openmp(1)
    mkl_threads = set_mkl(1)
    try:
        yield
    finally:
        set_mkl(mkl_threads)
        set_openmp(threads)


@contextmanager
def training_arithmetic() -> Iterator[None]:
    """NumPy's and PyTorch's settings for the computations of a run; undone afterwards."""
    with torch.inference_mode(), untouched_arithmetic(), denormals_as_zero(), one_thread():
        yield


def _no_number(_: int) -> int:
    return 0


def set_threads() -> None:
    """One thread for whatever this process will do with tensors, for programs that are all ours.

    What takes long does so by itself (`one_thread`); but each of a server's many threads that
    copies a large network would get helpers of its own, and keep them.
    """
    torch.set_num_threads(1)


def give_back_free_memory() -> None:
    """Have the C library return to the system what it holds free between what is in use.

    Short-lived arrays of many sizes beside a history that grows leave holes, which would be kept.
    It takes a millisecond. Libraries without `malloc_trim` have their own ways.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


@contextmanager
def denormals_as_zero() -> Iterator[None]:
    """Treat numbers below 1e-38 as 0 in this thread's arithmetic; undone afterwards.

    Adam's moments of a weight whose unit has gone silent fall by a tenth each update and end there,
    for ever, since the smallest numbers round back to themselves; and many processors are a hundred
    times slower with them.
    """
    with untouched_arithmetic():
        were_zero = np.float32(1e-38) * np.float32(0.1) == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(bool(were_zero))
