"""How probable it is that what was drawn is as uneven as it is."""

from collections.abc import Iterable

import numpy as np
import torch


def evenness(counts: Iterable[int]) -> float:
    """The p-value of the χ² test that all have the same chance, without SciPy, slow to import."""
    seen = np.fromiter(counts, np.float64)
    statistic = float(((seen - seen.mean()) ** 2).sum() / seen.mean())
    half_of_freedom, half = torch.tensor([(len(seen) - 1) / 2, statistic / 2], dtype=torch.float64)
    return torch.special.gammaincc(half_of_freedom, half).item()
