"""Both pages with an environment that somebody else wrote, which may be or do anything."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, Text
from streamlit.testing.v1 import AppTest

from dashboard.session.run import Run, Status
from dashboard.session.turns import Turns
from dashboard.train_page import curves
from dashboard.train_page.q_map import MOST_SLIDERS
from dashboard.train_page.random_policy import random_policy
from dashboard.web.keys import FEED, TEST_PAGE
from dqn_core import DQNConfig
from dqn_core.environments import families
from tests.core.corridor import CELLS, CORRIDOR, Corridor
from tests.core.foreign import Foreign, fails_at, registered
from tests.pages.sessions import session, train

APP = Path(__file__).parents[2] / "app.py"
Opened = Callable[..., AppTest]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """The Train page, opened by a link with an environment that is told what to do."""
    pages: list[AppTest] = []
    with ExitStack() as ids:

        def open_with(env_id: str = "Foreign-v0", entry_point: Any = None, **told: Any) -> AppTest:
            ids.enter_context(registered(env_id, entry_point or (lambda **_: Foreign(**told))))
            at = AppTest.from_file(APP, default_timeout=120)
            at.query_params["env_id"] = env_id
            pages.append(at.run())
            return pages[-1]

        yield open_with
        for at in pages:
            session(at).run.pause()


def test_a_run_that_its_environment_interrupted_says_so_and_resumes(opened: Opened) -> None:
    at = opened(outcome=fails_at(45))
    assert not at.exception
    at.button(key="start").click().run()
    train(at, 100)
    at.run()
    assert session(at).run.status is Status.INTERRUPTED
    (error,) = at.error
    said = error.value.replace("\\", "")
    assert "Environment step 45: Foreign-v0 failed at step 5" in said
    assert "Resume tries again" in said
    assert not at.button(key="start").disabled
    at.button(key="start").click().run()
    train(at, 100)
    assert session(at).run.trainer.env_step > 100
    assert not at.run().error


def filmed(at: AppTest) -> AppTest:
    """The Test page, once its film is there."""
    at.switch_page("pages/test.py").run()
    for showing in at.session_state[TEST_PAGE].showings:
        for _ in range(100):
            showing.film.wait_beyond(10**6, 1)
            if showing.film.complete:
                break
    return at.run()


def ask(at: AppTest) -> dict[str, bytes]:
    """What the browser asks for when it has the page: the map, the picture, the health."""
    sources = at.session_state[FEED].sources
    return {
        name: source({})
        for (_, name), source in sources.items()
        if name in ("q_map", "scene", "health")
    }


def box(low: Any, high: Any) -> Box:
    return Box(np.array(low, np.float32), np.array(high, np.float32))


def without_limits(dim: int) -> Box:
    space = Box(-1.0, 1.0, (dim,))
    space.low[:] = space.high[:] = np.nan
    return space


@pytest.mark.parametrize(
    "told",
    [
        {"observation_space": box([0, 1, 2], [3, 1, 4])},
        {"observation_space": without_limits(3)},
        {"observation_space": Discrete(1_000)},
        {"action_space": Discrete(300)},
        pytest.param({"picture": lambda _: None}, id="no picture"),
        pytest.param({"picture": fails_at(0)}, id="render raises"),
    ],
    ids=str,
)
def test_both_pages_show_what_there_is(opened: Opened, told: dict[str, Any]) -> None:
    at = opened(**told)
    assert not at.exception
    assert not at.error
    at.button(key="start").click().run()
    train(at, 60)
    at.run()
    assert not at.exception
    assert not at.error
    ask(at)
    filmed(at)
    assert not at.exception
    assert not at.error
    (showing,) = at.session_state[TEST_PAGE].showings
    assert len(showing.film) == 11


def draw_inside(turns):
    """The parts of the Train page that show what is observed and done; a page's whole script."""
    from dashboard.train_page.health import health
    from dashboard.train_page.q_map import q_map
    from dashboard.train_page.scene import scene

    q_map(turns.first, 0)
    health(turns.first, 0)
    scene(turns)


@pytest.mark.parametrize(
    "told",
    [
        {"observation_space": box([0, 1, 2], [3, 1, 4])},
        {"observation_space": box([0, 1, 2], [3, 4, 2])},
        {"observation_space": box([1, 1], [1, 1])},
        {"observation_space": box([0, 1], [1, 1])},
        {"observation_space": box([-np.inf] * 3, [np.inf] * 3)},
        {"observation_space": box([-3.4e38] * 3, [3.4e38] * 3)},
        {"observation_space": box([0] * 3, [1e-30] * 3)},
        {"observation_space": without_limits(3)},
        {"observation_space": Box(0, 255, (3,), np.uint8)},
        {"observation_space": Box(0, 1, (3,), np.bool_)},  # type: ignore[arg-type]
        {"observation_space": Box(-1, 1, (1,))},
        {"observation_space": Box(-1, 1, (40,))},
        {"observation_space": Box(-1, 1, (60, 40))},
        {"observation_space": Discrete(1)},
        {"observation_space": Discrete(1_000)},
        {"action_space": Discrete(1)},
        {"action_space": Discrete(300)},
    ],
    ids=str,
)
def test_the_inside_is_drawn_whatever_is_observed_and_done(told: dict[str, Any]) -> None:
    with registered("Foreign-v0", lambda **_: Foreign(**told)):
        run = Run([DQNConfig(env_id="Foreign-v0", learning_starts=20, evaluation_period=0)])
        at = AppTest.from_function(draw_inside, args=(Turns([run]),), default_timeout=120).run()
        assert not at.exception
        assert len(at.slider) <= MOST_SLIDERS
        ask(at)
        run.trainer.run(max_steps=60)
        has_plane = "q_map_quantity" in at.session_state
        for quantity in ("value", "advantage", "action") if has_plane else ("",):
            at.session_state["q_map_quantity"] = quantity
            assert not at.run().exception
            ask(at)


@pytest.mark.parametrize(
    ("env_id", "observed"), [("CartPole-v2", None), ("Taxi-v99", Discrete(500))]
)
def test_both_pages_know_an_environment_by_what_it_is(
    opened: Opened, env_id: str, observed: Any
) -> None:
    at = opened(env_id, observation_space=observed)
    at.button(key="start").click().run()
    train(at, 60)
    at.run()
    filmed(at)
    assert not at.exception
    assert not at.error
    assert not [slider for slider in at.slider if "physics" in str(slider.key)]


@pytest.mark.parametrize(
    "told",
    [
        {"start": fails_at(1)},
        {"start": lambda usual, _: usual[0]},
        {"observation_space": Text(3)},
        {"action_space": Discrete(10**9)},
    ],
    ids=["reset raises", "old reset", "another space", "too many actions"],
)
def test_a_link_to_an_environment_that_cannot_be_used_opens_the_page_and_says_why(
    opened: Opened, told: dict[str, Any]
) -> None:
    at = opened(**told)
    assert not at.exception
    assert any("Foreign-v0" in said.value.replace("\\", "") for said in (*at.warning, *at.error))
    assert session(at).run.config.env_id == "CartPole-v1"


def test_a_constructor_that_raises_is_told_by_both_pages(opened: Opened) -> None:
    def raises(**_: Any) -> Foreign:
        raise RuntimeError("no licence")

    at = opened(entry_point=raises)
    assert not at.exception
    assert any("no licence" in said.value for said in (*at.warning, *at.error))


def test_an_environment_that_can_no_longer_be_made_is_told_on_the_test_page(
    opened: Opened,
) -> None:
    possible = [True]

    def point(**_: Any) -> Foreign:
        if not possible[0]:
            raise RuntimeError("no licence")
        return Foreign()

    at = opened(entry_point=point)
    at.button(key="start").click().run()
    train(at, 30)
    possible[0] = False
    at.run()
    assert not at.exception
    at.switch_page("pages/test.py").run()
    assert not at.exception
    assert any("no licence" in said.value for said in at.error)


def test_an_episode_that_fails_keeps_its_film_up_to_there_and_a_test_says_why(
    opened: Opened,
) -> None:
    at = opened(outcome=fails_at(1_000))
    at.button(key="start").click().run()
    train(at, 30)
    with registered("Foreign-v0", lambda **_: Foreign(outcome=fails_at(5))):
        filmed(at)
        assert not at.exception
        (showing,) = at.session_state[TEST_PAGE].showings
        head, _ = showing.film.part(0)
        assert len(showing.film) == 4
        assert "Foreign-v0 failed at step 5 of an episode" in head["message"]
        at.button(key="run_test").click().run()
        assert not at.exception
        assert any("failed at step 5" in said.value for said in at.error)


@pytest.fixture
def corridor(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The Train page with an environment whose family is declared in one file."""
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, CORRIDOR))
    return opened("Corridor-v0", Corridor)


def test_the_train_page_shows_what_the_family_of_ones_own_environment_declares(
    corridor: AppTest,
) -> None:
    run = session(corridor).run
    spec = run.trainer.spec
    assert (spec.observation_labels, spec.action_labels) == (("cell",), ("back", "ahead"))
    corridor.button(key="start").click().run()
    train(corridor, 60)
    corridor.run()
    assert not corridor.exception
    panel = curves._panels(run, [], random_policy().of(spec), session(corridor).link)[0]
    assert panel.y_range == (0, 1)
    assert [reference.label for reference in panel.references] == ["random policy 1"]
    said = ask(corridor)["q_map"]
    header = json.loads(said[4 : 4 + int.from_bytes(said[:4], "little")])
    assert (header["rows"], header["columns"]) == (1, CELLS)
    assert header["directions"] == [[0, -1], [0, 1]]
    assert header["letters"] == ["S", *[""] * (CELLS - 2), "G"]


def test_ones_own_environment_is_played_with_its_keys_and_tested_with_its_physics(
    corridor: AppTest,
) -> None:
    corridor.button(key="start").click().run()
    train(corridor, 60)
    filmed(corridor)
    corridor.slider(key="physics_Corridor_slip").set_value(0.0).run()
    filmed(corridor)
    assert any("slip probability 0" in said.value for said in corridor.caption)
    assert any("It is slippery" in said.value for said in corridor.caption)
    corridor.button(key="game_begin").click().run()
    game = corridor.session_state[TEST_PAGE].game
    assert game.keys == {"ArrowLeft": 0, "ArrowRight": 1}
    game.hear([[number, game.keys["ArrowRight"]] for number in range(1, CELLS)])
    for _ in range(12_000):  # two minutes, on a machine that has other work
        if "you 1" in game.message:
            break
        time.sleep(0.01)
    assert f"Over at step {CELLS - 1}: you 1" in game.message
    game.stop()
    assert not corridor.exception
