"""What a run is, in words, for what leaves the page: pictures of its charts, and paper."""

import re
from collections.abc import Iterable, Sequence
from html import escape

from dashboard.session.control_names import control_name
from dashboard.session.links import GROUPS, Link
from dashboard.session.race import race_of, race_words
from dashboard.session.run import Run
from dashboard.session.words import change_label, named_value, show
from dashboard.web.language import _, said
from dqn_core import HYPERPARAMETERS, PRESETS, DQNConfig, preset
from dqn_core.configuration.hyperparameter import GROUP_LABELS, Value
from dqn_core.configuration.members import differing
from dqn_core.presets import AUTO

MOST_NAMED = 3
"""Values in a file's name."""


def caption(run: Run, link: Link, raced: Sequence[DQNConfig] = ()) -> str:
    """Environment, seeds, and the values that differ from the preset or were changed.

    ``CartPole-v1 · seeds 0 to 3 · Recommended with γ 0.99 → 0.95, batch size 32``. What a lesson
    hides is left out. ``raced`` are all members of a race in turns, of which the run is one.
    """
    configs = raced or run.trainer.configs
    values = worded(run, _differing(run, link, configs), link)
    of_preset = _(PRESETS[link.preset].label)
    if values:
        of_preset = _("{preset} with {values}", preset=of_preset, values=values)
    race = race_of(configs)
    values_raced = [said(race_words(race))] if race else []
    return " · ".join((run.config.environment, _seeds(configs), *values_raced, of_preset))


def worded(run: Run, names: Iterable[str], link: Link) -> list[str]:
    """The run's values of these hyperparameters, as far as a lesson shows them: ``γ 0.99``."""
    first, now = run.first_config, run.config
    return [
        said(
            change_label(name, getattr(first, name), getattr(now, name))
            if getattr(first, name) != getattr(now, name)
            else named_value(name, getattr(now, name))
        )
        for name in names
        if name not in link.hidden_controls
    ]


def filename(
    run: Run, link: Link, raced: Sequence[DQNConfig] = (), foremost: Sequence[str] = ()
) -> str:
    """How the names of the run's files begin, in letters that every system takes.

    ``CartPole-v1_seeds3-4_batch_size=32_gamma=0.99to0.9``, with the preset's name if that is not
    the environment's own; of many values the first ones, and how many there are more. Those of
    the hyperparameters ``foremost`` are named first.
    """
    first, now = run.first_config, run.config
    configs = raced or run.trainer.configs
    values = [
        f"{name}={_between(getattr(first, name), getattr(now, name))}"
        for name in sorted(_differing(run, link, configs), key=lambda name: name not in foremost)
        if name not in link.hidden_controls
    ]
    more = [f"{len(values) - MOST_NAMED}more"] if len(values) > MOST_NAMED else []
    seeds = [str(config.seed) for config in configs]
    named = f"seed{seeds[0]}" if len({*seeds}) == 1 else f"seeds{seeds[0]}-{seeds[-1]}"
    race = race_of(configs)
    values_raced = [f"{race.name}={'-'.join(map(str, race.values))}"] if race else []
    of_preset = [] if link.preset == AUTO else [link.preset]
    parts = (run.config.environment, *of_preset, named, *values_raced, *values[:MOST_NAMED], *more)
    return re.sub(r"[^A-Za-z0-9.=_-]+", "-", "_".join(parts))


def _between(first: Value, now: Value) -> str:
    return str(now) if first == now else f"{first}to{now}"


def _differing(run: Run, link: Link, configs: Sequence[DQNConfig]) -> list[str]:
    """Hyperparameters that are not the preset's, or were not at the beginning."""
    base = preset(link.preset, run.config.env_id, run.config.env_kwargs)
    names = (run.config.difference(base) | run.first_config.difference(base)).keys()
    elsewhere = {"env_id", "env_kwargs", "seed", *differing(configs)}
    return [name for name in HYPERPARAMETERS if name in names - elsewhere]


def values_html(run: Run, link: Link) -> str:
    """Every value of the sidebar, for paper alone: there the sidebar is left out."""
    groups = []
    for group, label in GROUP_LABELS.items():
        shown = [name for name in GROUPS[group] if name not in link.hidden_controls]
        values = (
            f"<dt>{escape(control_name(name))}</dt><dd>{escape(_value(run, name))}</dd>"
            for name in shown
        )
        if shown:
            groups.append(f"<div><h4>{escape(_(label))}</h4><dl>{''.join(values)}</dl></div>")
    return f'<section class="paper-values">{"".join(groups)}</section>'


def _value(run: Run, name: str) -> str:
    return str(run.trainer.members) if name == "members" else said(show(getattr(run.config, name)))


def _seeds(configs: Sequence[DQNConfig]) -> str:
    seeds = [config.seed for config in configs]
    if len({*seeds}) == 1:
        return _("seed {seed}", seed=seeds[0])
    return _("seeds {low} to {high}", low=seeds[0], high=seeds[-1])
