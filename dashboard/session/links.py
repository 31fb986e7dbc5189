"""An experiment as a link: everything that the address bar carries."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias, get_args
from urllib.parse import urlencode

from dashboard.session.race import member_configs
from dashboard.session.view import XAxis
from dqn_core.configuration.config import HYPERPARAMETERS, DQNConfig
from dqn_core.configuration.hyperparameter import GROUP_LABELS, Value
from dqn_core.presets import AUTO, OF_CARTPOLE, PRESETS, preset
from dqn_core.sweeps.axis import Axis, separator

View: TypeAlias = Literal["page", "presentation"]

MOST_MEMBERS = 16
MOST_TASK = 500
"""Characters of a lesson's task."""

# Checked as hyperparameters are, and refused in the same words.
MEMBERS = replace(
    HYPERPARAMETERS["n_step"],
    name="members",
    group="environment",
    default=1,
    low=1,
    high=MOST_MEMBERS,
)
X_AXIS = replace(
    HYPERPARAMETERS["loss"], name="x_axis", default="env_step", choices=get_args(XAxis)
)
SMOOTHING = replace(HYPERPARAMETERS["gamma"], name="smoothing", default=0.9, high=0.99)
VIEW = replace(HYPERPARAMETERS["loss"], name="view", default="page", choices=get_args(View))
SETTINGS = (MEMBERS, X_AXIS, SMOOTHING, VIEW)

GROUPS: dict[str, tuple[str, ...]] = {
    group: tuple(h.name for h in (*HYPERPARAMETERS.values(), MEMBERS) if h.group == group)
    for group in GROUP_LABELS
}
"""The controls of each group."""
_TOGETHER = {"env_id": ("env_id", "env_kwargs")}
"""What a lesson hides or locks with a control: the arguments are part of the environment."""

CONTROLS = ("preset", "members", *HYPERPARAMETERS)
NAMES = ("preset", *(s.name for s in SETTINGS), "race", "hide", "lock", "task", *HYPERPARAMETERS)
"""Every parameter that a link may have."""


@dataclass(frozen=True)
class Link:
    """Everything that a link can say. ``members`` are seeds, in a race those of each value;
    ``hidden`` and ``locked`` name controls or whole groups, ``task`` is what a lesson asks for.
    """

    preset: str = AUTO
    config: DQNConfig = PRESETS[AUTO].config
    members: int = 1
    race: Axis | None = None
    x_axis: XAxis = "env_step"
    smoothing: float = 0.9
    view: View = "page"
    hidden: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    task: str = ""

    def __post_init__(self) -> None:
        if self.preset == OF_CARTPOLE and self.config.env_id == DQNConfig.env_id:
            object.__setattr__(self, "preset", AUTO)  # there they are what is recommended

    @property
    def member_configs(self) -> list[DQNConfig]:
        """One configuration for each member, with consecutive seeds."""
        return member_configs(self.config, self.members, self.race)

    @cached_property
    def differences(self) -> dict[str, Value]:
        """Hyperparameters whose value is not the preset's; the seed is not one of them."""
        values = self.config.difference(self.baseline)
        values.pop("seed", None)
        return values

    @property
    def environment(self) -> dict[str, str]:
        """What names the environment where the preset follows it; it is no difference then."""
        if not PRESETS[self.preset].follows_environment:
            return {}
        arguments = {"env_kwargs": self.config.env_kwargs} if self.config.env_kwargs else {}
        return {"env_id": self.config.env_id} | arguments

    @cached_property
    def baseline(self) -> DQNConfig:
        """The preset's values, against which differences are marked."""
        return preset(self.preset, self.config.env_id, self.config.env_kwargs)

    @property
    def hidden_controls(self) -> frozenset[str]:
        """Names of the controls that are not shown."""
        return _controls(self.hidden)

    @property
    def fixed_controls(self) -> frozenset[str]:
        """Names of the controls that nobody can move: the hidden ones and the locked ones."""
        return _controls((*self.hidden, *self.locked))

    @property
    def query(self) -> str:
        """The part of the address after the question mark; `read` understands it."""
        parameters: dict[str, str] = {"preset": self.preset}
        parameters |= {name: written(value) for name, value in self.environment.items()}
        parameters |= {name: written(value) for name, value in self.differences.items()}
        parameters["seed"] = str(self.config.seed)
        settings = ((s, getattr(self, s.name)) for s in SETTINGS)
        parameters |= {s.name: written(v) for s, v in settings if v != s.default}
        parameters |= {"race": written_race(self.race)} if self.race else {}
        parameters |= {"hide": ",".join(self.hidden)} if self.hidden else {}
        parameters |= {"lock": ",".join(self.locked)} if self.locked else {}
        parameters |= {"task": self.task} if self.task else {}
        return urlencode(parameters, safe=",")


def _controls(names: Iterable[str]) -> frozenset[str]:
    groups = GROUPS | _TOGETHER
    return frozenset(control for name in names for control in groups.get(name, (name,)))


def written(value: Value) -> str:
    """A value that `Hyperparameter.parsed` reads back to the bit."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return repr(value)
    # Without a space, which a link writes as + and some command lines cannot quote; but what is
    # in quotation marks stays.
    text = str(value)
    return text if {"'", '"'} & set(text) else text.replace(", ", ",")


def written_race(race: Axis) -> str:
    """A race that `race_from` reads back."""
    between = separator(HYPERPARAMETERS[race.name])
    return f"{race.name}={between.join(map(written, race.values))}"
