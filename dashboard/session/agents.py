"""Which agents can be watched: those of the run in training, the project's own, an uploaded one."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeAlias

import streamlit as st
import torch

from dashboard.session.race import member_words
from dashboard.session.run import Run
from dashboard.session.session import Session
from dashboard.session.store import store
from dashboard.session.words import named_value
from dashboard.web.language import _, said
from dashboard.web.markup import plain
from dashboard.web.static_files import ASSETS
from dqn_core import HYPERPARAMETERS, PRESETS, Agent, DQNConfig, load_agent, preset
from dqn_core.base.errors import CheckpointError
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.keyword_arguments import called
from dqn_core.files.checkpoint import SavedAgents, read_agents
from dqn_core.store.record import RunRecord

SAID_BEFORE = {"seed", "env_id", "env_kwargs"}
"""Hyperparameters that are no part of what is said about an agent's values."""

TRAINED = ASSETS / "agents"
"""Agents of `benchmarks/environments.py`, each in a file named after its environment."""


Moment = Literal["now", "best", "passed"]
Load: TypeAlias = Callable[[], Agent]


@dataclass(frozen=True)
class InTraining:
    """Which agent of the run in training it is.

    ``passed`` is a state that the run has gone beyond, and may thin out.
    """

    run_id: str
    member: int
    moment: Moment


@dataclass(frozen=True)
class Choice:
    """An agent that can be chosen by its ``key``: ``whose`` and from ``when`` it is, in words.

    ``identity`` differs whenever another agent stands behind the same key; that an agent in
    training learns does not make it another one. ``in_training`` is None if it is not of the
    run in training. ``load`` may raise `LabError`.
    """

    key: str
    whose: str
    when: str
    identity: str
    env_id: str
    load: Load
    in_training: InTraining | None = None
    env_kwargs: str = ""

    @property
    def environment(self) -> str:
        return called(self.env_id, self.env_kwargs)

    @property
    def name(self) -> str:
        if not self.when:
            return self.whose
        return Phrase("{whose}, {when}", whose=self.whose, when=self.when)


@dataclass(frozen=True)
class Chosen:
    """The agent behind a choice as it is at this moment; ``title`` tells at which step that is."""

    title: str
    identity: str
    agent: Agent
    in_training: InTraining | None = None


@dataclass(frozen=True)
class Upload:
    """A file that was taken in: its agents, the first one already built."""

    file_id: str
    name: str
    saved: SavedAgents
    first: Agent

    def choices(self) -> list[Choice]:
        """One agent, or those of a run's members."""

        def load(member: int) -> Agent:
            return self.saved.agent(member) if member else self.first

        members = len(self.saved.configs)
        return [
            Choice(
                f"upload {self.file_id} {p}",
                Phrase(
                    "Uploaded: {name}, agent {number}" if members > 1 else "Uploaded: {name}",
                    name=self.name,
                    number=p + 1,
                ),
                "",
                f"{self.file_id}:{p}",
                self.first.config.env_id,
                partial(load, p),
                env_kwargs=self.first.config.env_kwargs,
            )
            for p in range(members)
        ]


def _which(name: str, configs: Sequence[DQNConfig]) -> list[str]:
    """The names of agents that were trained side by side in what is called ``name``."""
    if len(configs) == 1:
        return [name]
    return [Phrase("{whose}, {which}", whose=name, which=words) for words in member_words(configs)]


@st.cache_resource(show_spinner=False)
def trained_agent(env_id: str) -> Agent:
    """The agent of an environment that comes with the project."""
    return load_agent(TRAINED / f"{env_id}.safetensors")


def _trained(first: str) -> list[Choice]:
    """The project's own agents, that of the environment ``first`` before the others."""
    return [
        Choice(
            f"trained {env_id}",
            Phrase("Trained {env_id} agent", env_id=env_id),
            "",
            f"trained {env_id}",
            env_id,
            partial(trained_agent, env_id),
        )
        for env_id in sorted(_with_agents(), key=lambda env_id: (env_id != first, env_id))
    ]


def _with_agents() -> list[str]:
    """The environments that an agent comes with the project for."""
    return [path.stem for path in TRAINED.glob("*.safetensors")]


def stored_key(run: str, member: int = 0) -> str:
    """The key of an agent of a run in the store."""
    return f"stored {run} {member}"


def _stored(record: RunRecord) -> list[Choice]:
    """The agents of a run in the store, as they were when it was written last."""

    def load(member: int) -> Agent:
        with closing(store().trainer(record.run)) as trainer:
            return trainer.agent(member)

    return [
        Choice(
            stored_key(record.run, member),
            whose,
            Phrase("at its end"),
            f"stored {record.run}:{member}:{record.env_steps}",
            record.env_id,
            partial(load, member),
            env_kwargs=record.configs[0].env_kwargs,
        )
        for member, whose in enumerate(_which(record.name, record.configs))
    ]


def _in_training(run: Run, names: Sequence[str], first: int) -> list[Choice]:
    """The agents of a run in training, which are called ``names``: as they are, and as they were.

    ``first`` is the number of its first one where several runs take turns.
    """
    config = run.config

    def of(p: int, moment: Moment, key: str, when: str, what: str, load: Load) -> Choice:
        whose, which = names[p], InTraining(run.id, p, moment)
        identity = f"{run.id}:{what}"
        return Choice(key, whose, when, identity, config.env_id, load, which, config.env_kwargs)

    def now(p: int) -> Choice:
        when, load = Phrase("as it is now"), partial(run.agent, p)
        return of(p, "now", f"now {first + p}", when, f"{p}", load)

    def best(p: int) -> Choice:
        load = partial(run.best_agent, p)
        what = f"{p}:best {load().env_steps}"
        return of(p, "best", f"best {first + p}", Phrase("best so far"), what, load)

    def passed(agent: Agent) -> Choice:
        step = agent.env_steps
        when = Phrase("at step {step:,}", step=step)
        return of(0, "passed", f"step {step} of {first}", when, f"step {step}", lambda: agent)

    members = range(run.trainer.members)
    return [
        *map(now, members),
        *map(best, members if len(run.history.evaluations) else ()),
        *map(passed, reversed(run.passed_agents)),
    ]


def available(session: Session, upload: Upload | None = None) -> dict[str, Choice]:
    """Every agent that can be chosen, by its key."""
    turns, choices = session.turns, list[Choice]()
    names = _which(Phrase("In training"), turns.configs)
    for n, run in enumerate(turns.runs):
        if run.trainer.env_step:
            first = turns.first_member(n)
            choices += _in_training(run, names[first : first + run.trainer.members], first)
    for record in session.earlier.watchable(turns.first):
        choices += _stored(record)
    choices += _trained(turns.first.config.env_id)
    if upload:
        choices += upload.choices()
    return {choice.key: choice for choice in choices}


def about(chosen: Chosen) -> str:
    """What an agent is: how long it has learnt, and with which values."""
    config = chosen.agent.config
    apart = {
        declared.label: config.difference(preset(name, config.env_id, config.env_kwargs)).keys()
        - SAID_BEFORE
        for name, declared in PRESETS.items()
    }
    nearest = min(apart, key=lambda label: len(apart[label]))
    names = [name for name in HYPERPARAMETERS if name in apart[nearest] | {"gamma"}]
    values = [named_value(name, getattr(config, name)) for name in names]
    return _(
        "**{agent}**: {environment}, after {steps:,} steps of training; {values}, other values as "
        "in {preset}.",
        agent=plain(said(chosen.title)),
        environment=config.environment,
        steps=chosen.agent.env_steps,
        values=values,
        preset=Phrase(nearest),
    )


def load(choice: Choice) -> Chosen:
    """Raises `LabError` when the agent cannot play."""
    agent = choice.load()
    if not torch.isfinite(agent.network.parameters).all():
        raise CheckpointError(
            "“{name}” has weights that are not finite: it diverged and cannot play.",
            name=choice.name,
        )
    which = choice.in_training
    goes_on = which is not None and which.moment == "now"
    when = Phrase("at step {step:,}", step=agent.env_steps) if goes_on else choice.when
    return Chosen(replace(choice, when=when).name, choice.identity, agent, which)


def read_upload(file_id: str, name: str, content: bytes) -> Upload:
    """The agents in a file; raises `CheckpointError` in one sentence."""
    saved = read_agents(content)
    return Upload(file_id, name, saved, saved.agent())


def trained_key(environment: str) -> str:
    """The key of the project's own agent of that environment, "" where there is none."""
    return f"trained {environment}" if environment in _with_agents() else ""
