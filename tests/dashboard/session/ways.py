"""A session's way through its runs, as a person goes it with the buttons of the page."""

from dashboard.session.going_on import fork_from, go_on_with
from dashboard.session.run import Status
from dashboard.session.session import Session
from dashboard.session.snapshots import snapshots_on_the_way
from dashboard.train_page.past import Entry, changes_of
from dashboard.web.slots import Slots


def changes(session: Session) -> list[Entry]:
    """The list of changes of the present run."""
    return changes_of(session.run, snapshots_on_the_way(session.run))


def undo(session: Session, index: int) -> None:
    """Undo change ``index`` and all after it."""
    change = changes(session)[index]
    assert change.before
    fork_from(session, change.before, f"before {change.label}")


def go_back(session: Session) -> None:
    """Continue the run that the present one was forked from."""
    assert session.run.keeping.parent
    go_on_with(session, session.run.keeping.parent)


def train(session: Session, steps: int) -> None:
    """So many environment steps, one by one, unless something stops the run before."""
    run = session.run
    for _ in range(steps):
        run.step()
        while run.is_active:
            run.advance(Slots(1))
        if run.status is not Status.PAUSED:
            break
    run.rest()
