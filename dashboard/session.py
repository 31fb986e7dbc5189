"""What belongs to one browser session: its draft configuration, its run, its runner."""

import os
from collections.abc import Callable

import streamlit as st

from dashboard.run import Run, Status
from dashboard.runner import Runner
from dashboard.slots import Slots
from dqn_core import PRESETS, DQNConfig, LabError, preset
from dqn_core.config import HYPERPARAMETERS, Value

MOST_MEMBERS = 16


class Session:
    """The configuration in the sidebar and the run it made.

    ``config`` is what the controls show. Values that apply at once are also the run's; those that
    only a restart applies may be ahead of it once the run has begun.
    """

    def __init__(self) -> None:
        self.preset = "recommended"
        self.config = preset(self.preset)
        self.members = 1
        self.problem = ""
        self.run = self._fresh_run(self.config)

    @property
    def baseline(self) -> DQNConfig:
        """The preset's values, against which differences are marked."""
        return preset(self.preset)

    def set(self, name: str, value: Value) -> None:
        """Put one control to a new value; a live hyperparameter reaches the run at once.

        A refusal becomes ``problem``, with nothing changed.
        """
        self._adopt(lambda: self.config.replace(**{name: value}))

    def set_members(self, members: int) -> None:
        """Train ``members`` agents side by side from the next reset on."""
        self.members = members
        self._adopt(lambda: self.config)

    def choose_preset(self, name: str) -> None:
        """Fill every control from a preset, but the seed."""
        self.preset = name
        self._adopt(lambda: PRESETS[name].config.replace(seed=self.config.seed))

    def _adopt(self, make: Callable[[], DQNConfig]) -> None:
        self.problem = ""
        try:
            config = make()
            if self.run.status is Status.READY:
                self._begin(config)
            else:
                live = config.difference(self.run.config)
                self.run.change(
                    **{n: v for n, v in live.items() if HYPERPARAMETERS[n].applies != "restart"}
                )
            self.config = config
        except LabError as error:
            self.problem = str(error)

    def reset(self, seed: int | None = None) -> None:
        """A fresh run from the controls; with ``seed`` the first member gets another one.

        When the configuration cannot be built, ``problem`` says why and the old run stays.
        """
        self.problem = ""
        try:
            config = self.config if seed is None else self.config.replace(seed=seed)
            self._begin(config)
            self.config = config
        except LabError as error:
            self.problem = str(error)

    def undo(self, index: int) -> None:
        """Take back change ``index`` and all after it, in the run and in the controls."""
        self.run.undo(index)
        self.config = self.run.config

    def needs_reset(self) -> list[str]:
        """Labels of the controls whose values the run does not have, because it must restart."""
        names = self.config.difference(self.run.config)
        labels = [HYPERPARAMETERS[name].label for name in names]
        return [*labels, "Seeds"] if self.members != self.run.trainer.members else labels

    def _begin(self, config: DQNConfig) -> None:
        run = self._fresh_run(config)
        self.run.close()
        self.run = run

    def _fresh_run(self, config: DQNConfig) -> Run:
        return Run([config.replace(seed=config.seed + p) for p in range(self.members)])


def current_session() -> Session:
    """The browser session's own `Session`, with a runner that is alive."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session()
    session: Session = st.session_state["session"]
    _runner(session).touch()
    return session


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda runner: runner.stop())
def _runner(_session: Session) -> Runner:
    return Runner(lambda: _session.run, slots())


@st.cache_resource(show_spinner=False)
def slots() -> Slots:
    """The server's places for training; ``DQN_LAB_TRAINING_SLOTS`` sets how many, default 8."""
    return Slots(int(os.environ.get("DQN_LAB_TRAINING_SLOTS", "8")))
