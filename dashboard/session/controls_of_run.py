"""The controls' values for a run, and those of them that wait for the next run."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.session.links import MOST_MEMBERS, Link
from dashboard.session.race import race_of, race_words
from dashboard.session.words import change_label
from dqn_core import DQNConfig
from dqn_core.base.errors import CheckpointError
from dqn_core.base.phrases import Phrase


def shown_for(configs: Sequence[DQNConfig], controls: Link) -> Link:
    """``controls`` with the values of these members.

    Raises `CheckpointError` for values that no controls can show.
    """
    race = race_of(configs)
    seeds = _seeds(configs)
    if seeds > MOST_MEMBERS:
        raise CheckpointError(
            "A page trains 1 to {most} seeds, but this run has {seeds}: continue it with python "
            "-m dqn_core train --resume.",
            most=MOST_MEMBERS,
            seeds=seeds,
        )
    config = configs[0]
    if race and (own := getattr(controls.config, race.name)) in race.values:
        config = config.replace(**{race.name: own})
    link = replace(controls, config=config, members=seeds, race=race)
    if link.member_configs != [*configs]:
        raise CheckpointError(
            "A page trains consecutive seeds with the same values or in a race of one, but "
            "this run has others: continue it with python -m dqn_core train --resume."
        )
    return link


def with_values_of(controls: Link, link: Link) -> Link:
    """``controls`` with the values that ``link`` has for a run, looked at as they are."""
    parts = {name: getattr(link, name) for name in ("preset", "config", "members", "race")}
    return replace(controls, **parts)


def waiting(controls: Link, configs: Sequence[DQNConfig]) -> list[Phrase]:
    """The controls' values that these members do not have, as ``Batch size 128 → 64``."""
    old, new = configs[0], controls.config
    race, now = race_of(configs), controls.race
    raced = {axis.name for axis in (race, now) if axis}
    changes = [
        change_label(name, getattr(old, name), value)
        for name, value in new.difference(old).items()
        if name not in raced
    ]
    seeds = _seeds(configs)
    if controls.members != seeds:
        changes.append(Phrase("Seeds side by side {old} → {new}", old=seeds, new=controls.members))
    if race != now:
        changes.append(race_words(now))
    return changes


def _seeds(configs: Sequence[DQNConfig]) -> int:
    """The number of seeds: those of each value of a race, or all where there is no race."""
    race = race_of(configs)
    return len(configs) // (len(race.values) if race else 1)
