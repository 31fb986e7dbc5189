"""Films for the player's browser tests; `?case=` chooses which."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import gymnasium as gym
import numpy as np
import streamlit as st
from streamlit.starlette import App

from dashboard.test_page.film import Film
from dashboard.test_page.player import player
from dashboard.web.routes import routes

Q_SCALE = np.array([[-9.0, -4.0, -60.0, -20.0], [9.0, 4.0, 60.0, 20.0]])


@dataclass(frozen=True)
class Described:
    frames_per_second: float
    observation_labels: tuple[str, ...]
    observation_limits: tuple[tuple[float, float], ...]
    action_labels: tuple[str, ...]


CART_POLE = Described(
    50,
    ("cart position", "cart velocity", "pole angle", "pole velocity"),
    ((-2.4, 2.4), (-np.inf, np.inf), (-0.2095, 0.2095), (-np.inf, np.inf)),
    ("left", "right"),
)
FROZEN_LAKE = Described(
    4,
    tuple(f"tile {i}" for i in range(16)),
    ((0.0, 1.0),) * 16,
    ("left", "down", "right", "up"),
)


@dataclass(frozen=True)
class Moment:
    frame: Any
    observation: np.ndarray
    q_values: np.ndarray
    action: int | None = None
    reward: float | None = None


def q_of(t: int, observation: np.ndarray) -> np.ndarray:
    """Signed made-up values of a controller that balances the pole."""
    return (20 - 40 * (t % 200) / 200 + Q_SCALE @ observation).astype(np.float32)


def cart_pole(steps: int, seed: int = 1, greedy: bool = True) -> Iterator[Moment]:
    """An episode of at most `steps` steps; without `greedy`, each seventh action is the other."""
    env = gym.make("CartPole-v1", render_mode="rgb_array")
    observation, _ = env.reset(seed=seed)
    for t in range(steps):
        q_values = q_of(t, observation)
        action = int(q_values.argmax()) ^ int(not greedy and t % 7 == 3)
        moment = Moment(env.render(), observation, q_values, action, 1.0)
        observation, _, terminated, _, _ = env.step(action)
        yield moment
        if terminated:
            break
    yield Moment(env.render(), observation, q_of(t + 1, observation))
    env.close()


def record(film: Film, moments: Iterator[Moment]) -> None:
    for moment in moments:
        film.add(moment.frame, moment.observation, moment.q_values, moment.action, moment.reward)
    film.finish(terminated=len(film) < 150, truncated=len(film) >= 150)


def cart_pole_film(steps: int, title: str = "", greedy: bool = True) -> Film:
    film = Film(CART_POLE, gamma=0.99, title=title)
    return film.start(lambda film: record(film, cart_pole(steps, greedy=greedy)))


def text_film() -> Film:
    env = gym.make("FrozenLake-v1", render_mode="ansi", is_slippery=False)
    film = Film(FROZEN_LAKE, gamma=0.99)
    state, _ = env.reset(seed=0)
    for action in (1, 1, 2, 2, 1, 2, None):
        outcome = () if action is None else (action, float(action == 2))
        film.add(f"{env.render()}<b>&", np.eye(16)[state], np.arange(4) * 0.1, *outcome)
        if action is not None:
            state, *_ = env.step(action)
    film.finish(terminated=True, truncated=False)
    return film


def partly_drawn_film(drawn: int) -> Film:
    """An episode of which only so many moments could be drawn."""
    film = Film(CART_POLE, gamma=0.99)
    for t, moment in enumerate(cart_pole(20)):
        frame = moment.frame if t < drawn else None
        film.add(frame, moment.observation, moment.q_values, moment.action, moment.reward)
    film.finish(terminated=False, truncated=True, unseen="It cannot be drawn.")
    return film


CASES: dict[str, Callable[[int], list[Film]]] = {
    "single": lambda _: [cart_pole_film(500)],
    # Each recording is a step longer than the one before, which tells them apart.
    "explores": lambda before: [cart_pole_film(200 + before, greedy=False)],
    "short": lambda before: [cart_pole_film(60 + before, greedy=False)],
    "two": lambda _: [cart_pole_film(150, "Before"), cart_pole_film(200, "After", greedy=False)],
    "text": lambda _: [text_film()],
    "partly drawn": lambda _: [partly_drawn_film(10)],
    "never drawn": lambda _: [partly_drawn_film(0)],
}


def page() -> None:
    st.set_page_config(layout="wide")
    st.title("Player")
    recordings = st.session_state.setdefault("recordings", 0)
    if st.button("Record") or not recordings:
        st.session_state.films = CASES[st.query_params.get("case", "single")](recordings)
        recordings = st.session_state.recordings = recordings + 1
    if st.checkbox("Player", value=True):
        player(*st.session_state.films, key="player")
    st.write(f"Recordings: {recordings}")


if __name__ == "__main__":
    page()
else:
    app = App(__file__, routes=routes())
