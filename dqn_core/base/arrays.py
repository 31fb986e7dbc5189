"""The few operations in which NumPy's arrays and tensors differ, for code that is for both."""

from typing import Any

import numpy as np
import torch
from torch import Tensor


class OnProcessor:
    """Arrays are NumPy's: for so few numbers they are faster than tensors."""

    tensor = staticmethod(torch.from_numpy)

    @staticmethod
    def arange(count: int) -> Any:
        return np.arange(count)

    @staticmethod
    def zeros(shape: tuple[int, ...], dtype: np.dtype) -> Any:
        # Pages of zeros cost no memory until they are written.
        return np.zeros(shape, dtype)

    @staticmethod
    def placed(values: Any) -> Any:
        """``values``, be they NumPy's or here already, as arrays here."""
        return values

    @staticmethod
    def read(values: Any) -> np.ndarray:
        """``values``, be they here or NumPy's already, as a NumPy array."""
        array: np.ndarray = values
        return array

    @staticmethod
    def rows(table: Any, places: Any) -> Any:
        """Copies of the rows of ``table`` `(N, width)` at ``places``."""
        return table.take(places, axis=0)

    @staticmethod
    def whole(values: Any) -> Any:
        """Rounded towards 0, as int64."""
        return values.astype(np.int64)

    @staticmethod
    def as_kind_of(values: Any, others: Any) -> Any:
        return values.astype(others.dtype)

    @staticmethod
    def first(flags: Any) -> Any:
        """Where the last axis is True for the first time."""
        return flags.argmax(-1)


class OnDevice:
    """Arrays are tensors on a device."""

    def __init__(self, device: str) -> None:
        self._device = device

    def arange(self, count: int) -> Tensor:
        return torch.arange(count, device=self._device)

    def zeros(self, shape: tuple[int, ...], dtype: np.dtype) -> Tensor:
        return self.placed(np.zeros(1, dtype)).new_zeros(shape)

    def placed(self, values: Any) -> Tensor:
        return values if isinstance(values, Tensor) else torch.from_numpy(values).to(self._device)

    tensor = placed

    def read(self, values: Any) -> np.ndarray:
        array: np.ndarray = values.cpu().numpy() if isinstance(values, Tensor) else values
        return array

    def rows(self, table: Tensor, places: Any) -> Tensor:
        return table[self.placed(places)]

    def whole(self, values: Tensor) -> Tensor:
        return values.long()

    def as_kind_of(self, values: Any, others: Tensor) -> Tensor:
        return self.placed(values).to(others.dtype)

    def first(self, flags: Tensor) -> Tensor:
        return flags.byte().argmax(-1)


Arrays = OnProcessor | OnDevice


def arrays_on(device: str) -> Arrays:
    return OnProcessor() if device == "cpu" else OnDevice(device)
