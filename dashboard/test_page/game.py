"""You against the agent where the browser does not know the physics: stepped and drawn here.

A `Game` is one episode of a person's. Its moments are pictures of both, the person and the agent
from the same start, which the browser asks for as they come; what it sends are the keys.
"""

import itertools
import json
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from dashboard.session.agents import Chosen
from dashboard.test_page.film import StoppedError
from dashboard.web.envelope import packed
from dashboard.web.feed import BadQueryError
from dashboard.web.language import _, said, together
from dqn_core import record
from dqn_core.base.errors import LabError
from dqn_core.base.numbers import number
from dqn_core.base.phrases import Phrase
from dqn_core.environments.configured import environment_for, spec_for
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.episodes.conditions import Conditions
from dqn_core.episodes.episode import Episode
from dqn_core.episodes.pictures import Frame, encode
from dqn_core.episodes.recording import Recording, render_mode

_log = logging.getLogger(__name__)

SPEEDS = (0.1, 0.25, 0.5, 1.0)
MOVE_SECONDS = 0.3
"""The time between two moves of the agent when it plays on alone and no clock runs."""

ABANDONED_SECONDS = 60.0
"""A game of which nobody has asked for so long is given up."""

WAIT_SECONDS = 0.25
"""How long an answer waits for something new: a step is to be seen as soon as it was made."""


def keys_of(spec: EnvironmentSpec) -> dict[str, int]:
    """Which key takes which action, as the family declares it."""
    return {action.key: i for i, action in enumerate(spec.family.actions) if action.key}


def remark(spec: EnvironmentSpec, has_masks: bool = False) -> str:
    """What a person should know before the first key; ``has_masks`` if actions may be forbidden."""
    sentences = [_(spec.task)] if spec.task else []
    if spec.is_slippery:
        sentences.append(_("It is slippery: a step may go sideways."))
    if has_masks:
        sentences.append(_("The key of an action that is not allowed does nothing."))
    return together(*sentences)


def has_clock(spec: EnvironmentSpec) -> bool:
    """Whether time passes by itself; where a state is an index, each move is a step."""
    return not spec.n_states


@dataclass(frozen=True)
class Moment:
    """What both players see at one step, compressed, and their returns so far."""

    pictures: tuple[bytes, bytes]
    returns: tuple[float, float]


class GameAnswer(TypedDict):
    """What a browser lacks of a game: its ``returns`` are the person's and the agent's, its
    ``keys`` have an action each. Bodies: the pictures of the person and of the agent in turns."""

    id: str
    title: str
    start: int
    heard: int
    kind: Literal["picture", "text"]
    sizes: list[int]
    returns: list[tuple[float, float]]
    keys: dict[str, int]
    labels: list[str]
    has_clock: bool
    is_running: bool
    over: bool
    message: str


class GameQuestion(TypedDict):
    """The game that a browser has, how many moments of it, and the keys that were not yet heard as
    JSON (`Game.hear`)."""

    id: str
    start: int
    keys: str


@dataclass
class Game:
    """One episode that a person plays, with the agent's from the same start beside it.

    An environment with a clock steps ``speed`` times its own rate a second from the first key on,
    with the key that is held; one without, whose observation is a state's index, at each key. The
    person's result is known when the person's episode ends; the agent's then goes on to its end.
    """

    chosen: Chosen
    seed: int
    conditions: Conditions
    speed: float = SPEEDS[1]
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def __post_init__(self) -> None:
        config = self.chosen.agent.config
        self.spec = spec_for(config)
        self.keys = keys_of(self.spec)
        self.has_clock = has_clock(self.spec)
        self.message = ""
        self.over = False
        self._moments: list[Moment] = []
        self._heard = 0
        self._presses: deque[int] = deque(maxlen=20)
        self._held: int | None = None
        self._is_stepping = False
        self._asked = self._next_at = time.monotonic()
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name=f"game-{self.id}", daemon=True).start()

    def is_of(self, chosen: Chosen, seed: int, conditions: Conditions) -> bool:
        """Whether it is a game against this agent, from this start, under these conditions."""
        mine, theirs = self.chosen, chosen
        return (
            mine.identity == theirs.identity
            and mine.agent.env_steps == theirs.agent.env_steps
            and self.seed == seed
            and self.conditions == conditions
        )

    def hear(self, events: Sequence[Any]) -> None:
        """Take keys that went down (an action) or up (None), each `[number, action]`.

        The browser repeats events until they are confirmed. Those that were heard before are left
        out, and so is anything that is no such event.
        """
        with self._changed:
            for event in events:
                match event:
                    case [int(number), None] if number > self._heard:
                        self._held = None
                    case [int(number), int(action)] if (
                        number > self._heard and 0 <= action < self.spec.n_actions
                    ):
                        self._held = action
                        self._presses.append(action)
                    case _:
                        continue
                self._heard = number
            self._changed.notify_all()

    @property
    def _period(self) -> float:
        """Seconds from one step to the next."""
        return 1 / (self.spec.frames_per_second * self.speed) if self.has_clock else MOVE_SECONDS

    @property
    def _is_running(self) -> bool:
        """Whether there will be something new without another key."""
        has_begun = len(self._moments) > 1
        is_moving = self._is_stepping or bool(self._presses) or (self.has_clock and has_begun)
        return not self.over and (is_moving or not self._moments or bool(self.message))

    def let_go(self) -> None:
        """No key is held: the browser that held one is gone."""
        self._held = None

    def stop(self) -> None:
        """Play no further."""
        self._end(Phrase("Stopped."))

    def answer(self, query: Mapping[str, str]) -> bytes:
        """What happened, to a browser that has the first ``start`` moments and tells its ``keys``.

        One that has just come, or has another game, does not name this one by its ``id``: it has
        nothing yet and holds no key. Raises `BadQueryError` where the numbers are none.
        """
        if query.get("id") != self.id:
            self.let_go()
            return self.part(0)
        try:
            start, events = int(query.get("start", 0)), json.loads(query.get("keys", "[]"))
        except (ValueError, RecursionError):
            raise BadQueryError("its numbers cannot be read") from None
        self.hear(events if isinstance(events, list) else [])
        return self.part(max(start, 0))

    def part(self, start: int, wait: float = WAIT_SECONDS) -> bytes:
        """The moments from ``start`` on, after at most ``wait`` seconds if there are none yet.

        A header, then the pictures, of the person and of the agent in turns, whose sizes it lists.
        """
        with self._changed:
            self._asked = time.monotonic()
            self._changed.wait_for(lambda: self.over or len(self._moments) > start, wait)
            moments = self._moments[start:]
            over, message, heard = self.over, self.message, self._heard
            is_running = self._is_running
        pictures = [picture for moment in moments for picture in moment.pictures]
        header: GameAnswer = {
            "id": self.id,
            "title": said(self.chosen.title),
            "start": start,
            "heard": heard,
            "kind": "text" if render_mode(self.spec) == "ansi" else "picture",
            "sizes": [len(picture) for picture in pictures],
            "returns": [moment.returns for moment in moments],
            "keys": self.keys,
            "labels": [_(self.spec.action_labels[action]) for action in self.keys.values()],
            "has_clock": self.has_clock,
            "is_running": is_running,
            "over": over,
            "message": said(message),
        }
        return packed(header, *pictures)

    def _run(self) -> None:
        try:
            self._play()
        except StoppedError:
            return
        except LabError as error:
            self._end(error.phrase)
        except Exception:
            _log.exception("Game %s failed.", self.id)
            self._end(
                Phrase("The game stopped because of an error; the server's log describes it.")
            )

    def _play(self) -> None:
        agent, conditions = self.chosen.agent, self.conditions
        theirs = record(agent, self.seed, conditions, watcher=self._stop_recording, pictures=False)
        beside = _side(theirs)
        mode = render_mode(self.spec)
        words = ""
        with closing(environment_for(agent.config, mode, conditions.parameters)) as environment:
            look = environment.render if mode else lambda: None
            episode = Episode(environment, self.seed, conditions, agent.config.action_masks)
            self._add(look(), episode.total, beside)
            while not words and (action := self._next_action(episode.steps)) is not None:
                if episode.allowed is not None and not episode.allowed[action]:
                    continue  # as if no key had been pressed
                episode.step(action)
                words = _verdict(episode, theirs) if episode.is_over else ""
                self._add(look(), episode.total, beside, words)
        for _step in range(episode.steps, len(theirs.actions)):
            with self._changed:
                self._changed.wait_for(lambda: self.over, self._period)
                self._give_up_if_abandoned()
            if self.over:
                return
            self._add(None, episode.total, beside)
        self._end(words)

    def _stop_recording(self, *_: object) -> None:
        if self.over:
            raise StoppedError("The game is over.")

    def _next_action(self, step: int) -> int | None:
        """The action of the next step when its time has come; None when the game is over."""
        with self._changed:
            self._is_stepping = False
            if not self.has_clock or not step:
                while not self._presses and not self.over:
                    self._changed.wait(1.0)
                    self._give_up_if_abandoned()
            else:
                # From deadline to deadline: drawing is part of the period.
                now = time.monotonic()
                self._next_at = max(self._next_at + self._period, now)
                self._changed.wait_for(lambda: self.over, self._next_at - now)
                self._give_up_if_abandoned()
            if self.over:
                return None
            self._is_stepping = True
            pressed = self._presses.popleft() if self._presses else None
            if not self.has_clock or pressed is not None:
                self._last = pressed
                return pressed
            if self._held is not None:
                return self._held
            idle = self.spec.family.idle
            return self._last if idle is None else idle

    def _give_up_if_abandoned(self) -> None:
        if time.monotonic() - self._asked > ABANDONED_SECONDS:
            self._end(Phrase("Stopped, because the page was not open."))

    def _add(
        self,
        frame: Frame | None,
        total: float,
        beside: Iterator[tuple[Any, float]],
        last_words: str = "",
    ) -> None:
        theirs, their_total = next(beside)
        mine, other = (encode([f])[0] if f is not None else b"" for f in (frame, theirs))
        with self._changed:
            self._moments.append(Moment((mine, other), (total, their_total)))
            self.message = self.message or last_words
            self._changed.notify_all()

    def _end(self, message: str) -> None:
        with self._changed:
            if not self.over:
                self.over, self.message = True, self.message or message
            self._changed.notify_all()


def _verdict(mine: Episode, theirs: Recording) -> str:
    """How an episode that is over compares with the agent's."""
    values = {"step": mine.steps, "mine": number(mine.total), "theirs": number(theirs.total)}
    if mine.total > theirs.total:
        return Phrase("Over at step {step:,}: you {mine}, the agent {theirs}. You win.", **values)
    if mine.total == theirs.total:
        return Phrase("Over at step {step:,}: you {mine}, the agent {theirs}. A draw.", **values)
    return Phrase("Over at step {step:,}: you {mine}, the agent {theirs}.", **values)


def _side(recording: Recording) -> Iterator[tuple[Frame | None, float]]:
    """The agent's pictures and returns so far, the last ones for ever."""
    totals = itertools.accumulate(recording.rewards.tolist(), initial=0.0)
    pictures = (picture for _, picture in recording.pictures())
    frames = pictures if recording.has_pictures else itertools.repeat(None)
    last: tuple[Frame | None, float] = (None, 0.0)
    for last in zip(frames, totals, strict=False):
        yield last
    yield from itertools.repeat(last)
