"""How fast a run has been in the last seconds."""

from collections import deque

PACE_SECONDS = 3.0
"""How far it looks back."""


class Pace:
    """The way of the last `PACE_SECONDS`; a page reads while the runner's thread adds."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int, float]] = deque()  # time, steps, training time

    @property
    def steps_per_second(self) -> float:
        """Environment steps a second."""
        return self._rate(1)

    @property
    def training_share(self) -> float:
        """Seconds of training a second."""
        return self._rate(2)

    def add(self, now: float, steps: int, seconds: float) -> None:
        """So many steps and seconds of training are made by now, in seconds of a clock."""
        self._marks.append((now, steps, seconds))
        while len(self._marks) > 2 and self._marks[0][0] < now - PACE_SECONDS:
            self._marks.popleft()

    def clear(self) -> None:
        """Forget what was measured: from now on the pace is another one."""
        self._marks.clear()

    def _rate(self, of: int) -> float:
        marks = list(self._marks)
        if len(marks) < 2 or marks[-1][0] <= marks[0][0]:
            return 0.0
        begin, end = marks[0], marks[-1]
        return (end[of] - begin[of]) / (end[0] - begin[0])
