"""What belongs to one browser session: its draft configuration, its run, its runner."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial

from dashboard.session.address import Remembered
from dashboard.session.controls_of_run import shown_for, waiting, with_values_of
from dashboard.session.earlier import Earlier, EarlierRuns
from dashboard.session.filling import Refill, filled, fixed_values, moved
from dashboard.session.keeping import Origin
from dashboard.session.links import MEMBERS, Link
from dashboard.session.pasting import pasted
from dashboard.session.race import MOST_RACED, MOST_VALUES, Arm, race_typed
from dashboard.session.reading import Problem
from dashboard.session.restore_points import alike_on_the_way
from dashboard.session.run import Run, Status
from dashboard.session.runner import Runner, Trains
from dashboard.session.size import check_size
from dashboard.session.store import own_run, store
from dashboard.session.turns import Turns, new_turns
from dqn_core import DQNConfig, LabError, preset
from dqn_core.config import HYPERPARAMETERS
from dqn_core.environments.configured import spec_for
from dqn_core.environments.modules import import_typed
from dqn_core.errors import ConfigurationError
from dqn_core.files.checkpoint import load_run
from dqn_core.foresight import Never, never_due
from dqn_core.forking import forked, with_members
from dqn_core.hyperparameter import Value
from dqn_core.members import differing
from dqn_core.phrases import Phrase, paragraph
from dqn_core.presets import AUTO, PRESETS
from dqn_core.store.snapshots import Snapshot
from dqn_core.sweeps.axis import Axis
from dqn_core.trainer import Trainer


class Session:
    """What the controls show, as a link, and the run it made.

    Values that apply at once are also the run's; those that only a restart applies may be ahead of
    it once the run has begun. While ``for_next`` is set none of them reaches the run: all are the
    next one's. ``problem`` is the sentence of the last refusal, ``refused`` the control it belongs
    to and ``named`` the hyperparameters that it names; ``left_alone`` are the controls that a
    lesson fixes and that the last paste, or an earlier run's values, would have changed;
    ``link_problems`` says what of the opening link was not used, and ``asked_for`` is its query.
    ``to_watch`` is the key of the agent that the Test page is to show next, if there is one.
    ``beside`` is what the Learn page trains besides the run, if there is such.
    ``earlier`` are the other runs of the store, ``offered`` is the name of one that the page offers
    to go on with. ``name`` is known to its own browser tab alone; ``owner`` names the visitor,
    where visitors see their own runs alone.
    """

    def __init__(
        self,
        link: Link | None = None,
        link_problems: Sequence[str] = (),
        owner: str | None = None,
    ) -> None:
        self.name = secrets.token_urlsafe(16)
        self.owner = owner
        self.answered = ""
        self.offered = ""
        self.problem = ""
        self.refused = ""
        self.named: tuple[str, ...] = ()
        self.left_alone: list[str] = []
        self.to_watch = ""
        self.beside: Trains | None = None
        self._refill: Refill | None = None
        self.runner: Runner
        self.earlier = EarlierRuns(owner)
        self.for_next = False
        self._set_aside: Link | None = None  # what the controls show for the other of the two runs
        self._shown: dict[tuple[str, int], Link] = {}  # by a run's name and its changes until then
        self._start_from(link or Link(), link_problems)

    def _start_from(self, link: Link, link_problems: Sequence[str]) -> None:
        self.link = link
        self.asked_for = link.query  # whether or not it can be built
        self.link_problems = list(link_problems)
        try:
            self.turns = self._new_turns(self.link)
        except LabError as error:
            self.link_problems.append(Problem(error.phrase, Phrase("the preset")).phrase)
            self.link = replace(self.link, config=preset(self.preset), race=None)
            self.turns = self._new_turns(self.link)

    @property
    def run(self) -> Run:
        """The run that the page looks into: of several that take turns, the first."""
        return self.turns.first

    @property
    def remembered(self) -> Remembered:
        """What its browser tab is to know of it."""
        names = self.turns.names or self.run.keeping.parent or ""
        return Remembered(self.name, names, self.link.query)

    @property
    def state(self) -> str:
        """Another one whenever the page has to be drawn anew, not only what is live on it."""
        standing = self.turns.evidence if self.turns.arms else 0
        parts: list[object] = [standing, hash(self.link)]
        for run in self.turns.runs:
            kept, going_on = run.keeping, len(run.trainer.going_on)
            parts += [run.id, run.status, run.ahead, going_on, kept.name, kept.problem]
        return " ".join(map(str, parts))

    @property
    def trained(self) -> Trains:
        """What is to be trained now: a run that goes on comes before what is beside it."""
        if self.beside and self.beside.is_active and not self.turns.is_active:
            return self.beside
        return self.turns

    def train_beside(self, other: Trains, why: str) -> None:
        """Train something else from now on; the run pauses, and says ``why``.

        What was beside it before is given up.
        """
        for before in filter(None, (self.turns, self.beside)):
            before.pause(why)
            before.rest()
        self.beside = other

    @property
    def preset(self) -> str:
        return self.link.preset

    @property
    def config(self) -> DQNConfig:
        """The first member's configuration as the controls show it."""
        return self.link.config

    @property
    def members(self) -> int:
        return self.link.members

    @property
    def baseline(self) -> DQNConfig:
        """The preset's values, against which differences are marked."""
        return self.link.baseline

    @property
    def never_due(self) -> dict[str, Never]:
        """What a run of the controls' values would never do, by the hyperparameter to change."""
        if self.config.environment != self.run.config.environment:
            return {}  # another environment's threshold and time limit are not known yet
        return never_due(self.config, self.run.trainer.spec)

    def set(self, name: str, value: Value) -> None:
        """Put one control to a new value; a live hyperparameter reaches the run at once.

        A refusal becomes ``problem``, with nothing changed.
        """
        self._adopt(name, lambda: replace(self.link, config=self.config.replace(**{name: value})))

    def set_typed(self, name: str, text: str) -> None:
        """As `set` or `set_members`, to the value that a person typed."""

        def make() -> Link:
            if name == "members":
                return replace(self.link, members=int(MEMBERS.parsed(text)))
            value = HYPERPARAMETERS[name].parsed(text)
            return replace(self.link, config=self.config.replace(**{name: value}))

        self._adopt(name, make)

    def set_members(self, members: int) -> None:
        """Train ``members`` agents side by side from the next reset on."""
        self._adopt("members", lambda: replace(self.link, members=members))

    def choose_preset(self, name: str) -> None:
        """Fill every control from a preset, but the seed and what a lesson fixes."""
        environment = self.config.env_id, self.config.env_kwargs
        self._adopt("preset", lambda: filled(self.link, name, *environment))

    def choose_environment(self, env_id: str, may_import: bool = False) -> None:
        """Train in another environment, with the values that are recommended for it.

        A preset that changes what is recommended is kept, and so are the seed and what a lesson
        fixes: all values, if that is a preset of one environment. A run that was begun goes on as
        it is: they are the next one's. With ``may_import`` a module that ``env_id`` names is
        imported, because the person at this machine typed it.
        """

        def chosen() -> tuple[str, str]:
            if may_import:
                import_typed(env_id)
            return env_id, ""

        self._move("env_id", chosen)

    def choose_arguments(self, text: str) -> None:
        """As `choose_environment`: the same one, made with the arguments that a person typed."""
        declared = HYPERPARAMETERS["env_kwargs"]
        self._move("env_kwargs", lambda: (self.config.env_id, str(declared.parsed(text))))

    def _move(self, control: str, chosen: Callable[[], tuple[str, str]]) -> None:
        shown, was_for_next = self.link, self.for_next
        self.choose_next(was_for_next or self.turns.status is not Status.READY)
        follows = PRESETS[shown.preset].follows_environment
        stays = "preset" in shown.fixed_controls and not follows
        name = shown.preset if follows else AUTO
        fill = partial(moved, shown) if stays else partial(filled, shown, name)
        self._adopt(control, lambda: fill(*chosen()))
        if self.problem:
            self.choose_next(was_for_next)
        else:
            self._refill = Refill(shown, self.link)

    @property
    def refill(self) -> Refill | None:
        """What choosing the environment has replaced, as long as that can be taken back.

        None once other values were set since, or the run has begun.
        """
        refill = self._refill
        if refill is None or not (self.for_next or self.turns.status is Status.READY):
            return None
        is_present = self.config == refill.since.config
        return refill if is_present and (refill.replaced or refill.preset) else None

    def keep_own(self) -> None:
        """Put back what choosing the environment has replaced."""
        if refill := self.refill:
            kept = partial(moved, refill.before, self.config.env_id, self.config.env_kwargs)
            self._adopt("env_id", lambda: with_values_of(self.link, kept()))

    def paste(self, text: str) -> bool:
        """Fill every control from JSON, a link or a command, but what a lesson fixes.

        Returns: whether it was used.
        """

        self._adopt("paste", lambda: self._unless_fixed(pasted(text, self.link)))
        return not self.problem

    def use_values_of(self, earlier: Earlier) -> None:
        """Fill every control as it was at that run's end, but what a lesson fixes."""
        self.prepare(earlier.config, earlier.seeds, earlier.race)

    def prepare(self, config: DQNConfig, members: int, race: Axis | None = None) -> None:
        """Fill every control for a run of ``members`` seeds, but what a lesson fixes.

        A run that was begun goes on as it is: they are the next one's.
        """
        self.choose_next(self.turns.status is not Status.READY)
        link = replace(self.link, config=config, members=members, race=race)
        self._adopt("", lambda: self._unless_fixed(link))

    def _unless_fixed(self, link: Link) -> Link:
        """``link`` without what it would change of the values that a lesson fixes, which then are
        ``left_alone``."""
        kept, fixed = fixed_values(self.link), self.link.fixed_controls
        whole = {n: getattr(self.link, n) for n in ("preset", "members") if n in fixed}
        self.left_alone = [n for n, v in kept.items() if getattr(link.config, n) != v]
        self.left_alone += [n for n, v in whole.items() if getattr(link, n) != v]
        if link.race and link.race.name in fixed and link.race != self.link.race:
            self.left_alone.append(link.race.name)
            link = replace(link, race=self.link.race)
        return replace(link, config=link.config.replace(**kept), **whole)

    def choose_next(self, for_next: bool) -> None:
        """Let the controls be those of the next run, or of this one; each has values of its own."""
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
        """Let this run and the coming ones make so many steps a second; None is all they can."""
        for run in self.turns.runs:
            run.steps_per_second = steps_per_second

    def _adopt(self, control: str, make: Callable[[], Link]) -> None:
        self.problem = self.refused = ""
        try:
            link = make()
            _ = link.member_configs  # which may be refused
            if self.turns.status is Status.READY:
                self._replace(self._new_turns(link))
            else:
                if link.config.environment != self.config.environment:
                    spec_for(link.config)
                if not self.for_next:
                    self._change(link.config.difference(self.run.config))
            self.link = link
        except LabError as error:
            self.problem, self.refused, self.named = error.phrase, control, error.names

    def _change(self, values: Mapping[str, Value]) -> None:
        """Of these values, those that a run that goes on can take; arms of a race keep theirs."""
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
        """A fresh run from the controls; with ``seed`` the first member gets another one.

        When the configuration cannot be built, ``problem`` says why and the old run stays.
        """
        config = self.config if seed is None else self.config.replace(seed=seed)
        self.begin(replace(self.link, config=config))

    def race(self, name: str, values: str, seeds: int, from_here: bool) -> None:
        """Race values that a person typed, from a fresh start or from the present state.

        From there each of its seeds goes on with each value, and ``seeds`` does not count. The race
        starts at once. A refusal is that of the control "race".
        """
        try:
            axis = race_typed(name, values, self.run.trainer.members if from_here else seeds)
        except LabError as error:
            self.problem, self.refused, self.named = error.phrase, "race", error.names
            return
        if from_here:
            self._branch(partial(forked, name=axis.name, values=axis.values))
        else:
            self.begin(replace(self.link, race=axis, members=seeds))
        if self.problem:
            self.refused, self.named = "race", ()
        else:
            self.turns.start()

    def end_race(self) -> None:
        """A fresh run from the controls, without the race."""
        self.begin(replace(self.link, race=None))

    def more_seeds(self) -> None:
        """Start a fresh run of the same race with as many seeds, which come after the present."""
        link = self._link_of_run
        seed = max(config.seed for config in self.turns.configs) + 1
        self.begin(replace(link, config=link.config.replace(seed=seed)))
        if not self.problem:
            self.turns.start()

    def begin(self, link: Link) -> None:
        """A fresh run of that link; a refusal becomes ``problem``, with nothing changed."""
        self.problem = self.refused = ""
        try:
            self._replace(self._new_turns(link))
        except LabError as error:
            self.problem = error.phrase
            return
        if self.for_next:
            self._set_aside, self.for_next = None, False
        self.link = link

    def go_on_alone(self, arm: Arm) -> None:
        """Go on from the present state with one arm of the race, without the others."""
        run = self.turns.runs[arm.run]
        if len(arm.members) == run.trainer.members:  # it is a run of its own already
            self._go_on_without_others(run)
        else:
            self._branch(lambda trainer: [with_members(trainer, arm.members)])
        if not self.problem:
            self.turns.start()

    def _go_on_without_others(self, run: Run) -> None:
        """Leave the runs that take turns with one of them."""
        self.problem = self.refused = ""
        try:
            link = shown_for(run.trainer.configs, self.link)
        except LabError as error:
            self.problem = error.phrase
            return
        self._replace(Turns([run]))
        self._show_values_of(link)

    def _branch(self, make: Callable[[Trainer], Sequence[Trainer]]) -> None:
        """Go on with what ``make`` makes of the present state; the present run stays in the store.

        A refusal becomes ``problem``, with nothing changed but that the run is paused.
        """
        run = self.run
        run.pause()
        run.rest()  # the state that it forks from is kept, too

        def branches() -> Sequence[Trainer]:
            with run.held():
                return make(run.trainer)

        def branched(_: int, trainer: Trainer) -> Run:
            present = run.keeping.name or run.keeping.parent
            return Run(trainer, Origin(self.preset, self.owner, present, trainer.env_step))

        self._take_over(branches, branched, lambda turns: shown_for(turns.configs, self.link))

    def _take_over(
        self,
        trainers: Callable[[], Iterable[Trainer]],
        run_of: Callable[[int, Trainer], Run],
        shown: Callable[[Turns], Link],
    ) -> None:
        """Go on with these trainers, each with its number made a run, in place of what there is.

        ``shown`` are the controls for them. A refusal becomes ``problem``, with nothing changed.
        """
        self.problem = self.refused = ""
        with ExitStack() as opened:
            try:
                found = [opened.enter_context(closing(trainer)) for trainer in trainers()]
                check_size([config for trainer in found for config in trainer.configs])
                turns = Turns([run_of(n, trainer) for n, trainer in enumerate(found)])
                link = shown(turns)
            except LabError as error:
                self.problem = error.phrase
                return
            opened.pop_all()
        self._replace(turns)
        self._show_values_of(link)

    def fork(self, at: Snapshot, where: str = "") -> None:
        """Go on from an earlier state as a new run; the present one stays in the store as it is.

        Runs that take turns each go on from their own state there. ``where`` says in words what is
        there. A refusal becomes ``problem``, with nothing changed.
        """
        runs = self.turns.runs
        try:
            places = [at, *(alike_on_the_way(run, at) for run in runs[1:])]
        except LabError as error:
            self.problem = error.phrase
            return
        present = [run.keeping.name or run.keeping.parent for run in runs]

        def forked(n: int, trainer: Trainer) -> Run:
            passed = [agent for agent in runs[n].snapshots if agent.env_steps <= trainer.env_step]
            origin = Origin(self.preset, self.owner, present[n], trainer.env_step)
            return Run(trainer, origin, snapshots=passed)

        there = Phrase(", {where}", where=where) if where else Phrase(" of {run}", run=present[0])
        self._go_to([(place.run, place.id) for place in places], forked, there)

    def go_on_with(self, names: str) -> None:
        """Go on with a run of the store where it was, to the bit; the present one stays there too.

        Of runs that take turns there are several ``names``, with spaces between them. A refusal
        becomes ``problem``, with nothing changed.
        """
        wanted = [*dict.fromkeys(names.split())][:MOST_VALUES]  # a tab can say anything
        having = {run.keeping.name: run for run in self.turns.runs}
        if wanted == [*having]:
            return
        if len(wanted) == 1 and wanted[0] in having:
            self._go_on_without_others(having[wanted[0]])
            return

        def gone_on(n: int, trainer: Trainer) -> Run:
            return Run(trainer, record=own_run(wanted[n], self.owner))

        self._go_to([(name, None) for name in wanted], gone_on, Phrase(" of {run}", run=wanted))

    def _go_to(
        self,
        places: Sequence[tuple[str, int | None]],
        make: Callable[[int, Trainer], Run],
        where: str,
    ) -> None:
        """Go on from a snapshot of each of these runs of the store, from the newest for None."""
        names = " ".join(name for name, _ in places)

        def trainers() -> Iterator[Trainer]:
            for name, snapshot in places:
                own_run(name, self.owner)
                yield store().trainer(name, snapshot=snapshot)

        self._take_over(trainers, make, partial(self._shown_at, names))
        if self.problem:
            return
        self.offered = ""
        for run in self.turns.runs:
            if run.status in (Status.PAUSED, Status.READY):
                back = Phrase(
                    "Back at step {step:,}{where}.", step=run.trainer.env_step, where=where
                )
                run.message = paragraph((back, run.message))

    def come_back_to(self, names: str) -> None:
        """Go on with the run that the page had; the controls keep the values of its address."""
        asked = self.link
        self.go_on_with(names)
        if self.problem:
            return
        ahead = asked.config.difference(self.run.config)
        self.choose_next(any(HYPERPARAMETERS[n].applies != "restart" for n in ahead))
        self.link = asked

    def _shown_at(self, names: str, turns: Turns) -> Link:
        """What the controls showed for these runs where they are now, else their values.

        Raises `LabError` for a run that is none of a page, or not of this lesson.
        """
        link = shown_for(turns.configs, self.link)
        fixed, run = fixed_values(self.link), turns.first
        if any(getattr(run.config, n) != value for n, value in fixed.items()):
            raise ConfigurationError("This lesson has fixed values, and that run has other values.")
        return self._shown.get((names, len(run.history.changes)), link)

    @property
    def _link_of_run(self) -> Link:
        """What the controls show when they are this run's."""
        return self._set_aside if self.for_next and self._set_aside else self.link

    def _show_values_of(self, link: Link) -> None:
        """Let the controls of the present run have these values."""
        if self.for_next:
            self._set_aside = link
        else:
            self.link = with_values_of(self.link, link)

    def open(self, name: str, content: bytes) -> bool:
        """Go on with a saved run in place of this one; whether it could be opened."""

        def make() -> Link:
            if self.link.fixed_controls:
                raise ConfigurationError(
                    "This lesson has fixed values, and a run file brings other values."
                )
            trainer = load_run(content, MOST_RACED)
            try:
                link = shown_for(trainer.configs, self.link)
                opened = Run(trainer, Origin(self.preset, self.owner))
            except LabError:
                trainer.close()
                raise
            self.choose_next(False)
            self._replace(Turns([opened]))
            self.run.message = self.run.message or Phrase(
                "Opened {name} at step {step:,}.", name=name, step=trainer.env_step
            )
            return link

        self.problem = self.refused = ""
        try:
            self.link = make()
        except LabError as error:
            self.refused = "open"
            self.problem = Phrase("{name} was not opened. {reason}", name=name, reason=error.phrase)
        return not self.problem

    def begin_anew(self, link: Link, link_problems: Sequence[str]) -> None:
        """Be as one that this link has opened."""
        self.turns.close()
        self._start_from(link, link_problems)

    def needs_reset(self) -> list[Phrase]:
        """What the controls show and the run does not have, in words."""
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
        self._shown[left] = self._link_of_run
        self.turns = turns
