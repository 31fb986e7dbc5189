"""Several episodes in one film, on one clock: side by side, or an agent as it grows."""

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from dqn_core.base.errors import LabError
from dqn_core.base.numbers import number
from dqn_core.base.whole_files import whole_file
from dqn_core.environments.border import Picture
from dqn_core.episodes.video import (
    Progress,
    drawable,
    drawn,
    encoder_for,
    font_of_size,
    numbers,
    q_range,
    reported,
)

if TYPE_CHECKING:
    from dqn_core.episodes.recording import Recording

TILE_WIDTH = 300  # pixels
MOST_COLUMNS = 3
LAST_SECONDS = 1.5  # for which the last picture stays
RATE = 25.0  # pictures a second at most: each is many pictures drawn
_HEAD = 26  # pixels above a tile
_GAP = 6
_PAPER, _INK, _FAINT = "#ffffff", "#222222", "#667079"


def write_montage(
    recordings: Sequence["Recording"],
    labels: Sequence[str],
    path: Path,
    *,
    overlay: bool = False,
    progress: Progress = lambda share: None,
) -> None:
    """Write episodes as tiles of one MP4 or GIF, each under its label, in real time.

    An episode that has ended stays at its last picture, paled, with its return.

    Args:
        overlay: below each tile show the Q-values, the action taken and the return so far.

    Raises:
        LabError: another ending, or recordings without pictures.
        MissingPackageError: MP4 without the package that encodes it.
    """
    encode = encoder_for(path)
    if not all(recording.has_pictures for recording in recordings):
        raise LabError("This environment has no pictures: there is nothing to film.")
    rate = recordings[0].spec.frames_per_second
    stride = max(1, round(rate / RATE))
    stay = round(LAST_SECONDS * rate / stride)
    frames = _staying(montage(recordings, labels, stride, overlay), stay)
    count = _moments(recordings, stride) + stay
    with whole_file(path) as part:
        encode(reported(frames, count, progress), rate / stride, part)


def montage(
    recordings: Sequence["Recording"], labels: Sequence[str], stride: int, overlay: bool
) -> Iterator[Picture]:
    """Pictures (H, W, 3) uint8 of each ``stride``-th moment, until the longest episode's end."""
    columns = min(len(recordings), MOST_COLUMNS)
    rows = math.ceil(len(recordings) / columns)
    tiles = [
        _tiles(recording, label, stride, q_range(recordings) if overlay else None)
        for recording, label in zip(recordings, labels, strict=True)
    ]
    blank: Picture | None = None
    for _ in range(_moments(recordings, stride)):
        shown = [next(tile) for tile in tiles]
        if blank is None:
            height = max(tile.shape[0] for tile in shown)
            size = (rows * (height + _GAP) - _GAP, columns * (TILE_WIDTH + _GAP) - _GAP, 3)
            blank = np.full(size, 255, np.uint8)
        whole = blank.copy()
        for place, tile in enumerate(shown):
            top = place // columns * (height + _GAP)
            left = place % columns * (TILE_WIDTH + _GAP)
            whole[top : top + tile.shape[0], left : left + TILE_WIDTH] = tile
        yield whole


def _moments(recordings: Sequence["Recording"], stride: int) -> int:
    """How many of them are drawn."""
    longest = max(len(recording.actions) for recording in recordings)
    return math.ceil(longest / stride) + 1


def _staying(frames: Iterator[Picture], count: int) -> Iterator[Picture]:
    """``frames``, and then the last one ``count`` times more."""
    for frame in frames:
        yield frame
    yield from itertools.repeat(frame, count)


def _tiles(
    recording: "Recording", label: str, stride: int, scale: tuple[float, float] | None
) -> Iterator[Picture]:
    """The tile at each moment, without end; with a ``scale`` Q-values below it."""
    last = len(recording.actions)
    for t, picture in drawn(recording.pictures(stride)):
        scaled = _scaled(picture)
        over = t == last
        if over:
            scaled = (127 + scaled // 2).astype(np.uint8)
        how = "ended" if recording.terminated else "time limit"
        words = f"{how}: return {number(recording.total)}" if over else f"step {t:,}"
        parts = [_head(label, words), scaled]
        if scale:
            parts.append(numbers(recording, t, TILE_WIDTH, scale))
        tile = np.concatenate(parts)
        yield tile
    yield from itertools.repeat(tile)


def _scaled(picture: Picture) -> Picture:
    """The picture as wide as a tile."""
    image = Image.fromarray(picture)
    if image.width % TILE_WIDTH == 0:
        return np.asarray(image.reduce(image.width // TILE_WIDTH))  # several times as fast
    height = max(1, round(image.height * TILE_WIDTH / image.width))
    return np.asarray(image.resize((TILE_WIDTH, height), Image.Resampling.BOX))


def _head(label: str, words: str) -> Picture:
    image = Image.new("RGB", (TILE_WIDTH, _HEAD), _PAPER)
    draw = ImageDraw.Draw(image)
    font = font_of_size(14)
    draw.text((8, 5), drawable(label), _INK, font=font)
    draw.text((TILE_WIDTH - 8, 5), drawable(words), _FAINT, font=font, anchor="ra")
    return np.asarray(image)
