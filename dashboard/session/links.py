"""An experiment as a link: what the address bar carries, and what a person may paste."""

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias, get_args
from urllib.parse import parse_qs, urlencode, urlsplit

from dashboard.session.race import member_configs, race_from
from dashboard.session.view import XAxis
from dashboard.web.markup import in_lines
from dashboard.web.plain_text import as_typed
from dqn_core.compute import chosen_device
from dqn_core.config import (
    EARLIER_NAMES,
    HYPERPARAMETERS,
    DQNConfig,
    hyperparameter,
    in_todays_names,
)
from dqn_core.environments.configured import spec_for
from dqn_core.errors import ConfigurationError, LabError, excerpt
from dqn_core.hyperparameter import GROUP_LABELS, Value
from dqn_core.options import option
from dqn_core.presets import AUTO, OF_CARTPOLE, PRESETS, preset
from dqn_core.sweeps.axis import Axis

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
_OPTIONS: dict[str, str] = {
    **{option(name): name for name in ("preset", *HYPERPARAMETERS, *EARLIER_NAMES)},
    **{option(f"no_{name}"): name for name, h in HYPERPARAMETERS.items() if h.kind is bool},
    "--seeds": "members",
    "--episodes": "total_episodes",
}
"""What each option of the command line is called in a link."""

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

    @property
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

    @property
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


@dataclass(frozen=True)
class Problem:
    """Why a part of a link was not used, and what is used instead, if anything."""

    reason: str
    used: str = ""

    def __str__(self) -> str:
        return f"{self.reason} Used instead: {self.used}." if self.used else self.reason


def read(parameters: Mapping[str, Sequence[str]]) -> tuple[Link, list[str]]:
    """What a link says, and one sentence for each part of it that was not used.

    Nothing that a link can hold raises an error: what is wrong is replaced by the preset's value.
    """
    link, problems = _read(parameters)
    return link, [str(problem) for problem in problems]


def _read(parameters: Mapping[str, Sequence[str]]) -> tuple[Link, list[Problem]]:
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for name, values in parameters.items():
        if name not in NAMES and name not in EARLIER_NAMES:
            problems.append(Problem(f"There is no setting called {_near(name, NAMES)}"))
        elif name in ("hide", "lock"):
            texts[name] = ",".join(values)
        elif values:
            texts[name] = values[-1].strip()
            if len(values) > 1:
                reason = f"{name} is given {len(values)} times: the last one counts."
                problems.append(Problem(reason))

    # A link that names no preset has CartPole's values in any environment, as it always had.
    preset_name = texts.pop("preset", OF_CARTPOLE)
    if preset_name not in PRESETS:
        reason = f"There is no preset {excerpt(preset_name, 60)!r}: choose {' or '.join(PRESETS)}."
        preset_name = AUTO
        problems.append(Problem(reason, preset_name))

    settings: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.name in texts:
            try:
                settings[setting.name] = setting.parsed(texts[setting.name])
            except ConfigurationError as error:
                problems.append(_instead(error, setting.default))

    task = in_lines(texts.pop("task", ""))
    if len(task) > MOST_TASK:
        problems.append(Problem(f"task is cut off after {MOST_TASK} characters."))
        task = task[:MOST_TASK].rstrip()

    config = _configuration(preset_name, texts, problems)
    link = Link(
        preset=preset_name,
        config=config,
        hidden=_named("hide", texts.get("hide", ""), problems),
        locked=_named("lock", texts.get("lock", ""), problems),
        task=task,
        race=_race(texts.get("race", ""), config, settings.get("members", 1), problems),
        **settings,
    )
    try:
        _ = link.member_configs
    except ConfigurationError as error:
        seed = link.baseline.seed
        problems.append(_instead(error, f"{seed} as the first member's seed"))
        link = replace(link, config=link.config.replace(seed=seed))
    return link, problems


def _race(text: str, config: DQNConfig, seeds: int, problems: list[Problem]) -> Axis | None:
    try:
        race = race_from(text, seeds) if text else None
        member_configs(config, 1, race)  # its values have to go together with the others
        return race
    except ConfigurationError as error:
        problems.append(_instead(error, "no race"))
        return None


def _configuration(
    preset_name: str, texts: Mapping[str, str], problems: list[Problem]
) -> DQNConfig:
    try:
        texts = in_todays_names(texts)
    except ConfigurationError as error:
        texts = {name: text for name, text in texts.items() if name not in EARLIER_NAMES}
        problems.append(Problem(str(error)))
    named = _in_environment(preset(preset_name), texts, problems)
    base = preset(preset_name, named.env_id, named.env_kwargs)
    values: dict[str, Value] = {"env_id": named.env_id, "env_kwargs": named.env_kwargs}
    for name in [name for name in HYPERPARAMETERS if name in texts and name not in values]:
        try:
            value = HYPERPARAMETERS[name].parsed(texts[name])
            if name == "device":  # only trying tells whether it is on this machine
                chosen_device(str(value))
            values[name] = value
        except LabError as error:
            problems.append(_instead(error, getattr(base, name)))
    while True:
        try:
            return base.replace(**values)
        except ConfigurationError as error:
            # Two values that do not go together: neither is used.
            together = [name for name in values if name in error.names] or list(values)
            used = " and ".join(f"{name} {written(getattr(base, name))}" for name in together)
            problems.append(_instead(error, used))
            for name in together:
                del values[name]


def _in_environment(
    base: DQNConfig, texts: Mapping[str, str], problems: list[Problem]
) -> DQNConfig:
    """``base`` in the environment that ``texts`` name, if it can be made on this machine."""
    refusal = None
    for names in (("env_id", "env_kwargs"), ("env_id",), ()):  # as much of it as can be used
        try:
            given = {n: HYPERPARAMETERS[n].parsed(texts[n]) for n in names if n in texts}
            found = base.replace(**given)
            spec_for(found)
        except LabError as error:
            refusal = refusal or error
        else:
            break
    if refusal:
        problems.append(_instead(refusal, found.environment))
    return found


def pasted(text: str, present: Link) -> Link:
    """The experiment in ``text``, over ``present``: JSON, a link, or a command that trains.

    The JSON is what `DQNConfig.to_dict` gives, or an object that has it under "config". What is
    hidden or locked stays so, and the task. Raises `ConfigurationError` for the first thing that is
    wrong.
    """
    text = as_typed(text)
    if not text:
        raise ConfigurationError("There is nothing to apply: paste a configuration or a link.")
    command = re.search(r"\bdqn_core\s+train\b", text)
    if command and not text.startswith(("{", "[")):
        return _pasted_command(text[command.end() :], present)
    if not text.startswith(("{", "[")):
        return _pasted_link(text, present)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"This JSON is not complete or not correct: {error}.") from None
    if isinstance(content, dict) and isinstance(content.get("config"), dict):
        content = content["config"]
    if not isinstance(content, dict):
        raise ConfigurationError("A configuration is a JSON object of names and values.")
    content = in_todays_names(content)
    for name in content:
        hyperparameter(excerpt(name, 60))
    config = present.config.replace(**content)
    spec_for(config)
    return replace(present, config=config)


def _pasted_link(text: str, present: Link) -> Link:
    try:
        query = urlsplit(text).query or text.removeprefix("?")
        parameters = parse_qs(query, keep_blank_values=True)
    except ValueError:
        parameters = {}
    if "=" not in text or not parameters:
        raise ConfigurationError(
            "This is neither a configuration in JSON, which begins with {, nor a link or a command "
            "of DQN Lab."
        )
    lesson = {name: getattr(present, name) for name in ("hidden", "locked", "task")}
    return replace(_whole(parameters), **lesson)


def _pasted_command(options: str, present: Link) -> Link:
    """The options of `python -m dqn_core train`, as far as a page has them."""
    try:
        words = shlex.split(re.sub(r"[\\^`][ \t]*\n", " ", options))
    except ValueError:
        raise ConfigurationError("This command is cut off: a quotation mark is open.") from None
    parameters: dict[str, list[str]] = {}
    while words:
        word, has_value, value = words.pop(0).partition("=")
        name = _OPTIONS.get(word)
        if not name:
            raise ConfigurationError(
                f"A page takes --preset, --seeds and hyperparameters from a command, not {word}."
            )
        if name in HYPERPARAMETERS and HYPERPARAMETERS[name].kind is bool:
            if has_value:
                raise ConfigurationError(f"{word} is a switch and takes no value, not {value!r}.")
            value = "off" if word.startswith("--no-") else "on"
        elif not has_value:
            value = words.pop(0) if words else ""
        if name in HYPERPARAMETERS and HYPERPARAMETERS[name].scale == "text":
            while words and not words[0].startswith("--"):
                value += f" {words.pop(0)}"
        parameters[name] = [value]
    link = _whole({"preset": [AUTO]} | parameters)
    return replace(present, preset=link.preset, config=link.config, members=link.members)


def _whole(parameters: Mapping[str, Sequence[str]]) -> Link:
    """The link of these parameters; raises `ConfigurationError` for the first thing wrong in it."""
    link, problems = _read(parameters)
    if problems:
        raise ConfigurationError(problems[0].reason)
    return link


def _named(parameter: str, text: str, problems: list[Problem]) -> tuple[str, ...]:
    """The controls and groups that ``hide`` or ``lock`` names, each once."""
    known = {name.lower(): name for name in (*CONTROLS, *GROUPS)}
    known |= {earlier: declared.name for earlier, declared in EARLIER_NAMES.items()}
    found: dict[str, None] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        if word.lower() in known:
            found[known[word.lower()]] = None
        else:
            hint = _near(word, (*CONTROLS, *GROUPS))
            problems.append(Problem(f"{parameter} names a control that does not exist, {hint}"))
    return tuple(found)


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
    return f"{race.name}={','.join(map(written, race.values))}"


def _instead(error: LabError, used: Value) -> Problem:
    return Problem(str(error), written(used) or "none")


def _near(name: str, known: Iterable[str]) -> str:
    short = excerpt(name, 60)
    near = get_close_matches(short.lower(), known, n=1, cutoff=0.65)
    return f"{short!r}: did you mean {near[0]}?" if near else f"{short!r}."
