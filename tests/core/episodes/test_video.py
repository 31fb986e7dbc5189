"""Videos are decoded again: what was written is what was seen, at the rate it happened."""

import builtins
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageSequence

from dqn_core import DQNConfig, Trainer, record
from dqn_core.base.errors import LabError, MissingPackageError
from dqn_core.episodes.pictures import with_shared_palette
from dqn_core.episodes.video import encode_gif, encode_mp4, numbers, q_range, write_video

# The decoder used here leaves its pipes to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def moving_square(count: int, height: int = 60, width: int = 80) -> list[np.ndarray]:
    """A blue square on white that moves by a pixel a frame."""
    frames = []
    for t in range(count):
        frame = np.full((height, width, 3), 255, np.uint8)
        frame[20:40, t % 60 : t % 60 + 20] = (0, 119, 187)
        frames.append(frame)
    return frames


def recording(frames: list[Any], rate: float = 25.0) -> Any:
    steps = 10
    return SimpleNamespace(
        pictures=lambda: enumerate(frames),
        has_pictures=bool(frames),
        spec=SimpleNamespace(frames_per_second=rate, action_labels=("left", "right")),
        actions=np.arange(steps) % 2,
        rewards=np.ones(steps),
        q_values=np.linspace(-3, 5, 2 * (steps + 1), dtype=np.float32).reshape(-1, 2),
    )


def decoded_mp4(path: Path) -> tuple[dict[str, Any], list[np.ndarray]]:
    ffmpeg = pytest.importorskip("imageio_ffmpeg")
    reader = ffmpeg.read_frames(str(path))
    meta = next(reader)
    width, height = meta["size"]
    return meta, [np.frombuffer(frame, np.uint8).reshape(height, width, 3) for frame in reader]


def test_mp4_has_every_frame_at_the_rate(tmp_path: Path) -> None:
    path = tmp_path / "episode.mp4"
    frames = moving_square(50)
    pytest.importorskip("imageio_ffmpeg")
    encode_mp4(frames, 25, path)
    meta, decoded = decoded_mp4(path)
    assert len(decoded) == 50
    assert meta["size"] == (80, 60)
    assert meta["fps"] == 25
    assert meta["codec"] == "h264"
    assert "yuv420p" in meta["pix_fmt"]
    for frame, again in zip(frames[::10], decoded[::10], strict=True):
        assert np.abs(frame.astype(int) - again).mean() < 4
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # a browser can start at once


def test_mp4_makes_odd_sizes_even(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    encode_mp4(moving_square(5, height=61, width=81), 30, tmp_path / "odd.mp4")
    meta, decoded = decoded_mp4(tmp_path / "odd.mp4")
    assert meta["size"] == (82, 62)
    assert len(decoded) == 5


def test_an_encoder_that_gives_up_is_not_silent(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    with pytest.raises(LabError, match=r"could not be written: .*No such file"):
        encode_mp4(moving_square(50), 25, tmp_path / "nowhere" / "episode.mp4")


def test_without_the_encoder_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_module = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name == "imageio_ffmpeg":
            raise ImportError(name)
        return import_module(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingPackageError, match="pip install imageio-ffmpeg"):
        encode_mp4(moving_square(2), 25, tmp_path / "episode.mp4")


@pytest.mark.parametrize(("rate", "kept"), [(4, 40), (25, 40), (30, 40), (50, 40), (100, 20)])
def test_gif_keeps_real_time(tmp_path: Path, rate: float, kept: int) -> None:
    path = tmp_path / "episode.gif"
    encode_gif(moving_square(40), rate, path)
    with Image.open(path) as gif:
        delays = [frame.info["duration"] for frame in ImageSequence.Iterator(gif)]
        assert gif.size == (80, 60)
        assert gif.info["loop"] == 0
    assert len(delays) == kept
    assert min(delays) >= 20
    assert sum(delays) == pytest.approx(1000 * 40 / rate, abs=20)


def test_palette_keeps_the_colours_of_a_drawing() -> None:
    frames = moving_square(3)
    for frame, image in zip(frames, with_shared_palette(frames), strict=True):
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), frame)


def test_palette_of_many_colours_is_near_and_keeps_the_background() -> None:
    frames = moving_square(2)
    for frame in frames:
        frame[:16, :, :] = np.linspace(0, 255, 80, dtype=np.uint8)[:, None]
    images = with_shared_palette(frames)
    for frame, image in zip(frames, images, strict=True):
        again = np.asarray(image.convert("RGB")).astype(int)
        assert np.abs(again - frame).max() <= 16
        assert (again[50] == 255).all()
    assert len(images[0].getpalette() or ()) <= 3 * 32


def test_suffix_chooses_and_others_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    episode = recording(moving_square(11))
    write_video(episode, tmp_path / "episode.MP4")
    write_video(episode, tmp_path / "episode.gif")
    assert len(decoded_mp4(tmp_path / "episode.MP4")[1]) == 11
    with pytest.raises(LabError, match=r"\.mp4 or \.gif, not as “episode\.avi”"):
        write_video(episode, tmp_path / "episode.avi")
    with pytest.raises(LabError, match="no pictures"):
        write_video(recording([]), tmp_path / "episode.gif")


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_a_film_takes_the_place_of_another_whole_or_not_at_all(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("imageio_ffmpeg")
    target, link = tmp_path / f"monday{suffix}", tmp_path / f"latest{suffix}"
    target.write_bytes(b"before")
    link.symlink_to(target)
    episode = recording(moving_square(11))
    odd = recording([*moving_square(3), moving_square(1, width=40)[0]])
    with pytest.raises(LabError):
        write_video(odd, link)

    def give_up(_share: float) -> None:  # as where the page's script is to answer somebody
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_video(episode, link, progress=give_up)
    assert target.read_bytes() == b"before"
    shares: list[float] = []
    write_video(episode, link, progress=shares.append)
    assert shares == [made / 11 for made in range(1, 12)]
    assert link.is_symlink()
    assert len(target.read_bytes()) > 100
    assert sorted(tmp_path.iterdir()) == sorted([target, link])
    (tmp_path / f"null{suffix}").symlink_to("/dev/null")
    with pytest.raises(LabError, match="not a regular file"):
        write_video(episode, tmp_path / f"null{suffix}")


def test_the_numbers_of_actions_that_are_not_allowed_are_not_drawn(tmp_path: Path) -> None:
    agent = Trainer(DQNConfig(env_id="Taxi-v4", action_masks=True, max_episode_steps=3)).agent()
    episode = record(agent)
    assert np.isnan(episode.q_values).any()
    assert np.isfinite(q_range([episode])).all()
    write_video(episode, tmp_path / "masked.gif", overlay=True)


def test_overlay_adds_the_numbers_below_the_picture(tmp_path: Path) -> None:
    episode = recording(moving_square(11, width=300))
    write_video(episode, tmp_path / "plain.gif")
    write_video(episode, tmp_path / "overlay.gif", overlay=True)
    with Image.open(tmp_path / "plain.gif") as plain, Image.open(tmp_path / "overlay.gif") as more:
        assert more.width == plain.width
        assert more.height > plain.height
        for t in (0, 10):
            plain.seek(t)
            more.seek(t)
            above = np.asarray(more.convert("RGB"))[: plain.height].astype(int)
            assert np.abs(above - np.asarray(plain.convert("RGB"))).mean() < 2
            assert np.asarray(more.convert("L"))[plain.height :].min() < 100


def test_films_shown_together_have_one_scale_for_their_q_values() -> None:
    episodes = [recording([]), recording([])]
    episodes[0].q_values = np.full((11, 2), 20.0, np.float32)
    episodes[1].q_values = np.full((11, 2), 5.0, np.float32)
    scale = q_range(episodes)
    assert scale == (0, 20)
    lengths = []
    for episode in episodes:
        picture = numbers(episode, 0, 400, scale)  # the first action is taken: its bar is #0077bb
        bar = (picture == (0x00, 0x77, 0xBB)).all(-1)
        lengths.append(bar.sum(1).max())
    assert lengths[1] == pytest.approx(lengths[0] / 4, abs=1)


def test_text_is_drawn_with_its_highlight(tmp_path: Path) -> None:
    texts = [f"SFFF\nFH\x1b[41m{t % 10}\x1b[0mH\n" for t in range(11)]
    write_video(recording(texts), tmp_path / "lake.gif")
    with Image.open(tmp_path / "lake.gif") as gif:
        assert gif.n_frames == 11  # type: ignore[attr-defined]
        red, green, blue = np.moveaxis(np.asarray(gif.convert("RGB")).astype(int), -1, 0)
        assert ((red > 180) & (green < 80) & (blue < 80)).any()


def test_the_numbers_below_a_picture_are_those_of_its_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[str] = []
    text = ImageDraw.ImageDraw.text

    def remembered(self: Any, at: Any, words: str, *rest: Any, **more: Any) -> None:
        drawn.append(words)
        text(self, at, words, *rest, **more)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", remembered)
    agent = Trainer(DQNConfig(env_id="Acrobot-v1", hidden_dims="4, 4", max_episode_steps=9)).agent()
    episode = record(agent, 3)
    numbers(episode, 7, 400, (-1.0, 1.0))
    assert drawn[-1].startswith("step 7    return -7"), "with a minus that the font has"
    assert "torque -1" in drawn
    q_values = agent.q_values(episode.observations[7:8])[0]
    assert {f"{q:.2f}" for q in q_values} <= set(drawn)
