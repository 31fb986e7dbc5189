"""Files that a command is to write: checked before it begins, and each tried at its end."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import TextIO

from dqn_core.base.errors import ConfigurationError, DivergenceError, EnvironmentFailure, LabError
from dqn_core.cli.exit_codes import FAILED, INTERRUPTED, REFUSED
from dqn_core.cli.streams import tell


def check_distinct(files: Mapping[str, Path | None], out: TextIO) -> None:
    """Refuse files, by the options that name them, of which one would overwrite another.

    ``out`` is standard output, which may be a file, too.
    """
    given = [(option, path) for option, path in files.items() if path]
    pairs = [(a, b, path) for (a, path), (b, other) in combinations(given, 2) if _same(path, other)]
    pairs += [(option, "standard output", path) for option, path in given if _is_file_of(out, path)]
    for option, other_option, path in pairs:
        raise ConfigurationError(
            f"{option} and {other_option} are one file, {path}: one would overwrite the other, "
            "so give two names."
        )


def _same(path: Path, other: Path) -> bool:
    if os.path.realpath(path) == os.path.realpath(other):
        return True
    # Two names of one file where capital letters do not count.
    return path.exists() and other.exists() and path.samefile(other)


def _is_file_of(stream: TextIO, path: Path) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(stream.fileno()))
    except (OSError, ValueError):  # there is no such file, or no file behind the stream
        return False


class Attempts:
    """Things that are done one after the other, each also where one before it has failed.

    ``code`` is the exit code of the first that failed, 0 while none has.
    """

    def __init__(self) -> None:
        self.code = 0

    def failed(self, code: int, sentence: str) -> None:
        """Tell what went wrong."""
        tell(sentence)
        self.code = self.code or code

    @contextmanager
    def attempt(self, cut_short: str = "Interrupted.") -> Iterator[None]:
        """Tell an error in this block that a user can cause, and go on behind it.

        ``cut_short`` is what is told of an interruption.
        """
        try:
            yield
        except KeyboardInterrupt:
            self.failed(INTERRUPTED, cut_short)
        except LabError as error:
            has_failed = isinstance(error, DivergenceError | EnvironmentFailure)
            self.failed(FAILED if has_failed else REFUSED, f"error: {error}")
        except BrokenPipeError:  # the reader has gone (``| head``)
            self.code = self.code or FAILED
        except MemoryError:
            self.failed(REFUSED, "error: There is not enough memory for it.")
