"""Action masks: where an environment says which actions are allowed, only these are chosen."""

import numpy as np
import torch
from torch import Tensor


def among(q_values: Tensor, allowed: Tensor | None) -> Tensor:
    """``q_values`` `(…, n_actions)`, with −∞ for those not ``allowed``, bool of the same shape.

    Where ``allowed`` is None all actions are.
    """
    return q_values if allowed is None else q_values.masked_fill(~allowed, -torch.inf)


def greedy(q_values: np.ndarray, allowed: np.ndarray | None) -> int:
    """The action with the largest of ``q_values`` `(n_actions,)`, of those ``allowed``."""
    return int((q_values if allowed is None else np.where(allowed, q_values, -np.inf)).argmax())


def shown(q_values: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """``q_values`` `(…, n_actions)` as people see them: NaN for actions that are not allowed.

    Their Q is in no target and is never learnt.
    """
    return q_values if allowed is None else np.where(allowed, q_values, np.float32(np.nan))
