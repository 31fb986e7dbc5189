"""What the Compare page of one browser session shows, and what was deleted on it."""

from dataclasses import dataclass, field, replace
from threading import Thread
from typing import Any

from dashboard.compare_page.rows import Rows
from dashboard.compare_page.sweep_progress import SweepProgress
from dashboard.session.address import parameters
from dashboard.session.looks import Look, read
from dashboard.web.keys import COMPARE_PAGE, kept


@dataclass
class PageState:
    """Kept from one run of the page to the next.

    ``deleted`` are the runs that Undo brings back, ``deleted_sweep`` is the sweep; ``problem`` is
    why the last click changed nothing. ``progress`` is that of the sweep that is looked at;
    ``begun`` is the sweep that was begun last, with the thread that waits for its process.
    """

    look: Look
    rows: Rows = field(default_factory=Rows)
    deleted: tuple[str, ...] = ()
    deleted_sweep: str = ""
    progress: SweepProgress | None = None
    begun: tuple[str, Thread] | None = None
    problem: str = ""

    def has_process(self, sweep: str) -> bool:
        """Whether the process that was begun here for that sweep has not ended."""
        return self.begun is not None and self.begun[0] == sweep and self.begun[1].is_alive()

    def look_at(self, **values: Any) -> None:
        """Set what is compared, or listed, or how it is judged."""
        self.look = replace(self.look, **values)


def page_state() -> PageState:
    """The browser session's own; it begins with what the address says."""
    return kept(COMPARE_PAGE, lambda: PageState(read(parameters())))
