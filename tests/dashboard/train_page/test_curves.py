"""The Train page's curves: what the browser is told of a session's runs."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from dashboard.charts.live_chart import News, answer
from dashboard.charts.panels import Panel
from dashboard.session.links import Link
from dashboard.session.runner import Runner
from dashboard.session.session import Session
from dashboard.train_page import curves
from dashboard.web.slots import Slots
from dqn_core.environments import environment_spec
from tests.core.foreign import registered
from tests.core.small_runs import SMALL
from tests.dashboard.charts.test_live_chart import read
from tests.dashboard.session.test_earlier import trained


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Panel], News]:
    """Panels and news of a run before which there were two others."""
    session = Session(Link(config=SMALL))
    session.runner = Runner(lambda: session.run, Slots(1))
    for seed in (1, 2):
        trained(session).reset(seed)
    trained(session)
    shown: dict[str, Any] = {}
    monkeypatch.setattr(
        curves, "live_charts", lambda panels, news, **_: shown.update(panels=panels, news=news)
    )
    curves.curves(session, session.state)
    session.runner.stop()
    return shown["panels"], shown["news"]()


def test_earlier_runs_are_behind_the_return_each_with_a_dash_and_a_table(
    drawn: tuple[list[Panel], News],
) -> None:
    panels, news = drawn
    behind = [trace for trace in panels[0].traces if trace.behind]
    assert [trace.name for trace in behind] == ["cartpole-1 (Seed 0)", "cartpole-2 (Seed 1)"]
    assert len({trace.dash for trace in behind}) == 2
    first, second = (news.tables[trace.table].columns()["return"] for trace in behind)
    assert len(first) > 0
    assert list(first) != list(second)


def test_earlier_runs_are_sent_once(drawn: tuple[list[Panel], News]) -> None:
    panels, news = drawn
    message = read(answer(panels, news, {}))
    first = message["tables"]
    assert first["earlier cartpole-1"]["rows"] == len(news.tables["earlier cartpole-1"])
    has = {name: message[name] for name in ("columns", "run")}
    has |= {name: part["rows"] for name, part in first.items()}
    query = dict(parse_qsl(urlencode(has)))  # as the browser's question comes: names have a space
    again = read(answer(panels, news, query))["tables"]
    assert {name: part["rows"] for name, part in again.items()} == dict.fromkeys(first, 0)


def test_a_ceiling_is_drawn_only_where_it_is_known_what_a_step_is_worth() -> None:
    assert curves.value_ceiling(environment_spec("CartPole-v1"), 0.9) == pytest.approx(10)
    assert curves.value_ceiling(environment_spec("CartPole-v1"), 1.0) is None
    with registered("CartPole-v2"):
        assert curves.value_ceiling(environment_spec("CartPole-v2"), 0.9) is None


def test_a_curve_in_words_has_a_ceiling_only_where_there_is_one() -> None:
    for env_id, most in (("CartPole-v1", 500), ("MountainCar-v0", None), ("LunarLander-v3", None)):
        session = Session(Link(config=SMALL.replace(env_id=env_id), smoothing=0.5))
        panel = curves._panels(session.run, [], None, session.link)[0]
        assert panel.takeaway is not None
        assert panel.takeaway.ceiling == most
        assert panel.takeaway.quantity == "return (smoothed 0.5)"
        session.run.close()


@pytest.mark.parametrize("noisy", [False, True])
def test_the_panel_of_the_noise_is_there_where_the_network_is_noisy_alone(noisy: bool) -> None:
    session = Session(Link(config=SMALL.replace(noisy=noisy)))
    panels = curves._panels(session.run, [], None, session.link)
    assert ("noise" in [panel.key for panel in panels]) == noisy
