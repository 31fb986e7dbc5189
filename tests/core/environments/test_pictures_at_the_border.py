"""Pictures of environments that somebody else wrote: in form, or said, and never a garbled film."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence

from dqn_core import Agent, Conditions, LabError, Push, Trainer, record
from dqn_core.base.errors import EnvironmentFailure
from dqn_core.environments import make_environment
from dqn_core.episodes.montage import write_montage
from dqn_core.episodes.video import encode_gif, encode_mp4, write_video
from tests.core.foreign import Foreign, fails_at, registered
from tests.core.small_runs import SMALL

NOT_DRAWN = r"Foreign-v0 (gave .*picture|failed to draw itself)"


def picture(step: int) -> np.ndarray:
    """Ten by eight pixels, another shade at each step."""
    return np.full((8, 10, 3), 20 * step, np.uint8)


def agent_for(env_id: str) -> Agent:
    return Trainer(SMALL.replace(env_id=env_id)).agent()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (np.full((2, 3, 4), 7, np.uint8), 7),
        (np.full((2, 3), 7, np.uint8), 7),
        (np.full((2, 3, 1), 7, np.uint8), 7),
        (np.full((2, 3, 3), 7, np.int64), 7),
        ([[[7, 7, 7]] * 3] * 2, 7),
        (np.full((3, 2, 3), 7, np.uint8).transpose(1, 0, 2), 7),
    ],
    ids=["transparent", "grey", "one channel", "whole numbers", "lists", "transposed"],
)
def test_what_is_a_picture_is_brought_into_form(given: Any, shown: int) -> None:
    with registered("Foreign-v0", lambda **_: Foreign(picture=lambda _: given)):
        environment = make_environment("Foreign-v0", render_mode="rgb_array")
        environment.reset()
        frame = environment.render()
    assert isinstance(frame, np.ndarray)
    assert (frame.shape, frame.dtype) == ((2, 3, 3), np.uint8)
    assert (frame == shown).all()
    assert frame.flags.c_contiguous


def test_of_a_huge_picture_so_much_is_kept_as_a_screen_shows() -> None:
    huge = np.arange(5_000, dtype=np.uint16).astype(np.uint8)[None, :].repeat(3_000, 0)
    with registered("Foreign-v0", lambda **_: Foreign(picture=lambda _: huge)):
        environment = make_environment("Foreign-v0", render_mode="rgb_array")
        environment.reset()
        frame = environment.render()
    assert isinstance(frame, np.ndarray)
    assert frame.shape == (1_000, 1_667, 3)
    assert (frame[0, :, 0] == huge[0, ::3]).all()


@pytest.mark.parametrize(
    "given",
    [
        None,
        "a text",
        3,
        [],
        [picture(0), picture(1)],
        np.zeros((2, 3, 3)),
        np.zeros((2, 3, 2), np.uint8),
        np.zeros((0, 3, 3), np.uint8),
        np.zeros((4, 2, 3, 3), np.uint8),
        np.full((2, 3, 3), 256),
        np.full((2, 3, 3), -1),
        [[1], [2, 3]],
    ],
    ids=lambda given: f"{given!r:.30}",
)
def test_what_is_no_picture_is_said_to_be_none(given: Any) -> None:
    with registered("Foreign-v0", lambda **_: Foreign(picture=lambda _: given)):
        environment = make_environment("Foreign-v0", render_mode="rgb_array")
        environment.reset()
        environment.step(0)
        with pytest.raises(EnvironmentFailure) as failed:
            environment.render()
    assert str(failed.value).startswith("Foreign-v0 ")
    assert "at step 1 of an episode: " in str(failed.value)
    assert str(failed.value).endswith(".")
    assert "\n" not in str(failed.value)


def test_a_picture_stays_what_it_was_when_the_environment_draws_into_it_again() -> None:
    canvas = np.zeros((2, 3, 3), np.uint8)

    def draw(step: int) -> np.ndarray:
        canvas[:] = step
        return canvas

    with registered("Foreign-v0", lambda **_: Foreign(picture=draw)):
        environment = make_environment("Foreign-v0", render_mode="rgb_array")
        environment.reset()
        first = environment.render()
        environment.step(0)
        second = environment.render()
    assert np.max(first) == 0
    assert np.max(second) == 1


@pytest.mark.parametrize(
    "draw",
    [
        lambda step: picture(step)[: 8 - step],
        lambda step: picture(step) if step < 5 else None,
        lambda step: picture(step) if step < 5 else fails_at(5)(None, 5),
        lambda _: np.zeros((2, 3, 3)),
    ],
    ids=["another size", "None", "raises", "floats"],
)
@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_a_film_that_cannot_be_drawn_to_its_end_is_refused_and_leaves_no_file(
    tmp_path: Path, draw: Any, suffix: str
) -> None:
    if suffix == ".mp4":
        pytest.importorskip("imageio_ffmpeg")
    with registered("Foreign-v0", lambda **_: Foreign(picture=draw)):
        recording = record(agent_for("Foreign-v0"))
        assert len(recording.actions) == 10, "its numbers are there all the same"
        path = tmp_path / f"film{suffix}"
        with pytest.raises(EnvironmentFailure, match=NOT_DRAWN):
            write_video(recording, path)
        with pytest.raises(EnvironmentFailure, match=NOT_DRAWN):
            write_montage([recording] * 2, ["one", "two"], path)
    assert list(tmp_path.iterdir()) == []


def test_a_watcher_sees_no_picture_from_the_first_on_that_cannot_be_drawn() -> None:
    seen: list[bool] = []
    with registered(
        "Foreign-v0", lambda **_: Foreign(picture=lambda t: picture(t) if t != 4 else None)
    ):
        recording = record(
            agent_for("Foreign-v0"),
            watcher=lambda frame, *_, **__: seen.append(frame is not None),
        )
    assert seen == [True] * 4 + [False] * 7
    assert recording.unseen.startswith("Foreign-v0 gave None at step 4")
    assert recording.total == 10


class Text(Foreign):
    """Is drawn as text, which grows and shrinks."""

    metadata = {"render_modes": ["ansi"]}  # noqa: RUF012


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_texts_of_changing_size_make_a_film_of_one_size(tmp_path: Path, suffix: str) -> None:
    def text(step: int) -> str:
        return "\n".join(["x" * (1 + step % 4)] * (1 + step % 3))

    with registered("Foreign-v0", lambda **_: Text(picture=text)):
        recording = record(agent_for("Foreign-v0"))
        path = tmp_path / f"film{suffix}"
        if suffix == ".mp4":
            ffmpeg = pytest.importorskip("imageio_ffmpeg")
            write_video(recording, path)
            assert ffmpeg.count_frames_and_secs(str(path))[0] == 11
        else:
            write_video(recording, path)
            with Image.open(path) as gif:
                assert len({frame.size for frame in ImageSequence.Iterator(gif)}) == 1
        write_montage([recording, recording], ["one", "two"], path, overlay=True)
    assert path.stat().st_size


def test_an_episode_that_cannot_be_played_again_is_not_filmed_as_another_one(
    tmp_path: Path,
) -> None:
    chance = np.random.default_rng()
    with registered(
        "Foreign-v0",
        lambda **_: Foreign(outcome=lambda usual, _: (chance.random(2, np.float32), *usual[1:])),
    ):
        recording = record(agent_for("Foreign-v0"))
        with pytest.raises(EnvironmentFailure, match=r"by step 1: .* self\.np_random"):
            write_video(recording, tmp_path / "film.gif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["x\n" * 201, "x" * 1_001])
def test_a_text_that_would_take_minutes_to_draw_is_refused(text: str) -> None:
    with registered("Foreign-v0", lambda **_: Text(picture=lambda _: text)):
        environment = make_environment("Foreign-v0", render_mode="ansi")
        environment.reset()
        with pytest.raises(EnvironmentFailure, match=r"at most 200 lines of 1,000 letters\."):
            environment.render()


def test_what_is_no_text_is_said_to_be_none() -> None:
    with registered("Foreign-v0", lambda **_: Text(picture=lambda _: b"bytes")):
        environment = make_environment("Foreign-v0", render_mode="ansi")
        environment.reset()
        with pytest.raises(EnvironmentFailure, match="gave b'bytes' at reset"):
            environment.render()


@pytest.mark.parametrize("encode", [encode_mp4, encode_gif])
def test_an_encoder_takes_pictures_of_one_size(tmp_path: Path, encode: Any) -> None:
    if encode is encode_mp4:
        pytest.importorskip("imageio_ffmpeg")
    frames = [np.zeros((4, 6, 3), np.uint8), np.zeros((6, 4, 3), np.uint8)]
    with pytest.raises(LabError, match=r"one size: these have 6 × 4 and 4 × 6 pixels\."):
        encode(frames, 30, tmp_path / "film")


def test_a_flat_picture_is_a_tile_of_some_height(tmp_path: Path) -> None:
    flat = np.zeros((1, 1_000, 3), np.uint8)
    with registered("Foreign-v0", lambda **_: Foreign(picture=lambda _: flat)):
        recording = record(agent_for("Foreign-v0"))
        write_montage([recording] * 2, ["one", "two"], tmp_path / "film.gif")


def test_a_recording_that_fails_closes_its_environment() -> None:
    closed: list[bool] = []

    class Closes(Foreign):
        def close(self) -> None:
            closed.append(True)

    with registered("Foreign-v0", lambda **_: Closes(start=fails_at(2))):
        agent = agent_for("Foreign-v0")
        closed.clear()
        failing = registered("Failing-v0", lambda **_: Closes(start=fails_at(1)))
        with failing, pytest.raises(EnvironmentFailure):
            record(Agent(agent.config.replace(env_id="Failing-v0"), agent.network))
        assert len(closed) == 2, "the one that is described, and the one that is played"
        with pytest.raises(LabError, match="cannot be pushed"):
            record(agent, conditions=Conditions(push=Push(3, 0, 1.0)))
