"""The border to an environment of somebody else's: what it may return, and what it raises.

Whatever passes is in the form that everything behind relies on. Whatever does not pass, and
whatever the environment raises, becomes one sentence.
"""

import math
import numbers
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dqn_core.base.errors import EnvironmentFailure, first_line
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import plain, shown
from dqn_core.environments.spaces import Observed, Part

Picture: TypeAlias = NDArray[np.uint8]  # (height, width, 3)

_LARGEST = float(np.finfo(np.float32).max)  # what is stored is float32
_FLOAT32 = np.dtype(np.float32)
_FEW = 64
_OF_NUMBERS = "biuf"  # NumPy's letters for bool, integers and floats
_LONGEST_REASON = 200  # letters
_MOST_LINES, _MOST_COLUMNS = 200, 1_000  # of a text that is drawn
_LARGEST_SIDE = 2_048  # pixels of a picture: more fills memory, and no screen
_WHOLE = Phrase("the observation")
_LACKS_USUAL_ARGUMENT = re.compile("unexpected keyword argument '(seed|options)'")


class Unusable(Exception):  # noqa: N818 - never leaves the border
    """An environment gave something wrong: ``what`` it gave, and what was ``needed`` instead."""

    def __init__(self, what: str, needed: Phrase) -> None:
        super().__init__(what, needed)
        self.what = what
        self.needed = needed


def failure(
    env_id: str, when: Phrase, error: BaseException, is_drawn: bool = False
) -> EnvironmentFailure:
    """What went wrong at the border, in one sentence; ``when`` is ``reset`` or ``step 5``."""
    if isinstance(error, Unusable):
        return EnvironmentFailure(
            "{env_id} gave {what} at {when}: {needed}.",
            env_id=env_id,
            what=error.what,
            when=when,
            needed=error.needed,
        )
    return EnvironmentFailure(
        "{env_id} failed to draw itself at {when}: {reason}."
        if is_drawn
        else "{env_id} failed at {when}: {reason}.",
        env_id=env_id,
        when=when,
        reason=named_reason(error),
    )


def named_reason(error: BaseException) -> str:
    """An error of somebody else's code in one line, with its type and without full stop.

    Ctrl-C is not of its making, and is raised again.
    """
    if (
        isinstance(error, KeyboardInterrupt)
        and threading.current_thread() is threading.main_thread()
    ):
        raise error
    name, words = type(error).__name__, first_line(error, _LONGEST_REASON)
    if isinstance(error, TypeError) and _LACKS_USUAL_ARGUMENT.search(words):
        return Phrase("{words}, which Gymnasium's environments take", words=words)
    return f"{name}: {words}" if words else name


@contextmanager
def whatever_it_raises() -> Iterator[None]:
    """Go on behind this block whatever somebody else's code raises in it."""
    try:
        yield
    except BaseException as error:
        named_reason(error)


def start_of(result: Any) -> Any:
    """What a reset returned, which has to be an observation and a dictionary."""
    if isinstance(result, tuple | list) and len(result) == 2 and _is_information(result[1]):
        return result
    raise Unusable(
        _form(result), Phrase("reset() gives an observation and a dictionary, as in Gymnasium")
    )


def outcome_of(result: Any) -> Any:
    """What a step returned, which has to be five things."""
    if isinstance(result, tuple | list) and len(result) == 5:
        return result
    raise Unusable(
        _form(result),
        Phrase(
            "step() gives an observation, a reward, terminated, truncated and a dictionary, "
            "as in Gymnasium"
        ),
    )


def reward_of(value: Any) -> float:
    """A reward as float: True is 1, False is 0, an array of one number is that number."""
    if type(value) is float and -_LARGEST <= value <= _LARGEST:
        return value  # nearly always: a step must not become slower
    number = _number(_unwrapped(value))
    if _is_real(number) and -_LARGEST <= number <= _LARGEST:  # NaN compares false
        return float(number)
    raise Unusable(
        Phrase("reward {value}", value=shown(value)), Phrase("a reward is one finite number")
    )


def flag_of(name: str, value: Any) -> bool:
    """``terminated`` or ``truncated``."""
    if type(value) is bool:
        return value
    flag = _number(_unwrapped(value))
    if _is_real(flag) and flag in (0, 1):
        return bool(flag)
    raise Unusable(
        Phrase("{name} {value}", name=name, value=shown(value)),
        Phrase("{name} is true or false", name=name),
    )


def allowed_by(information: Any, n_actions: int) -> np.ndarray:
    """The actions that ``info["action_mask"]`` allows, `(n_actions,)` bool."""
    mask = information.get("action_mask") if isinstance(information, Mapping) else None
    if mask is None:
        raise Unusable(
            Phrase("no action_mask"),
            Phrase(
                'with action_masks on, info["action_mask"] has to say which actions are allowed'
            ),
        )
    array = _array(mask)
    is_mask = array.shape == (n_actions,) and array.dtype.kind in _OF_NUMBERS
    if not is_mask or not ((array == 0) | (array == 1)).all():
        raise Unusable(
            Phrase("the action_mask {mask}", mask=shown(mask)),
            Phrase("it is {n_actions} numbers, each 1 or 0", n_actions=n_actions),
        )
    if not array.any():
        raise Unusable(
            Phrase("an action_mask without a 1"), Phrase("until an episode ends, one is allowed")
        )
    return array.astype(bool)


class Observations:
    """Observations of one environment as they are stored, `(dim,)` float32."""

    def __init__(self, seen: Observed) -> None:
        self._shape = (seen.dim,)
        self._n_states = seen.n_states
        self._start = seen.start
        self._parts = seen.parts
        self._labels = seen.labels

    def flat(self, observation: Any) -> np.ndarray:
        """A copy: some environments go on writing into what they returned."""
        if self._n_states:
            if type(observation) is not int or not 0 <= observation - self._start < self._n_states:
                observation = self._index(observation)
            return np.array([observation - self._start], dtype=np.float32)
        if self._parts:
            observation = flat = np.concatenate(
                [_flattened(part, observation) for part in self._parts]
            )
        elif (
            type(observation) is np.ndarray
            and observation.dtype is _FLOAT32
            and observation.shape == self._shape
        ):
            flat = observation.copy()  # nearly always: a step must not become slower
        else:
            observation = _numbers(observation, _WHOLE, self._shape)
            flat = _stored(observation)
        if not _are_finite(flat):
            self._refuse(observation, flat)
        return flat

    def _index(self, observation: Any) -> int:
        index = _number(observation)
        first, last = self._start, self._start + self._n_states - 1
        if _is_real(index) and first <= index <= last and index == int(index):
            return int(index)
        raise Unusable(
            Phrase("the observation {observation}", observation=shown(observation)),
            Phrase("its space says one of {first:,} to {last:,}", first=first, last=last),
        )

    def _refuse(self, observation: np.ndarray, flat: np.ndarray) -> None:
        first = int(np.flatnonzero(~np.isfinite(flat))[0])
        where = (
            Phrase("as its {name}", name=self._labels[first])
            if self._parts
            else Phrase("at index {index}", index=first)
        )
        raise Unusable(
            Phrase(
                "an observation with {observation:g} {where}",
                observation=observation[first],
                where=where,
            ),
            Phrase("observations are finite numbers, of at most {largest:.1e}", largest=_LARGEST),
        )


def _flattened(part: Part, observation: Any) -> np.ndarray:
    """What is stored of one part, as Gymnasium's `flatten` lays it out."""
    for key in part.path:
        try:
            observation = observation[key]
        except Exception as error:
            raise Unusable(
                Phrase("an observation without {name}", name=part.name),
                Phrase("its space is a Dict or Tuple that has it"),
            ) from error
    numbers = _numbers(observation, part.name, part.shape)
    if part.counts is None or part.starts is None:
        return _stored(numbers).ravel()
    indices = numbers - part.starts
    # Gymnasium would take -1 for the last one.
    if not ((indices >= 0) & (indices < part.counts) & (indices == np.floor(indices))).all():
        last = part.starts + part.counts - 1
        raise Unusable(
            Phrase("{name} {observation}", name=part.name, observation=shown(observation)),
            Phrase(
                "its space says {first} to {last}",
                first=str(part.starts.tolist()),
                last=str(last.tolist()),
            ),
        )
    begins = np.cumsum(part.counts) - part.counts.ravel()
    one_hot = np.zeros(int(part.counts.sum()), dtype=np.float32)
    one_hot[begins + indices.ravel().astype(np.int64)] = 1
    return one_hot


def _numbers(value: Any, name: str, shape: tuple[int, ...]) -> np.ndarray:
    array = _array(value)
    if array.dtype.kind not in _OF_NUMBERS:
        raise Unusable(
            Phrase("{name} {value}", name=name, value=shown(value)),
            Phrase("its space says {shape} numbers", shape=str(shape)),
        )
    if array.shape != shape:
        what = Phrase("an observation") if name is _WHOLE else name
        raise Unusable(
            Phrase("{what} of shape {shape}", what=what, shape=str(array.shape)),
            Phrase("its space says {shape}", shape=str(shape)),
        )
    return array


def _array(value: Any) -> np.ndarray:
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu()  # of PyTorch: with a gradient, or on a GPU
        array = np.asarray(value)
    except Exception:  # from lists of different lengths, for example
        return np.array(None)
    # What is masked is no number, though NumPy has one there.
    return np.array(None) if np.ma.is_masked(value) else array


def _number(value: Any) -> Any:
    """A single value as Python's own number, if it is one; everything else as it is."""
    return float(value) if isinstance(value, Decimal) else plain(value)


def _unwrapped(value: Any) -> Any:
    """What an array of one number holds, as many environments give it; everything else as it is."""
    shape = getattr(value, "shape", ())
    return value.reshape(()) if shape and set(shape) == {1} else value


def _stored(numbers: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):  # too small a number becomes 0, whatever is set
        return numbers.astype(np.float32)


def _are_finite(flat: np.ndarray) -> bool:
    if len(flat) <= _FEW:
        return math.isfinite(sum(flat.tolist()))  # several times as fast
    return bool(np.isfinite(flat).all())


class Pictures:
    """What is rendered: (height, width, 3) uint8, all of one size, or texts."""

    def __init__(self, mode: str | None) -> None:
        self._is_text = mode == "ansi"
        self._size: tuple[int, ...] | None = None

    def checked(self, frame: Any) -> Picture | str:
        """A copy: some environments draw all pictures into the same array."""
        if self._is_text:
            if isinstance(frame, str):
                return _text(frame)
            raise Unusable(_form(frame), Phrase("what is rendered in the mode ansi is text"))
        picture = _picture(frame)
        if self._size not in (None, picture.shape):
            raise Unusable(
                Phrase("a picture of shape {shape}", shape=str(picture.shape)),
                Phrase(
                    "all its pictures have one size, and the first had {size}", size=str(self._size)
                ),
            )
        self._size = picture.shape
        return picture


def _text(frame: str) -> str:
    lines = frame.splitlines()
    columns = max(map(len, lines), default=0)
    if len(lines) <= _MOST_LINES and columns <= _MOST_COLUMNS:
        return frame
    raise Unusable(
        Phrase(
            "a text of {lines:,} lines of up to {columns:,} letters",
            lines=len(lines),
            columns=columns,
        ),
        Phrase(
            "a text that is drawn has at most {lines:,} lines of {columns:,} letters",
            lines=_MOST_LINES,
            columns=_MOST_COLUMNS,
        ),
    )


def _picture(frame: Any) -> Picture:
    """Of a transparent picture what is drawn, and a grey one in three equal colours.

    Of one that is too large every second row and column, or every third and so on.
    """
    array = np.asarray(frame)
    if array.ndim == 2:
        array = array[..., None]
    fits = array.ndim == 3 and array.size > 0 and array.shape[2] in (1, 3, 4)
    if not fits or not _is_of_bytes(array):
        raise Unusable(_form(frame), Phrase("a picture is (height, width, 3) of uint8"))
    apart = math.ceil(max(array.shape[:2]) / _LARGEST_SIDE)
    array = array[::apart, ::apart, :3]
    colours = np.broadcast_to(array, (*array.shape[:2], 3))
    return np.array(colours, dtype=np.uint8, order="C")


def _is_of_bytes(array: np.ndarray) -> bool:
    if array.dtype == np.uint8:
        return True
    return array.dtype.kind in "iu" and bool(array.min() >= 0 and array.max() <= 255)


def _is_real(value: Any) -> bool:
    return isinstance(value, numbers.Real)


def _is_information(value: Any) -> bool:
    return value is None or isinstance(value, Mapping)


def _form(value: Any) -> str:
    """The form of a value: of an array its shape and type, not its numbers."""
    if isinstance(value, np.ndarray):
        return Phrase(
            "an array of shape {shape} and type {type}",
            shape=str(value.shape),
            type=str(value.dtype),
        )
    if isinstance(value, tuple):
        return Phrase("{count} values", count=len(value))
    return shown(value)
