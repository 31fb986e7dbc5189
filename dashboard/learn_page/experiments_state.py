"""What the experiments' section of one browser session remembers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from dashboard.learn_page.arms import Arms
from dashboard.learn_page.drawing import heights_of
from dashboard.session.address import ANSWER, CURVE, EXPERIMENT, numbered
from dqn_core.base.phrases import Phrase
from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.experiments.experiment import SEEDS, Experiment

FIRST = next(iter(EXPERIMENTS))


@dataclass
class ExperimentsState:
    """Which experiment is shown, what was predicted of each, and the arms that were started last.

    ``answers`` are positions among an experiment's answers, ``drawings`` heights at equal
    distances. ``problem`` says why the last start, or the address's curve, was refused.
    """

    shown: str = FIRST
    answers: dict[str, int] = field(default_factory=dict)
    drawings: dict[str, list[float]] = field(default_factory=dict)
    arms: Arms | None = None
    problem: str = ""

    @property
    def experiment(self) -> Experiment:
        """The one that is shown."""
        return EXPERIMENTS[self.shown]

    @property
    def shown_arms(self) -> Arms | None:
        """The arms, if they are those of the experiment that is shown."""
        is_theirs = self.arms and self.arms.experiment.id == self.shown
        return self.arms if is_theirs else None

    @property
    def has_predicted(self) -> bool:
        """Whether all that is asked before the start has been said."""
        return self.shown in self.answers and (
            self.experiment.drawing is None or self.shown in self.drawings
        )

    @property
    def query(self) -> str:
        """Its part of the address: what is shown, and what was predicted of it."""
        given = {}
        if self.shown != FIRST:
            given[EXPERIMENT] = self.shown
        if self.shown in self.answers:
            given[ANSWER] = str(self.answers[self.shown] + 1)
        if self.shown in self.drawings:
            given[CURVE] = ",".join(f"{height:.4g}" for height in self.drawings[self.shown])
        return urlencode(given, safe=",")

    @classmethod
    def read(cls, given: Mapping[str, Sequence[str]]) -> "ExperimentsState":
        """What an address says; what it cannot mean is left out."""
        state = cls()
        for name in given.get(EXPERIMENT, ()):
            if name in EXPERIMENTS:
                state.show(name)
        for number in given.get(ANSWER, ()):
            if number in numbered(state.experiment.answers):
                state.answer(int(number) - 1)
        for text in given.get(CURVE, ()):
            drawing = state.experiment.drawing
            if drawing and (heights := heights_of(_numbers(text), drawing)):
                state.draw(heights)
            elif drawing:
                state.problem = Phrase("The curve in this link cannot be read: draw it again.")
        return state

    def show(self, experiment_id: str) -> None:
        """Show that experiment from now on."""
        self.shown = experiment_id

    def answer(self, position: int) -> None:
        """Predict by one of the answers."""
        self.answers[self.shown] = position

    def draw(self, heights: list[float]) -> None:
        """Predict by a curve."""
        self.drawings[self.shown] = heights

    def begin(self, first_seed: int = 0) -> Arms:
        """New arms of the experiment that is shown; those before are over.

        Raises `LabError`, with nothing changed, where they do not fit into memory.
        """
        arms = Arms(self.experiment, range(first_seed, first_seed + len(SEEDS)))
        self._close()
        self.arms = arms
        return arms

    def forget(self) -> None:
        """Nothing was predicted yet of the experiment that is shown, and nothing was trained."""
        self.answers.pop(self.shown, None)
        self.drawings.pop(self.shown, None)
        self._close()

    def _close(self) -> None:
        if self.arms:
            self.arms.turns.close()
        self.arms = None


def _numbers(text: str) -> list[float] | None:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        return None
