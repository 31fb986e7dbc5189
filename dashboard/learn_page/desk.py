"""What lies under the microscope of one browser session, and what may be done with it."""

import threading
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, TypedDict, get_args

from dashboard.learn_page.message import MicroscopeFailure, message
from dashboard.session.session import Session
from dashboard.web.envelope import packed
from dashboard.web.feed import BadQueryError
from dashboard.web.language import said
from dqn_core import LabError, Trainer
from dqn_core.base.errors import ConfigurationError
from dqn_core.base.memory import in_words
from dqn_core.microscope.specimen import Act, Specimen

ACTS: tuple[Act, ...] = get_args(Act)

Other: TypeAlias = Literal["look", "on", "back", "forward", "fresh"]
"""Look, go on with an act that has not come to its end, back, forward, the run as it is now."""

LARGEST = 256 << 20
"""Bytes of replay that are copied: a copy and its state before an act hold them twice."""

SOON = 2_000
"""Steps of a run that has not begun which its copy makes by itself: there is an update to see."""

SECONDS = 0.05
"""How long an act may go on before its answer is due."""


class MicroscopeQuestion(TypedDict):
    """What is to be done, and which transition of the batch is chosen."""

    do: Act | Other
    chosen: int


class Desk:
    """Follows the session's run until something is done with its copy.

    Asked in threads of the server, one at a time.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._specimen: Specimen | None = None
        self._of = ""  # the run that was copied
        self._taken: tuple[object, ...] = ()  # and how far it was
        self._is_following = True
        self._act: Act = "update"
        self._is_complete = True
        self._problem = ""

    def answer(self, query: Mapping[str, str]) -> bytes:
        """Do what is asked for, and describe the copy after it; for `microscope.js`."""
        self._session.runner.touch()  # somebody looks
        do, chosen = query.get("do", "look"), query.get("chosen", "0")
        if do not in (*ACTS, *get_args(Other)) or not chosen.isdecimal():
            raise BadQueryError("there is no such thing to do")
        with self._lock:
            if do == "fresh":
                self._is_following, self._is_complete, self._taken = True, True, ()
            try:
                specimen = self._present()
            except LabError as error:  # no room for a copy, or its environment fails
                return packed(MicroscopeFailure(failure=said(error)))
            self._do(specimen, do)
            return message(
                specimen,
                self._session.run,
                chosen=int(chosen[:9]),
                is_following=self._is_following,
                is_complete=self._is_complete,
                problem=self._problem,
            )

    def _present(self) -> Specimen:
        """The copy; a new one if the run has gone on and is followed."""
        run = self._session.run
        with run.held():
            trainer = run.trainer
            place = (trainer.env_step, trainer.gradient_updates, tuple(trainer.configs))
            is_other = run.id != self._of
            stays = not self._is_following or not self._is_complete or place == self._taken
            if self._specimen and not is_other and stays:
                return self._specimen
            _check_size(trainer)
            state = trainer.state_without_history()
        self._specimen = self._copy_of(state, is_other)
        self._of, self._taken, self._is_following = run.id, place, True
        self._is_complete, self._problem = True, ""
        learns_from = trainer.config.learning_starts
        if trainer.env_step >= learns_from or (not trainer.env_step and learns_from <= SOON):
            self._act = "update"
            self._advance(self._specimen, self._act)
        return self._specimen

    def _copy_of(self, state: Mapping[str, Any], is_other: bool) -> Specimen:
        """A copy of this state: the present one brought up to date, unless it is of another run."""
        present, self._specimen = self._specimen, None  # one that fails here is used no more
        if present and not is_other:
            present.follow(state)
            return present
        if present:
            present.close()
        return Specimen(state)

    def _do(self, specimen: Specimen, do: str) -> None:
        if do in ("look", "fresh"):
            return
        if do == "on":
            if not self._is_complete:
                self._advance(specimen, self._act, is_new=False)
            return
        self._is_following = False
        if do == "back":
            if specimen.can_go_back:
                specimen.back()
            self._is_complete, self._problem = True, ""
        elif do == "forward":
            if specimen.can_go_forward:
                specimen.forward()
        else:
            self._act = next(act for act in ACTS if act == do)
            self._advance(specimen, self._act)

    def _advance(self, specimen: Specimen, act: Act, is_new: bool = True) -> None:
        self._problem = ""
        try:
            self._is_complete = specimen.advance(act, SECONDS, is_new)
            self._problem = specimen.trainer.finished() or ""
        except LabError as error:
            self._is_complete, self._problem = True, error.phrase


def _check_size(trainer: Trainer) -> None:
    """Refuse a run whose copies would take too much of the server's memory."""
    size = trainer.replay.stored_bytes
    if size > LARGEST:
        raise ConfigurationError(
            "The microscope copies the run, but its replay takes {size} and {most} are the most: "
            "lower buffer_capacity or train fewer seeds.",
            "buffer_capacity",
            size=in_words(size),
            most=in_words(LARGEST),
        )
