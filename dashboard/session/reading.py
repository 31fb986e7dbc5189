"""What a link says; what is wrong in it is replaced and named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from dashboard.session.links import CONTROLS, GROUPS, MOST_TASK, NAMES, SETTINGS, Link, written
from dashboard.session.race import member_configs, race_from
from dashboard.web.markup import in_lines
from dqn_core.base.compute import chosen_device
from dqn_core.base.errors import ConfigurationError, LabError, excerpt
from dqn_core.base.phrases import Phrase, all_of, did_you_mean, one_of
from dqn_core.configuration.config import EARLIER_NAMES, HYPERPARAMETERS, DQNConfig, in_todays_names
from dqn_core.configuration.hyperparameter import Value
from dqn_core.environments.configured import spec_for
from dqn_core.presets import AUTO, OF_CARTPOLE, PRESETS, preset
from dqn_core.sweeps.axis import Axis


@dataclass(frozen=True)
class Problem:
    """Why a part of a link was not used, and what is used instead, if anything.

    ``names`` are the parameters that it is about.
    """

    reason: Phrase
    used: str = ""
    names: tuple[str, ...] = ()

    @property
    def phrase(self) -> Phrase:
        """Both, in sentences."""
        if not self.used:
            return self.reason
        return Phrase("{reason} Used instead: {used}.", reason=self.reason, used=self.used)


def read(parameters: Mapping[str, Sequence[str]]) -> tuple[Link, list[str]]:
    """What a link says, and one sentence for each part of it that was not used.

    Nothing that a link can hold raises an error: what is wrong is replaced by the preset's value.
    """
    link, problems = read_all(parameters)
    return link, [problem.phrase for problem in problems]


def whole(parameters: Mapping[str, Sequence[str]]) -> Link:
    """The link of these parameters; raises `ConfigurationError` for the first thing wrong in it."""
    link, problems = read_all(parameters)
    if problems:
        raise ConfigurationError(problems[0].reason)
    return link


def read_all(parameters: Mapping[str, Sequence[str]]) -> tuple[Link, list[Problem]]:
    """As `read`, with what each problem is about."""
    problems: list[Problem] = []
    texts = _texts(parameters, problems)
    preset_name = _preset(texts, problems)
    settings = _settings(texts, problems)
    task = _task(texts.get("task", ""), problems)
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
        used = Phrase("{seed} as the first member's seed", seed=seed)
        problems.append(_instead(error, used, "seed"))
        link = replace(link, config=link.config.replace(seed=seed))
    return link, problems


def _texts(parameters: Mapping[str, Sequence[str]], problems: list[Problem]) -> dict[str, str]:
    """The text of each parameter that there is; of one that is given again the last."""
    texts: dict[str, str] = {}
    for name, values in parameters.items():
        if name not in NAMES and name not in EARLIER_NAMES:
            unknown = Phrase("There is no setting called {name}.", name=_short(name))
            reason = _near(unknown, name, NAMES)
            problems.append(Problem(reason, names=(name,)))
        elif name in ("hide", "lock"):
            texts[name] = ",".join(values)
        elif values:
            texts[name] = values[-1].strip()
            if len(values) > 1:
                reason = Phrase(
                    "{name} is given {count} times: the last one counts.",
                    name=name,
                    count=len(values),
                )
                problems.append(Problem(reason, names=(name,)))
    return texts


def _preset(texts: Mapping[str, str], problems: list[Problem]) -> str:
    # A link that names no preset has CartPole's values in any environment, as it always had.
    name = texts.get("preset", OF_CARTPOLE)
    if name in PRESETS:
        return name
    reason = Phrase(
        "There is no preset {name}: choose {presets}.",
        name=_short(name),
        presets=one_of(tuple(PRESETS)),
    )
    problems.append(Problem(reason, AUTO, ("preset",)))
    return AUTO


def _settings(texts: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.name in texts:
            try:
                settings[setting.name] = setting.parsed(texts[setting.name])
            except ConfigurationError as error:
                problems.append(_instead(error, setting.default, setting.name))
    return settings


def _task(text: str, problems: list[Problem]) -> str:
    task = in_lines(text)
    if len(task) > MOST_TASK:
        problems.append(Problem(Phrase("task is cut off after {most} characters.", most=MOST_TASK)))
        task = task[:MOST_TASK].rstrip()
    return task


def _race(text: str, config: DQNConfig, seeds: int, problems: list[Problem]) -> Axis | None:
    try:
        race = race_from(text, seeds) if text else None
        member_configs(config, 1, race)  # its values have to go together with the others
        return race
    except ConfigurationError as error:
        problems.append(_instead(error, Phrase("no race"), "race"))
        return None


def _configuration(
    preset_name: str, texts: Mapping[str, str], problems: list[Problem]
) -> DQNConfig:
    try:
        texts = in_todays_names(texts)
    except ConfigurationError as error:
        texts = {name: text for name, text in texts.items() if name not in EARLIER_NAMES}
        problems.append(Problem(error.phrase))
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
            problems.append(_instead(error, getattr(base, name), name))
    while True:
        try:
            return base.replace(**values)
        except ConfigurationError as error:
            # Two values that do not go together: neither is used.
            together = [name for name in values if name in error.names] or list(values)
            used = all_of([f"{name} {written(getattr(base, name))}" for name in together])
            problems.append(_instead(error, used, *together))
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
        problems.append(_instead(refusal, found.environment, "env_id", "env_kwargs"))
    return found


def _named(parameter: str, text: str, problems: list[Problem]) -> tuple[str, ...]:
    """The controls and groups that ``hide`` or ``lock`` names, each once."""
    known = {name.lower(): name for name in (*CONTROLS, *GROUPS)}
    known |= {earlier: declared.name for earlier, declared in EARLIER_NAMES.items()}
    found: dict[str, None] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        if word.lower() in known:
            found[known[word.lower()]] = None
        else:
            unknown = Phrase(
                "{parameter} names a control that does not exist, {name}.",
                parameter=parameter,
                name=_short(word),
            )
            reason = _near(unknown, word, (*CONTROLS, *GROUPS))
            problems.append(Problem(reason, names=(parameter,)))
    return tuple(found)


def _instead(error: LabError, used: Value, *names: str) -> Problem:
    text = used if isinstance(used, Phrase) else written(used)
    return Problem(error.phrase, text or Phrase("none"), names)


def _short(name: str) -> str:
    return repr(excerpt(name, 60))


def _near(unknown: Phrase, name: str, known: Iterable[str]) -> Phrase:
    near = get_close_matches(excerpt(name, 60).lower(), known, n=1, cutoff=0.65)
    return did_you_mean(unknown, near)
