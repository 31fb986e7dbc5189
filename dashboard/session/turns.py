"""Runs that train as one: side by side where they can, else in turns."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.session.drawn_table import DrawnTable
from dashboard.session.keeping import Origin
from dashboard.session.race import Arm, arms_of
from dashboard.session.run import Run, Status
from dashboard.session.size import check_size
from dashboard.web.slots import Slots
from dqn_core import DQNConfig, LabError
from dqn_core.hyperparameter import Value
from dqn_core.members import side_by_side

FOREMOST = (
    Status.WAITING,
    Status.RUNNING,
    Status.PAUSED,
    Status.INTERRUPTED,
    Status.READY,
    Status.FINISHED,
    Status.FAILED,
)
"""Which status of one of several runs is that of all: one that trains, else one that can.

They have one place, so where one waits for it all do."""


class Turns:
    """One run, or several that take turns on one place, so that none is ahead.

    What the page trains is one run, unless it is a race of values that cannot train side by side.
    The page looks into the first.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = tuple(runs)
        self.id = self.runs[0].id
        for run in self.runs:
            run.place = self.id

    @property
    def first(self) -> Run:
        """The one that a page looks into."""
        return self.runs[0]

    @property
    def foremost(self) -> Run:
        """The one that says how all of them stand."""
        return min(self.runs, key=lambda run: FOREMOST.index(run.status))

    @property
    def status(self) -> Status:
        return self.foremost.status

    @property
    def is_active(self) -> bool:
        """Whether any of them trains or waits for its turn to."""
        return any(run.is_active for run in self.runs)

    @property
    def configs(self) -> list[DQNConfig]:
        """Those of all agents, run by run."""
        return [config for run in self.runs for config in run.trainer.configs]

    @property
    def arms(self) -> list[Arm]:
        """The values of a race that they run; none where it is no race."""
        places = [(n, p) for n, run in enumerate(self.runs) for p in range(run.trainer.members)]
        return [
            replace(
                arm,
                run=places[arm.members[0]][0],
                members=tuple(places[agent][1] for agent in arm.members),
            )
            for arm in arms_of(self.configs)
        ]

    @property
    def counted(self) -> list[Run]:
        """Those whose numbers count: all that go on, or where none does all."""
        return [run for run in self.runs if run.trainer.going_on] or [*self.runs]

    @property
    def env_step(self) -> int:
        """The one that all of these have reached."""
        return min(run.trainer.env_step for run in self.counted)

    @property
    def evidence(self) -> int:
        """Another number whenever a race is to be judged anew."""
        return sum(run.evidence for run in self.runs)

    @property
    def names(self) -> str:
        """Those that the store knows, with spaces between them."""
        return " ".join(filter(None, (run.keeping.name for run in self.runs)))

    def tables(self) -> dict[str, DrawnTable]:
        """The histories' tables by `table_of`; members are numbered over all runs.

        The changes are those of the first run: each reaches all of them.
        """
        return {
            table_of(name, n): DrawnTable(table, self.first_member(n))
            for n, run in enumerate(self.runs)
            for name, table in run.history.tables().items()
        }

    def first_member(self, n: int) -> int:
        """The number over all runs that the first member of the run ``n`` has."""
        return sum(run.trainer.members for run in self.runs[:n])

    @property
    def uncounted(self) -> list[int]:
        """The members, numbered over all runs, that are in no mean."""
        return [
            self.first_member(n) + p
            for n, run in enumerate(self.runs)
            for p in range(run.trainer.members)
            if p not in run.trainer.counted
        ]

    def start(self) -> None:
        """Train until something stops each of them."""
        for run in self.runs:
            run.start()

    def step(self) -> None:
        """Train one environment step of each, then pause."""
        for run in self.runs:
            run.step()

    def episode(self) -> None:
        """Train each to the end of an episode, then pause."""
        for run in self.runs:
            run.episode()

    def go_on_as(self, before: "Turns") -> None:
        """As `Run.go_on_as`, of the same runs; there it may have had others that nobody kept."""
        earlier = {run.keeping.name: run for run in before.runs}
        for run in self.runs:
            run.go_on_as(earlier[run.keeping.name])

    def pause(self, message: str = "") -> None:
        """Stop all between two steps or two updates; nothing is lost."""
        for run in self.runs:
            run.pause(message)

    def change(self, **changes: Value) -> bool:
        """As `Run.change`, of all runs; raises `ConfigurationError`, with nothing changed."""
        configs = [config.replace(**changes) for config in self.configs]
        if "buffer_capacity" in changes:
            check_size(configs)
        changed = [run.change(**changes) for run in self.runs]
        return any(changed)

    def cancel(self, arm: Arm) -> None:
        """Let an arm of the race go no further; raises `ConfigurationError` for the last one."""
        run = self.runs[arm.run]
        others = [other for other in self.runs if other is not run and other.trainer.going_on]
        run.cancel(arm, may_end=bool(others))

    def goes_on(self, arm: Arm) -> bool:
        """Whether any agent of the arm does."""
        return any(p in self.runs[arm.run].trainer.going_on for p in arm.members)

    def advance(self, slots: Slots) -> float:
        """As `Run.advance`, of the one that is least far; called by the runner's thread alone."""
        active = [run for run in self.runs if run.is_active]
        if not active:
            return max(run.advance(slots) for run in self.runs)
        run = min(active, key=lambda one: one.trainer.env_step)
        wait = run.advance(slots)
        if not run.is_active:
            run.rest()
        return wait

    def rest(self) -> None:
        """Have the store write everything."""
        for run in self.runs:
            run.rest()

    def close(self) -> None:
        """Stop for good and release the environments."""
        for run in self.runs:
            run.close()


def table_of(name: str, n: int) -> str:
    """What a table of the run ``n`` is called among those of all."""
    return f"{name} {n}" if n else name


def new_turns(configs: Sequence[DQNConfig], origin: Origin) -> Turns:
    """New runs of these agents: one, unless they cannot train side by side.

    Raises `LabError`, with nothing made.
    """
    check_size(configs)
    runs: list[Run] = []
    try:
        for each in side_by_side(configs):
            runs.append(Run(each, origin))
    except LabError:
        for run in runs:
            run.close()
        raise
    return Turns(runs)
