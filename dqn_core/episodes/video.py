"""Episodes as video files (MP4, GIF)."""

import contextlib
import functools
import itertools
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dqn_core.base.errors import LabError, needs_package
from dqn_core.base.numbers import MINUS, number
from dqn_core.base.whole_files import whole_file
from dqn_core.environments.border import Picture
from dqn_core.episodes.pictures import with_shared_palette

if TYPE_CHECKING:
    from dqn_core.episodes.recording import Recording

Progress: TypeAlias = Callable[[float], object]
"""Is told the share of a film's pictures that are drawn; what it raises ends the film."""

_Line: TypeAlias = list[tuple[str, str | None]]  # characters, each with its background

_GIF_BATCH = 64  # pictures that share a palette and are in memory in full colour at a time
_GIF_BATCH_BYTES = 2**28  # or fewer, where they are large
_SHORTEST_GIF_DELAY = 2  # hundredths of a second; browsers slow down what is shorter

_WHITE, _INK, _FAINT, _BAR, _TAKEN_BAR = "#ffffff", "#222222", "#c8ccd0", "#8cc0dd", "#0077bb"
_ROW = 22  # pixels
_ANSI_COLOURS = ("#222222", "#cc3311", "#009988", "#ee9922", "#0077bb", "#ee3377", "#33bbee")
_TEXT_SCALE = 3
_WIDE_TEXT = 2_000  # pixels, from which on it is large enough as it is


def write_video(
    recording: "Recording",
    path: Path,
    *,
    overlay: bool = False,
    progress: Progress = lambda share: None,
) -> None:
    """Write an episode in real time as MP4 or GIF, whichever `path` ends in.

    Args:
        overlay: below each picture show the Q-values, the action taken and the return so far.

    Raises:
        LabError: another ending, or a recording without pictures.
        MissingPackageError: MP4 without the package that encodes it.
    """
    encode = encoder_for(path)
    if not recording.has_pictures:
        raise LabError("This environment has no pictures: there is nothing to film.")
    frames = reported(_pictures(recording, overlay), len(recording.actions) + 1, progress)
    with whole_file(path) as part:
        encode(frames, recording.spec.frames_per_second, part)


def reported(frames: Iterable[Picture], count: int, progress: Progress) -> Iterator[Picture]:
    """``frames``, of which there are ``count``; ``progress`` is told of each."""
    for made, frame in enumerate(frames, start=1):
        progress(made / count)
        yield frame


def encoder_for(path: Path) -> Callable[[Iterable[Picture], float, Path], None]:
    """`encode_mp4` or `encode_gif`, by the ending of `path`; `LabError` for any other.

    Raises `MissingPackageError` where the encoder lacks its package.
    """
    match path.suffix.lower():
        case ".mp4":
            _loaded_ffmpeg()
            return encode_mp4
        case ".gif":
            return encode_gif
    raise LabError("Episodes are saved as .mp4 or .gif, not as “{name}”.", name=path.name)


def _loaded_ffmpeg() -> Any:
    with needs_package(
        "Saving an episode as MP4 needs the package imageio-ffmpeg: install it with "
        "“pip install imageio-ffmpeg”, or save as GIF."
    ):
        import imageio_ffmpeg
    return imageio_ffmpeg


def encode_mp4(frames: Iterable[Picture], frames_per_second: float, path: Path) -> None:
    """Write pictures (H, W, 3) uint8 as H.264 in the pixel format that every player shows.

    That format needs even sizes: an odd one gains a row or column, a copy of the last.

    Raises:
        MissingPackageError: imageio-ffmpeg is not installed.
        LabError: the pictures are not of one size, or the encoder gave up, whose last words are
            in the message.
    """
    imageio_ffmpeg = _loaded_ffmpeg()
    pictures = (_even(frame) for frame in of_one_size(frames))
    first = next(pictures)
    raw = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-video_size",
        f"{first.shape[1]}x{first.shape[0]}",
    ]
    raw += ["-framerate", str(frames_per_second), "-i", "-"]
    # The index at the front, so that a browser plays before it has everything.
    mp4 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "20", "-movflags", "+faststart"]
    mp4 += ["-f", "mp4", str(path)]
    encoder = subprocess.Popen(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *raw, *mp4],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with encoder:
        assert encoder.stdin is not None
        # An encoder that gives up says why on its way out.
        with contextlib.suppress(BrokenPipeError):
            for picture in itertools.chain([first], pictures):
                encoder.stdin.write(picture.tobytes())
        _, complaint = encoder.communicate()
    if encoder.returncode:
        reason = complaint.decode(errors="replace").strip().rpartition("\n")[-1]
        raise LabError("The video could not be written: {reason}.", reason=reason.rstrip("."))


def _even(frame: Picture) -> Picture:
    height, width, _ = frame.shape
    padded = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(padded)


def encode_gif(frames: Iterable[Picture], frames_per_second: float, path: Path) -> None:
    """Write pictures (H, W, 3) uint8 as a GIF that repeats.

    A GIF counts in hundredths of a second and browsers slow down delays below two: frames that
    come faster are dropped and delays vary, so that the whole keeps real time.

    Raises:
        LabError: the pictures are not of one size.
    """
    images: list[Image.Image] = []
    waiting: list[Picture] = []
    starts: list[int] = []
    count = 0
    for frame in of_one_size(frames):
        start = round(100 * count / frames_per_second)
        if not starts or start - starts[-1] >= _SHORTEST_GIF_DELAY:
            waiting.append(frame)
            starts.append(start)
        if len(waiting) == _GIF_BATCH or len(waiting) * frame.nbytes >= _GIF_BATCH_BYTES:
            images += with_shared_palette(waiting, colours=64)
            waiting = []
        count += 1
    end = max(round(100 * count / frames_per_second), starts[-1] + _SHORTEST_GIF_DELAY)
    delays = np.diff([*starts, end])
    images += with_shared_palette(waiting, colours=64) if waiting else []
    first, *rest = images
    first.save(
        path,
        "GIF",
        save_all=True,
        append_images=rest,
        duration=[10 * int(delay) for delay in delays],  # Pillow counts in milliseconds
        loop=0,
        optimize=False,
    )


def of_one_size(frames: Iterable[Picture]) -> Iterator[Picture]:
    """``frames``; raises `LabError` at one of another size than the first."""
    size = None
    for frame in frames:
        size = size or frame.shape
        if frame.shape != size:
            raise LabError(
                "The pictures of a film have one size: these have {first} and {other} pixels.",
                first=_sides(size),
                other=_sides(frame.shape),
            )
        yield frame


def _sides(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} × {shape[0]}"


def _pictures(recording: "Recording", overlay: bool) -> Iterator[Picture]:
    for t, picture in drawn(recording.pictures()):
        if overlay:
            below = numbers(recording, t, picture.shape[1], q_range([recording]))
            yield np.concatenate([picture, below])
        else:
            yield picture


def drawn(moments: Iterable[tuple[int, Picture | str]]) -> Iterator[tuple[int, Picture]]:
    """Moments of an episode as pictures: texts are drawn, all as large as the largest of them."""
    texts: list[tuple[int, list[_Line]]] = []
    for t, frame in moments:
        if isinstance(frame, str):
            texts.append((t, [list(_styled(line)) for line in frame.splitlines()]))
        else:
            yield t, frame
    rows = max((len(lines) for _, lines in texts), default=0)
    columns = max((len(line) for _, lines in texts for line in lines), default=1)
    for t, lines in texts:
        yield t, _drawn_text(lines, rows, columns)


def _drawn_text(lines: Sequence[_Line], rows: int, columns: int) -> Picture:
    """Lines of text, drawn with Pillow's fixed-width bitmap font."""
    font = ImageFont.load_default_imagefont()
    left, _, right, height = (int(edge) for edge in font.getbbox("M"))
    width = right - left
    image = Image.new("RGB", ((columns + 4) * width, (rows + 2) * height), _WHITE)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines, start=1):
        for column, (character, ground) in enumerate(line, start=2):
            corner = (column * width, row * height)
            if ground:
                opposite = (corner[0] + width - 1, corner[1] + height - 1)
                draw.rectangle([corner, opposite], fill=ground)
            draw.text(corner, character, _WHITE if ground else _INK, font=font)
    scale = _TEXT_SCALE if max(image.size) < _WIDE_TEXT else 1
    size = (image.width * scale, image.height * scale)
    return np.asarray(image.resize(size, Image.Resampling.NEAREST))


def _styled(line: str) -> Iterator[tuple[str, str | None]]:
    """The characters of a line, each with the background that ANSI codes give it."""
    ground = None
    for piece in re.split(r"(\x1b\[[0-9;]*[A-Za-z])", line):
        if not piece.startswith("\x1b"):
            # The bitmap font has the characters of Latin-1.
            latin = piece.encode("latin-1", "replace").decode("latin-1")
            yield from ((character, ground) for character in latin)
        elif piece.endswith("m"):
            for code in (int(part or 0) for part in piece[2:-1].split(";")):
                if code == 0:
                    ground = None
                elif 40 <= code <= 46:
                    ground = _ANSI_COLOURS[code - 40]


def drawable(text: str) -> str:
    """Pillow's own font has no minus but the hyphen."""
    return text.replace(MINUS, "-")


@functools.cache
def font_of_size(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font; reading it takes longer than drawing with it."""
    return ImageFont.load_default(size=size)


def q_range(recordings: Sequence["Recording"]) -> tuple[float, float]:
    """Smallest and largest Q-value of episodes that are shown together, 0 among them."""
    return (
        min(0.0, *(float(np.nanmin(recording.q_values)) for recording in recordings)),
        max(0.0, *(float(np.nanmax(recording.q_values)) for recording in recordings)),
    )


def numbers(recording: "Recording", t: int, width: int, scale: tuple[float, float]) -> Picture:
    """What the agent predicted and did at moment t, as a picture to put below that of t.

    ``scale`` is the Q-values that bars of no length and of full length stand for.
    """
    q_values = recording.q_values[t]
    action = int(recording.actions[t]) if t < len(recording.actions) else None
    low, high = scale
    image = Image.new("RGB", (width, _ROW * (len(q_values) + 1) + 10), _WHITE)
    draw = ImageDraw.Draw(image)
    font = font_of_size(13)
    begin, end = round(0.3 * width), round(0.82 * width)

    def place(q: float) -> float:
        return begin + (q - low) / (high - low or 1.0) * (end - begin)

    for row, (label, q) in enumerate(zip(recording.spec.action_labels, q_values, strict=True)):
        top = 6 + row * _ROW
        if row == action:
            draw.polygon([(8, top + 3), (8, top + 13), (15, top + 8)], fill=_INK)
        draw.text((22, top), drawable(label), _INK, font=font)
        if np.isnan(q):
            draw.text((width - 10, top), "not allowed", _INK, font=font, anchor="ra")
            continue
        bar = sorted((place(0.0), place(float(q))))
        colour = _TAKEN_BAR if row == action else _BAR
        draw.rectangle([bar[0], top + 1, bar[1], top + 15], fill=colour)
        draw.text((width - 10, top), f"{q:.2f}", _INK, font=font, anchor="ra")
    bottom = 6 + len(q_values) * _ROW
    draw.line([place(0.0), 4, place(0.0), bottom - 3], fill=_FAINT)
    words = drawable(f"step {t:,}    return {number(recording.rewards[:t].sum())}")
    if action is not None and q_values[action] < np.nanmax(q_values):
        words += "    action not greedy"
    draw.text((22, bottom), words, _INK, font=font)
    return np.asarray(image)
