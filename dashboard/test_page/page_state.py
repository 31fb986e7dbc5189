"""What the Test page of one browser session shows, and what it was asked to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dashboard.session.agents import Chosen
from dashboard.test_page.choosing import Picks
from dashboard.test_page.conditions import Numbers, Settings
from dashboard.test_page.game import Game
from dashboard.test_page.match import Match
from dashboard.test_page.results import Results
from dashboard.test_page.showing import Showing
from dashboard.web.keys import TEST_PAGE, kept
from dqn_core import LabError
from dqn_core.episodes.conditions import Conditions


@dataclass(frozen=True)
class FilmFile:
    """An encoded film. It is offered only as long as what it shows is on the page."""

    wanted: tuple[object, ...]
    name: str
    content: bytes


@dataclass
class PageState:
    """Kept from one run of the page to the next.

    A run may be cut short at any moment, when a control is used meanwhile: what was ``asked`` for
    with a button stays until a run has done it. ``problem`` is why the last episode could not be
    filmed, ``duel`` what the browser needs to play one, and what it was made for.
    """

    picks: Picks = field(default_factory=Picks)
    numbers: Numbers = field(default_factory=Numbers)
    asked: str = ""
    showings: list[Showing] = field(default_factory=list)
    problem: str = ""
    results: list[Results] = field(default_factory=list)
    duel: tuple[object, Match] | None = None
    game: Game | None = None
    film_file: FilmFile | None = None
    _shown_for: object = None

    def show(self, agents: Sequence[Chosen], seed: int, conditions: Conditions) -> None:
        """Film the episode from ``seed`` for each agent; the player shows it as it is made."""
        self.problem = ""
        try:
            showings = [Showing(chosen, seed, conditions) for chosen in agents]
        except LabError as error:
            self.problem = error.phrase
            return
        before, self.showings = self.showings, showings
        for showing in before:
            showing.stop()

    def show_what_was_chosen(self, agents: Sequence[Chosen], settings: Settings) -> None:
        """A new episode whenever the controls ask for another one than before."""
        seed, conditions = settings.first_seed, settings.conditions
        wanted = ([chosen.identity for chosen in agents], seed, conditions)
        if self._shown_for != wanted:
            self.show(agents, seed, conditions)
            self._shown_for = wanted  # last: if this run is cut short, the next one shows it

    def show_another_start(self, agents: Sequence[Chosen], settings: Settings) -> None:
        """The episode from the seed after the one that is shown."""
        seed = self.showings[0].seed + 1 if self.showings else settings.first_seed
        self.show(agents, seed, settings.conditions)


def page_state() -> PageState:
    """The browser session's own."""
    return kept(TEST_PAGE, PageState)
