"""A module of one's own on the page: who may have it imported, and what if that fails."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.session.environment import choose_environment
from dashboard.session.links import Link
from dashboard.session.pasting import pasted
from dashboard.session.reading import read
from dashboard.session.session import Session
from dqn_core import DQNConfig
from dqn_core.base.errors import LabError
from dqn_core.base.settings import MODULES
from tests.core.own_module import ENV_ID, NAME, unimported

APP = Path(__file__).parents[3] / "app.py"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with unimported(tmp_path, monkeypatch) as folder:
        yield folder


@pytest.mark.usefixtures("folder")
def test_neither_a_link_nor_a_paste_imports_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    link, problems = read({"env_id": [ENV_ID], "gamma": ["0.5"]})
    assert (link.config.env_id, link.config.gamma) == ("CartPole-v1", 0.5)
    assert "set DQN_LAB_MODULES=envs_of_my_own" in problems[0]
    for text in (f'{{"env_id": "{ENV_ID}"}}', f"dqn_core train --env-id {ENV_ID}"):
        with pytest.raises(LabError, match="names a module that was not imported"):
            pasted(text, Link())
    assert NAME not in sys.modules
    monkeypatch.setenv(MODULES.name, f"other, {NAME}")
    assert read({"env_id": [ENV_ID]})[0].config.env_id == ENV_ID


@pytest.mark.usefixtures("folder")
def test_on_the_page_the_module_is_imported_only_for_whoever_sits_at_the_machine() -> None:
    session = Session()
    choose_environment(session, ENV_ID)
    assert "names a module that was not imported" in session.problem
    assert (session.refused, session.config.env_id) == ("env_id", "CartPole-v1")
    assert NAME not in sys.modules
    choose_environment(session, ENV_ID, may_import=True)
    assert (session.problem, session.run.config.env_id) == ("", ENV_ID)
    # Its code has run now: a link that names it starts nothing new.
    assert read({"env_id": [ENV_ID]})[0].config.env_id == ENV_ID


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero."),
        ("raise SystemExit(3)", "SystemExit: 3."),
        ("def", "SyntaxError: invalid syntax"),
        ("import no_such_package", "ModuleNotFoundError: No module named 'no_such_package'."),
    ],
)
def test_what_a_module_raises_is_told_and_nothing_is_lost(
    folder: Path, source: str, said: str
) -> None:
    (folder / f"{NAME}.py").write_text(source)
    session = Session(Link(config=DQNConfig(gamma=0.5)))
    choose_environment(session, ENV_ID, may_import=True)
    assert session.problem.startswith(f"The module {NAME} could not be imported: {said}")
    assert session.run.config.gamma == 0.5


@pytest.mark.parametrize("is_own", [True, False])
@pytest.mark.usefixtures("folder")
def test_the_environments_box_imports_for_whoever_sits_at_the_machine(
    is_own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.train_page.control.is_own_machine", lambda _: is_own)
    app = AppTest.from_file(str(APP), default_timeout=120).run()
    box = app.selectbox(key="control_env_id")
    box.options.append(ENV_ID)  # as a browser does with what is typed
    box.set_value(ENV_ID).run()
    assert not app.exception
    session = app.session_state["session"]
    assert session.config.env_id == (ENV_ID if is_own else "CartPole-v1")
    said = [error.value.replace("\\", "") for error in app.sidebar.error]
    assert any("names a module that was not imported" in words for words in said) != is_own
