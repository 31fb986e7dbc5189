"""The runs of a page: one, or several that take turns."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.session.drawn_table import DrawnTable
from dashboard.session.keeping import Origin
from dashboard.session.race import Arm, arms_of
from dashboard.session.run import Run, Status
from dashboard.session.size import check_size
from dashboard.web.slots import Slots
from dqn_core import DQNConfig
from dqn_core.base.all_or_none import all_or_none
from dqn_core.configuration.hyperparameter import Value
from dqn_core.configuration.members import side_by_side

FOREMOST = (
    Status.WAITING,
    Status.RUNNING,
    Status.PAUSED,
    Status.INTERRUPTED,
    Status.READY,
    Status.FINISHED,
    Status.FAILED,
)
"""The status of several runs is the first of these that one of them has.

They share one place among the runs that train, so if one waits for it, all do."""


class Turns:
    """One run, or several that take turns, so that they are always at about the same step.

    There are several only in a race of values that cannot train side by side (the module
    `dqn_core.configuration.members`). The page shows the first in detail.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = tuple(runs)
        self.id = self.runs[0].id
        for run in self.runs:
            run.place = self.id

    @property
    def first(self) -> Run:
        """The run that the page shows in detail."""
        return self.runs[0]

    @property
    def foremost(self) -> Run:
        """The run whose status is that of all."""
        return min(self.runs, key=lambda run: FOREMOST.index(run.status))

    @property
    def status(self) -> Status:
        return self.foremost.status

    @property
    def is_active(self) -> bool:
        """Whether any of them trains or waits for its turn."""
        return any(run.is_active for run in self.runs)

    @property
    def configs(self) -> list[DQNConfig]:
        """The configurations of all members, run by run."""
        return [config for run in self.runs for config in run.trainer.configs]

    @property
    def arms(self) -> list[Arm]:
        """The arms of the race; none if it is no race."""
        places = [(n, p) for n, run in enumerate(self.runs) for p in range(run.trainer.members)]
        return [
            replace(
                arm,
                run=places[arm.members[0]][0],
                members=tuple(places[member][1] for member in arm.members),
            )
            for arm in arms_of(self.configs)
        ]

    @property
    def counted(self) -> list[Run]:
        """The runs that still go on; if none does, all."""
        return [run for run in self.runs if run.trainer.going_on] or [*self.runs]

    @property
    def env_step(self) -> int:
        """The step that every counted run has reached."""
        return min(run.trainer.env_step for run in self.counted)

    @property
    def evidence(self) -> int:
        """It changes whenever a race has to be judged again."""
        return sum(run.evidence for run in self.runs)

    @property
    def names(self) -> str:
        """The names of the runs in the store, with spaces between them."""
        return " ".join(filter(None, (run.keeping.name for run in self.runs)))

    def tables(self) -> dict[str, DrawnTable]:
        """The tables of all histories, named by `table_of`, with members numbered over all runs."""
        return {
            table_of(name, n): DrawnTable(table, self.first_member(n))
            for n, run in enumerate(self.runs)
            for name, table in run.history.tables().items()
        }

    def first_member(self, n: int) -> int:
        """The number over all runs of the first member of run ``n``."""
        return sum(run.trainer.members for run in self.runs[:n])

    @property
    def uncounted(self) -> list[int]:
        """The members, numbered over all runs, that are left out of the means."""
        return [
            self.first_member(n) + p
            for n, run in enumerate(self.runs)
            for p in range(run.trainer.members)
            if p not in run.trainer.counted
        ]

    def start(self) -> None:
        """Train each until something stops it."""
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
        """As `Run.go_on_as`, of each of these runs; ``before`` may have others that nobody kept."""
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
        """Stop one arm of the race; raises `ConfigurationError` for the last one."""
        run = self.runs[arm.run]
        others = [other for other in self.runs if other is not run and other.trainer.going_on]
        run.cancel(arm, may_end=bool(others))

    def goes_on(self, arm: Arm) -> bool:
        """Whether any member of the arm still trains."""
        return any(p in self.runs[arm.run].trainer.going_on for p in arm.members)

    def advance(self, slots: Slots) -> float:
        """`Run.advance` of the run with the fewest steps; only the runner's thread calls it."""
        active = [run for run in self.runs if run.is_active]
        if not active:
            return max(run.advance(slots) for run in self.runs)
        run = min(active, key=lambda one: one.trainer.env_step)
        wait = run.advance(slots)
        if not run.is_active:
            run.rest()
        return wait

    def keep(self) -> None:
        """As `Run.keep`, of all runs."""
        for run in self.runs:
            run.keep()

    def rest(self) -> None:
        """Have the store write everything."""
        for run in self.runs:
            run.rest()

    def close(self) -> None:
        """Stop for good and release the environments."""
        for run in self.runs:
            run.close()


def table_of(name: str, n: int) -> str:
    """The name of run ``n``'s table among those of all runs."""
    return f"{name} {n}" if n else name


def new_turns(configs: Sequence[DQNConfig], origin: Origin) -> Turns:
    """New runs of these agents: one, unless they cannot train side by side; raises `LabError`."""
    check_size(configs)
    return Turns(all_or_none(Run(each, origin) for each in side_by_side(configs)))
