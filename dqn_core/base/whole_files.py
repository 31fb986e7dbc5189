"""Files that are written whole or not at all."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dqn_core.base.errors import CheckpointError


@contextmanager
def whole_file(path: Path | str, survives_power_cut: bool = True) -> Iterator[Path]:
    """A new file beside ``path`` to write into, which takes its place when the block ends well.

    Whatever happens meanwhile, ``path`` is the file before or the file after. A symbolic link stays
    and its target is written; a file that was there passes on its permissions. One that need not
    survive a power cut is not waited for until it is on the disk.

    Raises `CheckpointError` where it cannot be written.
    """
    target = checked_target(path)
    # Not ``path`` with an ending: two programs that save at once would write into one file.
    part = target.parent / f".{secrets.token_hex(8)}.part"
    try:
        part.touch(exist_ok=False)
        yield part
        _take_place(part, target, survives_power_cut)
    except OSError as error:
        raise _refusal(path, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def checked_target(path: Path | str) -> Path:
    """The file that writing ``path`` would write: itself, or what a symbolic link leads to.

    Raises `CheckpointError` where that cannot be written.
    """
    try:
        target = Path(os.path.realpath(path))
        reason = _obstacle(target, _status(Path(path)))
    except (OSError, ValueError) as error:
        raise _refusal(path, getattr(error, "strerror", None) or str(error)) from error
    if reason:
        raise _refusal(path, reason)
    return target


def _obstacle(target: Path, before: os.stat_result | None) -> str:
    """Why ``target`` cannot be written, where ``before`` is what is there already."""
    if before is not None and stat.S_ISDIR(before.st_mode):
        return "it is a folder, and a file is needed"
    if before is not None and not stat.S_ISREG(before.st_mode):
        return "it is not a regular file, and would be lost"
    if before is not None and not (before.st_mode & 0o222 and os.access(target, os.W_OK)):
        return "it is read-only"
    if not target.parent.is_dir():
        return "give a file in a folder that exists"
    if not os.access(target.parent, os.W_OK | os.X_OK):
        return "give a file in a folder that can be written"
    return ""


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _take_place(part: Path, target: Path, survives_power_cut: bool) -> None:
    """Put ``part`` in the place of ``target``, so that a power cut leaves one of the two."""
    if survives_power_cut:
        _to_disk(part, os.O_RDWR)
    before = _status(target)
    if before is not None:
        if hasattr(os, "chown"):
            with suppress(OSError):  # only the administrator may give a file away
                os.chown(part, before.st_uid, before.st_gid)
        part.chmod(stat.S_IMODE(before.st_mode))
    part.replace(target)
    if survives_power_cut:
        with suppress(OSError):  # where folders cannot be opened
            _to_disk(target.parent, os.O_RDONLY)


def _to_disk(path: Path, access: int) -> None:
    descriptor = os.open(path, access)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refusal(path: Path | str, reason: str) -> CheckpointError:
    return CheckpointError("{path!r} cannot be written: {reason}.", path=str(path), reason=reason)
