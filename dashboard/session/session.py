"""The state of one browser session: what its controls show, its run and its runner."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from dashboard.session.address import Remembered
from dashboard.session.controls_of_run import waiting, with_values_of
from dashboard.session.earlier import Earlier, EarlierRuns
from dashboard.session.filling import Refill, filled, unless_fixed
from dashboard.session.keeping import Origin
from dashboard.session.links import MEMBERS, Link
from dashboard.session.pasting import pasted
from dashboard.session.reading import Problem
from dashboard.session.run import Run, Status
from dashboard.session.runner import Runner, Trains
from dashboard.session.turns import Turns, new_turns
from dqn_core import DQNConfig, LabError, preset
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.configuration.hyperparameter import Value
from dqn_core.configuration.members import differing
from dqn_core.environments.configured import spec_for
from dqn_core.foresight import Never, never_due
from dqn_core.sweeps.axis import Axis


class Session:
    """What the controls show, as a `Link`, and the run that was made from it.

    A change of a control reaches the run at once where the hyperparameter allows it. Other changes
    wait for a restart, once the run has begun. While ``for_next`` is set, no change reaches the
    run: the controls are those of the next run.
    """

    def __init__(
        self,
        link: Link | None = None,
        link_problems: Sequence[str] = (),
        owner: str | None = None,
    ) -> None:
        self.name = secrets.token_urlsafe(16)  # only its own browser tab knows it
        self.owner = owner  # the visitor, on a server where visitors see only their own runs
        self.answered = ""  # the name of the session that this one came back to
        self.offered = ""  # the name of an earlier run that the page offers to continue
        self.problem = ""  # the sentence of the last refusal
        self.refused = ""  # the control that the refusal belongs to
        self.named: tuple[str, ...] = ()  # the hyperparameters that the refusal names
        self.left_alone: list[str] = []  # controls that the last fill kept: a lesson fixes them
        self.to_watch = ""  # the key of the agent that the Test page shows next
        self.beside: Trains | None = None  # what the Learn page trains besides the run
        self.refill: Refill | None = None  # what the last choice of an environment did
        self.runner: Runner
        self.earlier = EarlierRuns(owner)
        self.for_next = False
        self._set_aside: Link | None = None  # the controls of this run or the next, if not shown
        self._shown: dict[tuple[str, int], Link] = {}  # by the run's name and its count of changes
        self._start_from(link or Link(), link_problems)

    def _start_from(self, link: Link, link_problems: Sequence[str]) -> None:
        self.link = link
        self.asked_for = link.query  # also of a link that cannot be built
        self.link_problems = list(link_problems)  # what of the link was not used
        try:
            self.turns = self._new_turns(self.link)
        except LabError as error:
            self.link_problems.append(Problem(error.phrase, Phrase("the preset")).phrase)
            self.link = replace(self.link, config=preset(self.link.preset), race=None)
            self.turns = self._new_turns(self.link)

    @property
    def run(self) -> Run:
        """The run that the page shows in detail: the first, if several take turns."""
        return self.turns.first

    @property
    def remembered(self) -> Remembered:
        """What the browser tab keeps, so that it finds this session and its run again."""
        names = self.turns.names or self.run.keeping.parent or ""
        return Remembered(self.name, names, self.link.query)

    @property
    def state(self) -> str:
        """It changes whenever the whole page has to be drawn again, not only its live parts."""
        standing = self.turns.evidence if self.turns.arms else 0
        parts: list[object] = [standing, hash(self.link)]
        for run in self.turns.runs:
            kept, going_on = run.keeping, len(run.trainer.going_on)
            parts += [run.id, run.status, run.ahead, going_on, kept.name, kept.problem]
        return " ".join(map(str, parts))

    @property
    def trained(self) -> Trains:
        """What to train now: the run if it is active, before what is beside it."""
        if self.beside and self.beside.is_active and not self.turns.is_active:
            return self.beside
        return self.turns

    def train_beside(self, other: Trains, why: str) -> None:
        """Train something else from now on; the run pauses, and its message is ``why``.

        What was trained beside the run before is dropped.
        """
        for before in filter(None, (self.turns, self.beside)):
            before.pause(why)
            before.rest()
        self.beside = other

    @property
    def config(self) -> DQNConfig:
        """The first member's configuration as the controls show it."""
        return self.link.config

    @property
    def never_due(self) -> dict[str, Never]:
        """What a run with these values would never do, by the hyperparameter to change."""
        if self.config.environment != self.run.config.environment:
            return {}  # another environment's threshold and time limit are not known yet
        trainer = self.run.trainer
        return never_due(self.config, trainer.spec, trainer.interaction.gives_masks)

    def set(self, name: str, value: Value) -> None:
        """Give one control a new value, as `adopt` does."""
        self.adopt(name, lambda: replace(self.link, config=self.config.replace(**{name: value})))

    def set_typed(self, name: str, text: str) -> None:
        """Give one control, or ``members``, the value that a person typed, as `adopt` does."""

        def make() -> Link:
            if name == "members":
                return replace(self.link, members=int(MEMBERS.parsed(text)))
            value = HYPERPARAMETERS[name].parsed(text)
            return replace(self.link, config=self.config.replace(**{name: value}))

        self.adopt(name, make)

    def choose_preset(self, name: str) -> None:
        """Fill every control from a preset, except the seed and what a lesson fixes."""
        environment = self.config.env_id, self.config.env_kwargs
        self.adopt("preset", lambda: filled(self.link, name, *environment))

    def paste(self, text: str) -> bool:
        """Fill every control from JSON, a link or a command, except what a lesson fixes.

        Returns whether the text was accepted.
        """
        self.adopt("paste", lambda: self._unless_fixed(pasted(text, self.link)))
        return not self.problem

    def use_values_of(self, earlier: Earlier) -> None:
        """Fill every control as it was at that run's end, except what a lesson fixes."""
        self.prepare(earlier.config, earlier.seeds, earlier.race)

    def prepare(self, config: DQNConfig, members: int, race: Axis | None = None) -> None:
        """Fill every control for a run of ``members`` seeds, except what a lesson fixes.

        If the present run has begun, the values are those of the next run.
        """
        self.choose_next(self.turns.status is not Status.READY)
        link = replace(self.link, config=config, members=members, race=race)
        self.adopt("", lambda: self._unless_fixed(link))

    def _unless_fixed(self, link: Link) -> Link:
        link, self.left_alone = unless_fixed(self.link, link)
        return link

    def choose_next(self, for_next: bool) -> None:
        """Let the controls show the next run's values, or the present run's."""
        if for_next == self.for_next:
            return
        other = self._set_aside or self.link
        self._set_aside = self.link if for_next or self.needs_reset() else None
        self.link = with_values_of(self.link, other)
        self.for_next = for_next

    def look_at(self, **view: object) -> None:
        """Set how the curves are looked at: ``x_axis``, ``smoothing``."""
        self.link = replace(self.link, **view)  # type: ignore[arg-type]

    def set_speed(self, steps_per_second: float | None) -> None:
        """Limit the speed of this run and the next ones; None is no limit."""
        for run in self.turns.runs:
            run.steps_per_second = steps_per_second

    @contextmanager
    def refusals(self, control: str = "") -> Iterator[None]:
        """Turn a `LabError` within into ``problem``, shown beside ``control`` if one is named."""
        self.problem = self.refused = ""
        try:
            yield
        except LabError as error:
            self.problem, self.refused, self.named = error.phrase, control, error.names

    def adopt(self, control: str, make: Callable[[], Link]) -> None:
        """Show the link that ``make`` returns, and give the run the changes that apply at once.

        If the link is refused, ``problem`` says why, beside ``control``, and nothing changes.
        """
        with self.refusals(control):
            link = make()
            _ = link.member_configs  # raises if a member is refused
            if self.turns.status is Status.READY:
                self._replace(self._new_turns(link))
            else:
                if link.config.environment != self.config.environment:
                    spec_for(link.config)
                if not self.for_next:
                    self._change(link.config.difference(self.run.config))
            self.link = link

    def _change(self, values: Mapping[str, Value]) -> None:
        """Give the run the values that need no restart, without those that a race varies."""
        raced = differing(self.turns.configs)
        live = {
            n: v
            for n, v in values.items()
            if HYPERPARAMETERS[n].applies != "restart" and n not in raced
        }
        before = len(self.run.history.changes)
        if self.turns.change(**live):
            self._shown[self.turns.names, before] = self.link

    def reset(self, seed: int | None = None) -> None:
        """Begin a fresh run from the controls, as `begin` does; ``seed`` replaces their seed."""
        config = self.config if seed is None else self.config.replace(seed=seed)
        self.begin(replace(self.link, config=config))

    def begin(self, link: Link) -> None:
        """Begin a fresh run; if it is refused, ``problem`` says why and the old run stays."""
        with self.refusals():
            self._replace(self._new_turns(link))
            if self.for_next:
                self._set_aside, self.for_next = None, False
            self.link = link

    def go_on_as(self, turns: Turns, link: Link) -> None:
        """Continue with other runs; ``link`` has their values for the controls."""
        self._replace(turns)
        if self.for_next:
            self._set_aside = link
        else:
            self.link = with_values_of(self.link, link)

    def shown_before(self, names: str, changes: int) -> Link | None:
        """The controls as they were when these runs were left after that number of changes."""
        return self._shown.get((names, changes))

    @property
    def link_of_run(self) -> Link:
        """What the controls show for this run."""
        return self._set_aside if self.for_next and self._set_aside else self.link

    def begin_anew(self, link: Link, link_problems: Sequence[str]) -> None:
        """Start again, as if this link had opened the session."""
        self.turns.close()
        self._start_from(link, link_problems)

    def needs_reset(self) -> list[Phrase]:
        """The changes that wait for a restart, in words."""
        return waiting(self.link, self.turns.configs)

    def _new_turns(self, link: Link) -> Turns:
        return new_turns(link.member_configs, Origin(link.preset, self.owner))

    def _replace(self, turns: Turns) -> None:
        for run in turns.runs:
            run.steps_per_second = self.run.steps_per_second
        for run in self.turns.runs:
            if run not in turns.runs:
                run.close()
        left = self.turns.names, len(self.run.history.changes)
        self._shown[left] = self.link_of_run
        self.turns = turns
