"""The list of what was changed in a run, and which of it can be undone."""

import pytest

from dashboard.session.going_on import open_run
from dashboard.session.links import Link
from dashboard.session.session import Session
from dashboard.train_page.past import fork_at, step_at
from dashboard.train_page.run_files import run_bytes
from tests.core.small_runs import SMALL
from tests.dashboard.session.ways import changes, train, undo


def changed_twice() -> Session:
    session = Session(Link(config=SMALL, members=2))
    train(session, 30)
    session.paste('{"gamma": 0.9, "tau": 0.5}')
    train(session, 30)
    session.set("batch_size", 4)
    session.set("gamma", 0.8)
    return session


def entries(session: Session) -> list[tuple[int, str, bool]]:
    """Step and words of each change, and whether it has an Undo."""
    return [(each.env_step, each.label, each.before is not None) for each in changes(session)]


def test_what_was_changed_at_once_is_one_entry_with_its_undo() -> None:
    assert entries(changed_twice()) == [
        (30, "γ 0.99 → 0.9, τ 0.005 → 0.5", True),
        (60, "B 8 → 4", True),
        (60, "γ 0.9 → 0.8", True),
    ]


def test_an_opened_run_lists_its_changes_and_undoes_those_made_since() -> None:
    session = Session()
    assert open_run(session, "run.safetensors", run_bytes(changed_twice().run)), session.problem
    train(session, 1)
    session.set("gamma", 0.7)
    assert entries(session) == [
        (30, "γ 0.99 → 0.9, τ 0.005 → 0.5", False),
        (60, "B 8 → 4, γ 0.9 → 0.8", False),
        (61, "γ 0.8 → 0.7", True),
    ]
    undo(session, 2)
    assert session.config.gamma == 0.8


@pytest.mark.parametrize(("place", "step"), [(25, 25), (20, 20), (19, 19), (60, 60)])
@pytest.mark.parametrize("seconds", [60, 0])
def test_a_fork_goes_on_from_there_or_where_that_takes_long_from_the_nearest_kept_state(
    place: float, step: int, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.session.going_on.MOST_SECONDS", seconds)
    if not seconds:
        step = {25: 20, 19: 0}.get(step, step)
    session = Session(Link(config=SMALL))
    train(session, 20)
    session.set("gamma", 0.9)
    train(session, 40)
    fork_at(session, "env_step", place)
    assert session.run.trainer.env_step == step
    assert session.run.keeping.parent == "cartpole-1"
    assert session.config.gamma == (0.9 if step > 20 else SMALL.gamma)
    where = ", the nearest kept state at or before step "
    sentence = f"Back at step {step}" + ("." if seconds and place % 20 else f"{where}{place}.")
    assert session.run.message == sentence


def test_a_place_on_another_axis_is_the_step_of_the_newest_episode_there() -> None:
    session = Session(Link(config=SMALL, members=2))
    train(session, 100)
    episodes = session.run.history.episodes.frame()
    own = episodes[episodes["member"] == 0].set_index("episode")["env_step"]
    assert step_at(session.run, "episode", 2.5) == own[2]
    assert step_at(session.run, "episode", 0.5) == 0
    assert step_at(session.run, "seconds", 1e9) == own.iloc[-1]
    assert step_at(session.run, "env_step", 17.8) == 17
