"""What a person pastes: a configuration, a link, or a command."""

import json
import re
import shlex
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from dashboard.session.address import of_experiment
from dashboard.session.links import Link
from dashboard.session.reading import whole
from dashboard.web.plain_text import as_typed
from dqn_core.base.errors import ConfigurationError, excerpt
from dqn_core.configuration.config import (
    EARLIER_NAMES,
    HYPERPARAMETERS,
    hyperparameter,
    in_todays_names,
)
from dqn_core.configuration.options import option
from dqn_core.environments.configured import spec_for
from dqn_core.presets import AUTO

MOST_CHARACTERS = 20_000
"""The longest text that may be pasted."""

_OPTIONS: dict[str, str] = {
    **{option(name): name for name in ("preset", *HYPERPARAMETERS, *EARLIER_NAMES)},
    **{option(f"no_{name}"): name for name, h in HYPERPARAMETERS.items() if h.kind is bool},
    "--seeds": "members",
    "--set": "race",
    "--episodes": "total_episodes",
}
"""What each option of the command line is called in a link."""


def pasted(text: str, present: Link) -> Link:
    """The experiment in ``text``, over ``present``: JSON, a link, or a command that trains.

    A sweep of one hyperparameter is a race.

    The JSON is what `DQNConfig.to_dict` gives, or an object that has it under "config". What is
    hidden or locked stays so, and the task. Raises `ConfigurationError` for the first thing that is
    wrong.
    """
    if len(text) > MOST_CHARACTERS:
        raise ConfigurationError(
            "A pasted text has at most {most:,} characters, not {count:,}.",
            most=MOST_CHARACTERS,
            count=len(text),
        )
    text = as_typed(text)
    if not text:
        raise ConfigurationError("There is nothing to apply: paste a configuration or a link.")
    command = re.search(r"\bdqn_core\s+(train|sweep)\b", text)
    if command and not text.startswith(("{", "[")):
        return _pasted_command(text[command.end() :], present)
    if not text.startswith(("{", "[")):
        return _pasted_link(text, present)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(
            "This JSON is not complete or not correct: {error}.", error=error
        ) from None
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
        given = parse_qs(query, keep_blank_values=True)
    except ValueError:
        given = {}
    if "=" not in text or not given:
        raise ConfigurationError(
            "This is neither a configuration in JSON, which begins with {, nor a link or a command "
            "of DQN Lab."
        )
    parameters = of_experiment(given)
    if not parameters:
        raise ConfigurationError(
            "This link has no values of an experiment: open it in the browser instead."
        )
    lesson = {name: getattr(present, name) for name in ("hidden", "locked", "task")}
    return replace(whole(parameters), **lesson)


def _pasted_command(options: str, present: Link) -> Link:
    """The options of `python -m dqn_core train` or ``sweep``, as far as a page has them."""
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
                "A page takes --preset, --seeds and hyperparameters from a command, not {word}.",
                word=word,
            )
        if name in HYPERPARAMETERS and HYPERPARAMETERS[name].kind is bool:
            if has_value:
                raise ConfigurationError(
                    "{word} is a switch and takes no value, not {value!r}.", word=word, value=value
                )
            value = "off" if word.startswith("--no-") else "on"
        elif not has_value:
            value = words.pop(0) if words else ""
        if name in HYPERPARAMETERS and HYPERPARAMETERS[name].scale == "text":
            while words and not words[0].startswith("--"):
                value += f" {words.pop(0)}"
        if name == "race" and name in parameters:
            raise ConfigurationError(
                "A page races one hyperparameter: paste one --set, or begin the sweep on the "
                "Compare page."
            )
        parameters[name] = [value]
    link = whole({"preset": [AUTO]} | parameters)
    parts = {name: getattr(link, name) for name in ("preset", "config", "members", "race")}
    return replace(present, **parts)
