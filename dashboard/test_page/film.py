"""Films: episodes while they are recorded and after, as the browser is handed them.

Pictures are compressed as they come in. A film is handed over part by part: whoever has its first
moments asks for the rest until there is no more.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeAlias, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from dashboard.web.language import _, said
from dqn_core.agent import Distributions
from dqn_core.base.errors import LabError
from dqn_core.base.phrases import Phrase
from dqn_core.episodes.pictures import Frame, encode

_log = logging.getLogger(__name__)

# Pictures are compressed in batches that share a palette. The first batches are short, so that
# the first picture can be shown at once.
_BATCHES = (1, 7, 16)


class Described(Protocol):
    """What the player must know of an environment, as `EnvironmentSpec` and `Recording` say it."""

    @property
    def frames_per_second(self) -> float: ...
    @property
    def observation_labels(self) -> tuple[str, ...]: ...
    @property
    def observation_limits(self) -> tuple[tuple[float, float], ...]: ...
    @property
    def action_labels(self) -> tuple[str, ...]: ...


FilmKind: TypeAlias = Literal["none", "picture", "text"]
"""What its moments look like."""


class FilmAbout(TypedDict):
    """What is the same in every part of a film. A limit that is None is infinite, which JSON does
    not know."""

    id: str
    title: str
    fps: float
    gamma: float
    observation_labels: list[str]
    action_labels: list[str]
    observation_limits: list[tuple[float | None, float | None]]
    failing: list[int]
    atoms: int


class FilmEnd(TypedDict):
    """What is known of its end by now: ``message`` is why it failed, ``unseen`` why some moments
    have no picture."""

    state: Literal["recording", "complete", "failed"]
    message: str
    terminated: bool
    truncated: bool
    unseen: str


class FilmPart(FilmAbout, FilmEnd):
    """The moments from ``start`` on, with the bytes of each picture; no ``sizes`` where there is
    none."""

    start: int
    count: int
    kind: FilmKind
    sizes: list[int]


RECORDING: FilmEnd = {
    "state": "recording",
    "message": "",
    "terminated": False,
    "truncated": False,
    "unseen": "",
}


class StoppedError(LabError):
    """What is being recorded is no longer wanted."""


class Film:
    """One episode for the player, thread-safe, growing while it is recorded.

    Args:
        environment: its rate (shown at speed 1×), the names of the d components of an observation
            with their limits (infinite where there is none), and the names of the A actions.
        gamma: discount factor, for the return obtained from a step on.
        failing: components of an observation whose limits end the episode in failure; without it
            all that have limits.
        atoms: points of the distribution of each action's return; 0 where there is none.
        title: shown above the picture when two films are side by side.
    """

    def __init__(
        self,
        environment: Described,
        *,
        gamma: float,
        title: str = "",
        failing: Sequence[int] | None = None,
        atoms: int = 0,
    ) -> None:
        self.id = uuid.uuid4().hex[:12]
        self._about: FilmAbout = {
            "id": self.id,
            "title": title,
            "fps": float(environment.frames_per_second),
            "gamma": float(gamma),
            "observation_labels": [*environment.observation_labels],
            "action_labels": [*environment.action_labels],
            "observation_limits": [
                (_finite(low), _finite(high)) for low, high in environment.observation_limits
            ],
            "failing": [
                *(range(len(environment.observation_labels)) if failing is None else failing)
            ],
            "atoms": atoms,
        }
        of_actions = len(environment.action_labels) * (1 + 2 * atoms)
        self._row_length = 2 + len(environment.observation_labels) + of_actions
        self._changed = threading.Condition()
        self._end: FilmEnd = RECORDING
        self._rows: list[bytes] = []
        self._pictures: list[bytes] = []
        self._waiting_rows: list[bytes] = []
        self._waiting_frames: list[Frame | None] = []
        self._kind: FilmKind = "none"

    def start(self, record: Callable[["Film"], object]) -> "Film":
        """Call `record(self)` in a thread and return at once.

        `record` fills the film: `add` for each moment, and `finish`. What it raises becomes the
        film's last word, with everything up to there kept.
        """

        def run() -> None:
            try:
                record(self)
            except LabError as error:
                self.fail(error.phrase)
            except Exception:
                _log.exception("The recording of film %s failed.", self.id)
                self.fail(
                    Phrase(
                        "The recording stopped because of an error; the server's log describes it."
                    )
                )

        threading.Thread(target=run, name=f"film-{self.id}", daemon=True).start()
        return self

    def add(
        self,
        frame: Frame | None,
        observation: ArrayLike,
        q_values: ArrayLike,
        action: int | None = None,
        reward: float | None = None,
        distributions: Distributions | None = None,
    ) -> None:
        """Append a moment; compresses pictures in the calling thread.

        Args:
            frame: what is seen, (H, W, 3) uint8, or a text; from the first None on there is none.
            observation: (d,), what `frame` shows.
            q_values: (A,), of `observation`.
            action: the action then taken, and
            reward: the reward it brought; neither for the last moment of the episode.
            distributions: of the return of each action, in `observation` alone.
        """
        outcome = (np.nan if action is None else action, np.nan if reward is None else reward)
        parts = (observation, q_values, *(distributions or ()))
        row = np.concatenate([outcome, *map(np.ravel, parts)])
        if len(row) != self._row_length:
            raise ValueError(f"{len(row) - 2} numbers for {self._row_length - 2} names")
        self._waiting_rows.append(row.astype("<f8").tobytes())
        if frame is not None:
            self._kind = "text" if isinstance(frame, str) else "picture"
        self._waiting_frames.append(frame)
        batch = next((size for size in _BATCHES if len(self._rows) < size), _BATCHES[-1])
        if len(self._waiting_rows) >= batch:
            self._flush()

    def finish(self, *, terminated: bool, truncated: bool, unseen: str = "") -> None:
        """The episode has ended and every moment was added; ``unseen`` is why some have none."""
        self._flush()
        self._close(
            {
                "state": "complete",
                "message": "",
                "terminated": terminated,
                "truncated": truncated,
                "unseen": unseen,
            }
        )

    def fail(self, message: str) -> None:
        """The recording has ended before the episode did; ``message`` is shown."""
        self._flush()
        self._close({**RECORDING, "state": "failed", "message": message})

    @property
    def complete(self) -> bool:
        """Whether nothing more will be added."""
        return self._end["state"] != "recording"

    def __len__(self) -> int:
        """Number of moments that can be shown."""
        return len(self._rows)

    def wait_beyond(self, length: int, seconds: float) -> None:
        """Wait until more than `length` moments can be shown, or the end, or `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self.complete or len(self) > length, seconds)

    def part(self, start: int) -> tuple[FilmPart, bytes]:
        """Everything from moment `start` on: its description in the asker's language, and bytes.

        The bytes are n rows of float64 (action, reward, the d components of the observation, the
        A Q-values, and with atoms their returns and then their probabilities, action by action; not
        a number where there is none), then n pictures, whose sizes in bytes the
        description lists (PNG or UTF-8 text, nothing where a moment has none; an empty list where
        the film has no pictures).
        """
        with self._changed:
            start = min(max(start, 0), len(self._rows))
            rows, pictures = self._rows[start:], self._pictures[start:]
            about, end = self._about, self._end
        head: FilmPart = {
            **about,
            **end,
            "title": said(about["title"]),
            "message": said(end["message"]),
            "unseen": said(end["unseen"]),
            "observation_labels": [_(label) for label in about["observation_labels"]],
            "action_labels": [_(label) for label in about["action_labels"]],
            "start": start,
            "count": len(rows),
            "kind": self._kind,
            "sizes": [len(picture) for picture in pictures] if self._kind != "none" else [],
        }
        return head, b"".join(rows + pictures)

    def _flush(self) -> None:
        rows, self._waiting_rows = self._waiting_rows, []
        frames, self._waiting_frames = self._waiting_frames, []
        pictures = encode(frames)
        with self._changed:
            self._rows += rows
            self._pictures += pictures
            self._changed.notify_all()

    def _close(self, end: FilmEnd) -> None:
        with self._changed:
            self._end = end
            self._changed.notify_all()


def _finite(bound: float) -> float | None:
    return float(bound) if np.isfinite(bound) else None
