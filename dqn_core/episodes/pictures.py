"""Pictures made small: few colours that they share, and PNG."""

import io
import math
import zlib
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dqn_core.environments.border import Picture

Frame: TypeAlias = Picture | str

_SAMPLED = 8  # so many pictures at most are looked at to choose a palette
_RGB = np.array([1 << 16, 1 << 8, 1], np.int32)
_CELL = 0xFCFCFC


def with_shared_palette(pictures: Sequence[Picture], colours: int = 32) -> list[Image.Image]:
    """Pictures that resemble each other, (H, W, 3) uint8 each, in at most `colours` colours.

    The few colours of a drawn environment come out exactly, those of smoothed edges nearly.

    Returns: images of mode "P" with equal palettes.
    """
    sample = np.concatenate([p[::2, ::2] for p in pictures[:: math.ceil(len(pictures) / _SAMPLED)]])
    packed, counts = np.unique(sample.reshape(-1, 3) @ _RGB, return_counts=True)
    # Pillow looks a pixel's nearest colour up by the 4×4×4 cell of colours in which it lies, and
    # measures from the cell's dark corner: against a palette of exact colours it would turn white
    # into a light grey. So pixels are matched against the corners of the chosen colours' cells.
    packed = packed[np.argsort(-counts, kind="stable")]
    _, first_of_cell = np.unique(packed & _CELL, return_index=True)
    chosen = packed[np.sort(first_of_cell)]
    if len(chosen) > colours:
        # The most frequent ones as they are, and those that best cover the rest, rare ones too.
        frequent, rest = np.split(chosen, [colours // 4])
        size = colours - len(frequent)
        covering = Image.fromarray(_unpacked(rest)[None]).quantize(size, Image.Quantize.MAXCOVERAGE)
        palette = np.array(covering.getpalette(), np.int32)[: 3 * size]
        chosen = np.concatenate([frequent, palette.reshape(-1, 3) @ _RGB])
    corners = Image.new("P", (1, 1))
    corners.putpalette(_unpacked(chosen & _CELL).tobytes())
    images = []
    for picture in pictures:
        image = Image.fromarray(picture).quantize(palette=corners, dither=Image.Dither.NONE)
        image.putpalette(_unpacked(chosen).tobytes())
        images.append(image)
    return images


def _unpacked(colours: NDArray[np.integer]) -> Picture:
    """Colours 0xRRGGBB, (n,), as (n, 3) uint8."""
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=-1).astype(np.uint8)


def encode(frames: Sequence[Frame | None]) -> list[bytes]:
    """Compress frames: texts to UTF-8, pictures to PNG with one palette, None to nothing."""
    pictures = [frame for frame in frames if frame is not None and not isinstance(frame, str)]
    images = iter(with_shared_palette(pictures) if pictures else [])
    encoded = []
    for frame in frames:
        if frame is None:
            encoded.append(b"")
        elif isinstance(frame, str):
            encoded.append(frame.encode(errors="replace"))
        else:
            file = io.BytesIO()
            # Run lengths alone: half the size of zlib's fastest ordinary level, in the same time.
            next(images).save(file, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
            encoded.append(file.getvalue())
    return encoded
