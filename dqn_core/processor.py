"""How many threads PyTorch may use."""

import torch


def set_threads() -> None:
    """One thread for the tensor operations of this process; call it once at the start.

    The matrices of a small network are too small to share. Threads wait for each other by
    spinning, and where another program has a core they wait for most of the time.
    """
    torch.set_num_threads(1)
