"""The episode player: films of episodes, shown and scrubbed in the browser.

A `Film` is an episode while it is being recorded and after. Its pictures are compressed as they
come in; the browser fetches what there is, then asks for the rest until it has everything, and
from then on plays, scrubs and jumps without the server.
"""

import io
import json
import logging
import struct
import threading
import uuid
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from dashboard.static_files import loader, publish
from dqn_core.errors import LabError

if TYPE_CHECKING:
    from dqn_core.evaluation import Recording

_log = logging.getLogger(__name__)

# Pictures are compressed in batches that share a palette. The first batches are short, so that
# the first picture can be shown at once.
_BATCHES = (1, 7, 16)
_COLOURS = 32
_ANSWER_SECONDS = 0.25  # how long an answer to the browser waits for something new to send

Frame: TypeAlias = NDArray[np.uint8] | str


class Film:
    """One episode for the player, thread-safe, growing while it is recorded.

    Args:
        title: shown above the picture when two films are side by side.
        frames_per_second: the environment's own rate, shown at speed 1×.
        observation_labels: name of each of the d components.
        observation_limits: (low, high) of each component; infinite where there is none.
        action_labels: name of each of the A actions.
        gamma: discount factor, for the return obtained from a step on.
    """

    def __init__(
        self,
        *,
        title: str = "",
        frames_per_second: float,
        observation_labels: Sequence[str],
        observation_limits: Sequence[tuple[float, float]],
        action_labels: Sequence[str],
        gamma: float,
    ) -> None:
        self.id = uuid.uuid4().hex[:12]
        self._head: dict[str, Any] = {
            "id": self.id,
            "title": title,
            "fps": float(frames_per_second),
            "gamma": float(gamma),
            "observationLabels": list(observation_labels),
            # JSON knows no infinity.
            "observationLimits": [
                [float(bound) if np.isfinite(bound) else None for bound in limits]
                for limits in observation_limits
            ],
            "actionLabels": list(action_labels),
        }
        self._changed = threading.Condition()
        self._state: dict[str, Any] = {"state": "recording"}
        self._rows: list[bytes] = []
        self._pictures: list[bytes] = []
        self._waiting_rows: list[bytes] = []
        self._waiting_frames: list[Frame] = []
        self._kind = "none"

    @classmethod
    def of(cls, recording: "Recording", title: str = "") -> "Film":
        """The film of a finished recording; its pictures are compressed in a thread."""

        def copy(film: Film) -> None:
            frames = recording.frames or [None] * len(recording.observations)
            moments = zip(frames, recording.observations, recording.q_values, strict=True)
            steps = len(recording.actions)
            for t, (frame, observation, q_values) in enumerate(moments):
                outcome = (recording.actions[t], recording.rewards[t]) if t < steps else ()
                film.add(frame, observation, q_values, *outcome)
            film.finish(terminated=recording.terminated, truncated=recording.truncated)

        film = cls(
            title=title,
            frames_per_second=recording.frames_per_second,
            observation_labels=recording.observation_labels,
            observation_limits=recording.observation_limits,
            action_labels=recording.action_labels,
            gamma=recording.gamma,
        )
        return film.start(copy)

    def start(self, record: Callable[["Film"], None]) -> "Film":
        """Call `record(self)` in a thread and return at once.

        `record` calls `add` for each moment and `finish` at the end. What it raises becomes the
        film's last word, with everything up to there kept.
        """

        def run() -> None:
            try:
                record(self)
            except LabError as error:
                self.fail(str(error))
            except Exception:
                _log.exception("The recording of film %s failed.", self.id)
                self.fail("The recording stopped because of an error; the log tells which.")

        threading.Thread(target=run, name=f"film-{self.id}", daemon=True).start()
        return self

    def add(
        self,
        frame: Frame | None,
        observation: ArrayLike,
        q_values: ArrayLike,
        action: int | None = None,
        reward: float | None = None,
    ) -> None:
        """Append a moment; compresses pictures in the calling thread.

        Args:
            frame: what is seen, (H, W, 3) uint8, or a text, or None; the same kind for all.
            observation: (d,), what `frame` shows.
            q_values: (A,), of `observation`.
            action: the action then taken, and
            reward: the reward it brought; neither for the last moment of the episode.
        """
        outcome = (np.nan if action is None else action, np.nan if reward is None else reward)
        row = np.concatenate([outcome, np.ravel(observation), np.ravel(q_values)])
        self._waiting_rows.append(row.astype("<f8").tobytes())
        if frame is not None:
            self._kind = "text" if isinstance(frame, str) else "picture"
            self._waiting_frames.append(frame)
        batch = next((size for size in _BATCHES if len(self._rows) < size), _BATCHES[-1])
        if len(self._waiting_rows) >= batch:
            self._flush()

    def finish(self, *, terminated: bool, truncated: bool) -> None:
        """The episode has ended and every moment was added."""
        self._flush()
        self._close({"state": "complete", "terminated": terminated, "truncated": truncated})

    def fail(self, message: str) -> None:
        """The recording has ended before the episode did; `message` is shown."""
        self._flush()
        self._close({"state": "failed", "message": message})

    @property
    def complete(self) -> bool:
        """Whether nothing more will be added."""
        return bool(self._state["state"] != "recording")

    def __len__(self) -> int:
        """Number of moments that can be shown."""
        return len(self._rows)

    def wait_beyond(self, length: int, seconds: float) -> None:
        """Wait until more than `length` moments can be shown, or the end, or `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self.complete or len(self) > length, seconds)

    def part(self, start: int) -> tuple[dict[str, Any], bytes]:
        """Everything from moment `start` on: a description for JSON, and the bytes it describes.

        The bytes are n rows of float64 (action, reward, the d components of the observation, the
        A Q-values; not a number where there is none), then n pictures, whose sizes in bytes the
        description lists (PNG or UTF-8 text; an empty list where the film has no pictures).
        """
        with self._changed:
            start = min(max(start, 0), len(self._rows))
            rows, pictures = self._rows[start:], self._pictures[start:]
            head = self._head | self._state
        head |= {
            "start": start,
            "count": len(rows),
            "kind": self._kind,
            "sizes": [len(picture) for picture in pictures],
        }
        return head, b"".join(rows + pictures)

    def _flush(self) -> None:
        rows, self._waiting_rows = self._waiting_rows, []
        frames, self._waiting_frames = self._waiting_frames, []
        pictures = _encode(frames)
        with self._changed:
            self._rows += rows
            self._pictures += pictures
            self._changed.notify_all()

    def _close(self, state: dict[str, Any]) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()


def _encode(frames: Sequence[Frame]) -> list[bytes]:
    """Compress frames: texts to UTF-8, pictures to PNG with a palette they share."""
    pictures = [frame for frame in frames if not isinstance(frame, str)]
    if not pictures:
        return [frame.encode() for frame in frames if isinstance(frame, str)]
    cells, colours = _palette(pictures)
    encoded = []
    for picture in pictures:
        image = Image.fromarray(picture).quantize(palette=cells, dither=Image.Dither.NONE)
        image.putpalette(colours)
        file = io.BytesIO()
        # Run lengths alone: half the size of zlib's fastest ordinary level, in the same time.
        image.save(file, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
        encoded.append(file.getvalue())
    return encoded


def _palette(pictures: Sequence[NDArray[np.uint8]]) -> tuple[Image.Image, bytes]:
    """Choose colours for pictures that resemble each other.

    Pillow looks a pixel's nearest colour up by the 4×4×4 cell of colours in which it lies, and
    measures from the cell's dark corner: against a palette of exact colours it would turn white
    into a light grey. So pixels are matched against the corners of the chosen colours' cells.

    Returns: the image to quantize against (the corners), and the colours to show in their place
        (RGB, a byte each).
    """
    sample = np.concatenate([picture[::2, ::2] for picture in pictures[:: len(pictures) // 4 or 1]])
    packed = sample.reshape(-1, 3) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    colours, counts = np.unique(packed, return_counts=True)
    colours = colours[np.argsort(-counts, kind="stable")]
    _, first_of_cell = np.unique(colours & 0xFCFCFC, return_index=True)
    colours = colours[np.sort(first_of_cell)]
    if len(colours) > _COLOURS:
        # The most frequent colours as they are, and for the rest, rare ones included, those that
        # cover them best.
        frequent, rest = colours[: _COLOURS // 4], _unpacked(colours[_COLOURS // 4 :])
        size = _COLOURS - len(frequent)
        covering = Image.fromarray(rest[None]).quantize(size, Image.Quantize.MAXCOVERAGE)
        triples = np.array(covering.getpalette()[: 3 * size], np.int32).reshape(-1, 3)
        colours = np.concatenate([frequent, triples @ np.array([1 << 16, 1 << 8, 1], np.int32)])
    cells = Image.new("P", (1, 1))
    cells.putpalette(_unpacked(colours & 0xFCFCFC).tobytes())
    return cells, _unpacked(colours).tobytes()


def _unpacked(colours: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Colours 0xRRGGBB, (n,), as (n, 3) uint8."""
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=-1).astype(np.uint8)


_ASSETS = Path(__file__).resolve().parent.parent / "assets"
_FILES = ("player.js", "player_reel.js", "player_view.js", "player_strip.js", "player.css")
_component = st.components.v2.component(
    "dqn_lab_player", js=loader(publish(*(_ASSETS / name for name in _FILES)))
)


@st.fragment
def player(*films: Film, key: str) -> None:
    """Show one film, or two side by side on one clock.

    Pass the same `Film` objects on every run (keep them in `st.session_state`): a new one starts
    to play from the beginning as soon as its first picture is there. While a film is recorded the
    browser asks for what is new by itself, which reruns only this fragment.
    """
    request_key = f"{key}:request"

    def remember_request() -> None:
        st.session_state[request_key] = st.session_state[key]["request"]

    request = st.session_state.get(request_key) or {"number": 0, "starts": {}}
    heads, bodies = [], []
    for film in films:
        start = int(request["starts"].get(film.id, 0))
        film.wait_beyond(start, _ANSWER_SECONDS)
        head, body = film.part(start)
        heads.append(head)
        bodies.append(body)
    header = json.dumps({"answers": request["number"], "films": heads}).encode()
    payload = b"".join([struct.pack("<I", len(header)), header, *bodies])
    _component(key=key, data=payload, on_request_change=remember_request)
