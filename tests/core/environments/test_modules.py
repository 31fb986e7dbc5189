"""Environments in a module of one's own: by whom it is imported, and what it must have."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dqn_core import Trainer, evaluate, load_agent, load_run, save_agent, save_run
from dqn_core.base.errors import LabError
from dqn_core.base.settings import MODULES
from dqn_core.cli.command_line import main
from dqn_core.environments import environment_spec
from dqn_core.environments.modules import import_typed
from tests.core.own_module import ENV_ID, NAME, forget, unimported
from tests.core.small_runs import SMALL


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with unimported(tmp_path, monkeypatch) as folder:
        yield folder


def refused(env_id: str) -> str:
    with pytest.raises(LabError) as refusal:
        environment_spec(env_id)
    sentence = str(refusal.value)
    assert "\n" not in sentence
    assert sentence[-1] in ".?"
    return sentence


@pytest.mark.usefixtures("folder")
def test_what_a_person_types_is_imported_and_can_be_trained_in_saved_and_resumed(
    tmp_path: Path,
) -> None:
    import_typed(ENV_ID)
    trainer = Trainer(SMALL.replace(env_id=ENV_ID, env_kwargs="size=3"))
    trainer.run(max_steps=30)
    assert trainer.spec.env_id == ENV_ID
    save_run(tmp_path / "run", trainer)
    save_agent(tmp_path / "agent", trainer.agent())
    assert load_run(tmp_path / "run").config.env_id == ENV_ID
    assert evaluate(load_agent(tmp_path / "agent"), 2).returns.tolist() == [30.0, 30.0]
    forget()
    for load in (load_run, load_agent):
        with pytest.raises(LabError, match="names a module that was not imported"):
            load(tmp_path / ("run" if load is load_run else "agent"))
    assert NAME not in sys.modules


@pytest.mark.usefixtures("folder")
def test_a_module_that_does_not_register_the_environment_says_what_it_registers() -> None:
    import_typed(ENV_ID)
    start = f"The module {NAME} registers no environment"
    assert refused(f"{NAME}:Owm-v0") == f"{start} 'Owm-v0': did you mean Own-v0?"
    assert refused(f"{NAME}:X") == f"{start} 'X': it registers Own-v0."
    assert refused("json:X") == "The module json registers no environment 'X': it registers none."
    assert refused("gymnasium:X").endswith(" and more.")


@pytest.mark.parametrize("env_id", ["antigravity:CartPole-v1", "this:X", "a:b:c", "../x:Y", ".a:b"])
def test_what_is_not_typed_imports_nothing(env_id: str) -> None:
    before = set(sys.modules)
    assert "names a module that was not imported" in refused(env_id)
    assert not {"antigravity", "this"} & (set(sys.modules) - before)


@pytest.mark.parametrize("env_id", ["a:b:c", "../x:Y", ".a:b", "a b:C", "no_such_module_here:X"])
def test_a_name_that_is_no_modules_is_refused_when_typed(env_id: str) -> None:
    with pytest.raises(LabError) as refusal:
        import_typed(env_id)
    assert "module" in str(refusal.value)


@pytest.mark.parametrize("typed", ["my_grid.py:Grid-v0", "/home/kim/my_grid.py:Grid-v0"])
def test_a_file_in_place_of_its_module_is_told_how_it_is_named(typed: str) -> None:
    with pytest.raises(LabError, match="is a file: give its module, as in my_grid:MyEnv-v0"):
        import_typed(typed)


def test_the_command_line_finds_a_module_in_the_current_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p not in ("", str(folder))])
    monkeypatch.chdir(folder)
    sizes = ["--env-kwargs", "size=2", "--total-steps", "100", "--eval-episodes", "2", "--json"]
    assert main(["train", "--env-id", ENV_ID, *sizes, "--save", "agent"]) == 0
    assert json.loads(capsys.readouterr().out)["evaluation"]["mean_return"] == 20
    forget()
    assert main(["evaluate", "agent"]) == 2
    assert f"set DQN_LAB_MODULES={NAME}" in capsys.readouterr().err
    monkeypatch.setenv(MODULES.name, NAME)
    assert main(["evaluate", "agent", "--episodes", "2"]) == 0
    assert f"{ENV_ID}(size=2): mean return 20" in capsys.readouterr().out
