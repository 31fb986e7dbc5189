"""How a run's curves are looked at."""

from typing import Literal, TypeAlias, get_args

XAxis: TypeAlias = Literal["env_step", "episode", "seconds"]
Dash: TypeAlias = Literal["solid", "dash", "dot", "dashdot"]
DASHES: tuple[Dash, ...] = get_args(Dash)
