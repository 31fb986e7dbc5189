"""A second device, written in Python: memory that the processor's tensors must not be mixed with.

It stands for a GPU where there is none. What PyTorch computes there is computed by the
processor's kernels, so that results are the same to the last bit; a tensor of one memory among
those of the other, or a NumPy view of it, is the error that it is on a GPU. `crossings` has what
the processor would have to wait for.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = "second"

aten = torch.ops.aten
COPIES = (aten._to_copy.default, aten.copy_.default)
INDEXING = (aten.index.Tensor, aten.index_put_.default)
ANSWERS = (aten._local_scalar_dense.default, aten.nonzero.default, aten.equal.default)
"""What the processor needs numbers of the device for."""

crossings: list[str] = []
"""The operations that moved numbers between the memories, or had the processor wait for some."""


class Remote(Tensor):
    """A tensor of the second device; ``local`` is the processor's that computes for it."""

    local: Tensor

    @staticmethod
    def __new__(cls, local: Tensor) -> "Remote":
        with torch.inference_mode(False):
            remote = Tensor._make_wrapper_subclass(
                cls,
                local.shape,
                strides=local.stride(),
                storage_offset=local.storage_offset(),
                dtype=local.dtype,
                device=torch.device(f"{NAME}:0"),
            )
        remote.local = local
        return remote

    def tolist(self) -> list[Any]:
        crossings.append("tolist")
        return self.local.tolist()

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, op: OpOverload, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return compute(op, *args, **(kwargs or {}))


def compute(op: OpOverload, *args: Any, **kwargs: Any) -> Any:
    """Run ``op`` with the processor's kernel; the result lives where PyTorch would put it."""
    if op is aten.to.device:  # as it comes in inference mode
        op, (source, device, dtype), kwargs = aten._to_copy.default, args[:3], {}
        args, kwargs = (source,), {"device": device, "dtype": dtype}
    remotes = [leaf for leaf in _leaves((args, *kwargs.values())) if isinstance(leaf, Remote)]
    if "device" in kwargs and kwargs["device"] is not None:
        is_remote = torch.device(kwargs["device"]).type == NAME
        kwargs["device"] = "cpu"
    elif op is aten.copy_.default:
        is_remote = isinstance(args[0], Remote)
    else:
        is_remote = bool(remotes)
    if is_remote and op not in COPIES:
        _refuse_mixture(op, args, kwargs)
    if _crosses(op, args, is_remote, bool(remotes)):
        crossings.append(str(op))
    local_args = _mapped(_local, args)
    local_kwargs = {name: _mapped(_local, value) for name, value in kwargs.items()}
    if op is aten._to_copy.default:
        result = local_args[0].clone().to(local_kwargs.get("dtype"))
    else:
        result = op(*local_args, **local_kwargs)
    if not is_remote:
        return result
    # What was changed in place is the same tensor afterwards.
    known = {id(remote.local): remote for remote in remotes}
    return _mapped(lambda leaf: known[id(leaf)] if id(leaf) in known else _remote(leaf), result)


def _leaves(values: Iterable[Any]) -> list[Any]:
    """What there is in lists and tuples: PyTorch's own trees take most of the time of a test."""
    found = []
    for value in values:
        found += _leaves(value) if type(value) in (list, tuple) else [value]
    return found


def _mapped(change: Callable[[Any], Any], value: Any) -> Any:
    """A value, or what there is in lists and tuples of it, changed."""
    if type(value) in (list, tuple):
        return type(value)([_mapped(change, each) for each in value])
    return change(value)


def _refuse_mixture(op: OpOverload, args: Any, kwargs: Any) -> None:
    for leaf in _leaves((args, *kwargs.values())):
        # As on a GPU: numbers may come from anywhere, and so may indices.
        is_free = not isinstance(leaf, Tensor) or not leaf.dim() or op in INDEXING
        if not is_free and not isinstance(leaf, Remote):
            raise RuntimeError(f"{op} was given tensors of two devices")


def _crosses(op: OpOverload, args: Any, is_remote: bool, has_remotes: bool) -> bool:
    if op in COPIES:
        return isinstance(args[op is aten.copy_.default], Remote) != is_remote
    if op in INDEXING:  # a mask has as many places as it has ones, which has to be asked
        places = [leaf for leaf in _leaves(args[1]) if isinstance(leaf, Tensor)]
        strange = [p for p in places if not isinstance(p, Remote) or p.dtype == torch.bool]
        return is_remote and bool(strange)
    return op in ANSWERS and has_remotes


def _local(leaf: Any) -> Any:
    return leaf.local if isinstance(leaf, Remote) else leaf


def _remote(leaf: Any) -> Any:
    return Remote(leaf) if isinstance(leaf, Tensor) else leaf


_setup_privateuseone_for_python_backend(NAME)
_library = torch.library.Library("aten", "IMPL")
# The ways to a device that begin without a tensor there; all others reach `Remote`.
for _op in (aten.empty.memory_format, aten.empty_strided.default, *COPIES):
    _library.impl(_op, partial(compute, _op), "PrivateUse1")


def _copy_from(source: Tensor, destination: Tensor, non_blocking: bool = False) -> Any:
    return compute(aten.copy_.default, destination, source)


_library.impl(aten._copy_from.default, _copy_from, "PrivateUse1")
