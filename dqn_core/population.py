"""A population that lives on a device: its environments, and the episodes under way in them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dqn_core.base.arrays import OnDevice
from dqn_core.environments import Environment
from dqn_core.environments.chance import Chance
from dqn_core.environments.dynamics import Dynamics, bring_back, moved
from dqn_core.replay import Transitions

STRETCH = 64
"""Environment steps after which the processor looks at what came of them, at the latest.

On a GPU it has to wait for that; but a run has to hear within tens of milliseconds that it pauses.
"""

WIDTH = 1_024
"""Random numbers of each environment that are drawn ahead; `STRETCH` steps need a quarter."""

EVERYONE = slice(None)


class Population:
    """P environments on a device, and the episode that each of them is in.

    A step moves nothing to the device or from it, and waits for nothing that happens there. What
    the processor wants to know, which episodes have ended, waits on the device for `ended`. The
    environments lag behind until `give_back`.

    ``observations`` `(P, observation_dim)` float32 is what the agents observe; ``episodes``
    `(3, P)` float64 has returns, lengths and random actions of the episodes under way. Where a
    member is not ``is_acting`` `(P,)`, its numbers mean nothing.
    """

    def __init__(
        self,
        environments: Sequence[Environment],
        dynamics: Dynamics,
        observations: np.ndarray,
        episodes: np.ndarray,
        is_acting: np.ndarray,
        time_limit: int,
        device: str,
    ) -> None:
        """``dynamics`` has read the environments' states; ``time_limit`` is for coming episodes."""
        placed = OnDevice(device).placed
        self._environments = environments
        self._on_processor, self._on_device = dynamics, moved(dynamics, device)
        self._acting = is_acting.nonzero()[0].tolist()
        self._has_moved = False
        self.observations, self.episodes, self.is_acting = map(
            placed, (observations, episodes, is_acting)
        )
        limits = [(e.time_limit, time_limit or e.usual_time_limit) for e in environments]
        self._limits, self._coming_limits = placed(np.array(limits).T.copy()).unbind()
        self._chance = Chance(len(environments), WIDTH)
        for p, environment in enumerate(environments):
            self._chance.read(p, environment.env.unwrapped.np_random)
        self._uniforms, self._used = placed(self._chance.block), placed(self._chance.used)
        self._order = placed(np.arange(WIDTH))
        self._notes = placed(np.zeros((STRETCH, 4, len(environments))))
        self._noted: list[int] = []  # the environment steps that they are of

    def prepare(self, steps: int) -> None:
        """Have the environments' random numbers for coming ``steps`` there; call `ended` before."""
        needed = steps * (self._on_processor.draws_of_step + self._on_processor.draws_of_begin)
        if self._chance.used.max() + needed > WIDTH:
            for p in range(len(self._environments)):
                self._chance.renew(p)
            self._uniforms.copy_(torch.from_numpy(self._chance.block))
            self._used.zero_()

    def step(self, actions: Tensor, exploring: Tensor, env_step: int) -> Transitions:
        """Make step number ``env_step`` of every environment, and begin where an episode ended."""
        dynamics, acting, before = self._on_device, self.is_acting, self.observations
        uniforms = self._take(1, acting)[:, 0] if dynamics.draws_of_step else None
        outcome = dynamics.step(EVERYONE, actions, uniforms)
        observations = outcome.observations.float().contiguous()
        rewards = torch.zeros_like(self.episodes[0]).add_(outcome.rewards)
        returns, lengths, explored = self.episodes
        returns += rewards
        lengths += acting
        explored += exploring & acting
        truncated = lengths >= self._limits
        ended = (outcome.terminated | truncated) & acting
        self._note(env_step, ended.double() + (ended & outcome.terminated))
        self._begin(ended, observations)
        self._has_moved = True
        return Transitions(before, actions, rewards, observations, outcome.terminated, truncated)

    def _note(self, env_step: int, how: Tensor) -> None:
        """``how`` an episode has ended: 0 for not at all, 1 truncated, 2 terminated."""
        note = self._notes[len(self._noted)]
        note[0], note[1:] = how, self.episodes
        self._noted.append(env_step)

    def _begin(self, ended: Tensor, observations: Tensor) -> None:
        uniforms = self._take(self._on_device.draws_of_begin, ended)
        first = self._on_device.begin(ended, uniforms).float().contiguous()
        self.observations = torch.where(ended[:, None], first, observations)
        self._limits = torch.where(ended, self._coming_limits, self._limits)
        self.episodes *= ~ended

    def _take(self, count: int, who: Tensor) -> Tensor:
        """The next ``count`` random numbers `(P, count)`; only those ``who`` say use them up."""
        places = self._used[:, None] + self._order[:count]
        self._used += count * who
        return self._uniforms.gather(1, places)

    def ended(self) -> list[tuple[int, dict[str, Any]]]:
        """The episodes that ended since the last call: whose each was, and its row's numbers."""
        notes = self._notes[: len(self._noted)].cpu().numpy()
        self._chance.used[:] = self._used.cpu().numpy()
        rows = [
            (
                p,
                {
                    "env_step": env_step,
                    "return": returns[p],
                    "length": int(lengths[p]),
                    "exploration_share": explored[p] / lengths[p],
                    "terminated": bool(how[p] == 2),
                },
            )
            for env_step, (how, returns, lengths, explored) in zip(self._noted, notes, strict=True)
            for p in how.nonzero()[0].tolist()
        ]
        self._noted.clear()
        return rows

    def give_back(self) -> None:
        """Bring the environments to where they are here; call `ended` before."""
        if not self._has_moved:
            return
        bring_back(self._on_device, self._on_processor)
        lengths, limits = self.episodes[1].tolist(), self._limits.tolist()
        for p in self._acting:
            environment = self._environments[p]
            inner: Any = environment.env.unwrapped
            if lengths[p]:
                self._on_processor.write(p, inner)
                self._chance.write(p, inner.np_random)
                environment.steps = int(lengths[p])
            else:  # it resets itself, with the random numbers that it had here
                self._chance.write(p, inner.np_random, but=self._on_processor.draws_of_begin)
                environment.reset()
            environment.time_limit = limits[p]
