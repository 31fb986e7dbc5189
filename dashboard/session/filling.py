"""Values that come in numbers: from a preset, or with an environment. What a lesson fixes stays."""

from dataclasses import dataclass, replace

from dashboard.session.links import Link
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.configuration.hyperparameter import Value
from dqn_core.presets import preset


def fixed_values(link: Link) -> dict[str, Value]:
    """The hyperparameters that a lesson fixes."""
    names = link.fixed_controls & HYPERPARAMETERS.keys()
    return {name: getattr(link.config, name) for name in names}


def filled(link: Link, preset_name: str, env_id: str, env_kwargs: str = "") -> Link:
    """``link`` with every value of a preset, but the seed and what a lesson fixes."""
    kept = {"seed": link.config.seed} | fixed_values(link)
    config = preset(preset_name, env_id, env_kwargs).replace(**kept)
    return replace(link, preset=preset_name, config=config)


def moved(link: Link, env_id: str, env_kwargs: str = "") -> Link:
    """``link`` in another environment: of the same preset, with the same differences from it."""
    own = link.differences | {"seed": link.config.seed} | fixed_values(link)
    own |= {"env_id": env_id, "env_kwargs": env_kwargs}
    return replace(link, config=preset(link.preset, env_id, env_kwargs).replace(**own))


def unless_fixed(controls: Link, link: Link) -> tuple[Link, list[str]]:
    """``link`` without what it would change of the values that a lesson fixes, and their names."""
    kept, fixed = fixed_values(controls), controls.fixed_controls
    whole = {n: getattr(controls, n) for n in ("preset", "members") if n in fixed}
    left_alone = [n for n, v in kept.items() if getattr(link.config, n) != v]
    left_alone += [n for n, v in whole.items() if getattr(link, n) != v]
    if link.race and link.race.name in fixed and link.race != controls.race:
        left_alone.append(link.race.name)
        link = replace(link, race=controls.race)
    return replace(link, config=link.config.replace(**kept), **whole), left_alone


@dataclass(frozen=True)
class Refill:
    """What choosing an environment has done: the values ``before``, and those ``since``."""

    before: Link
    since: Link

    @property
    def replaced(self) -> list[str]:
        """The values of one's own that others have taken the place of."""
        old, new = self.before.config, self.since.config
        own = self.before.differences.keys() - {"env_id", "env_kwargs"}
        return [n for n in HYPERPARAMETERS if n in own and getattr(old, n) != getattr(new, n)]

    @property
    def preset(self) -> str:
        """The preset that one had chosen, if that was given up; else ""."""
        return "" if self.before.preset == self.since.preset else self.before.preset
