"""The command line: options from the declarations, refusals in one sentence, lists."""

import sys
from pathlib import Path

import pytest

from dqn_core import HYPERPARAMETERS
from dqn_core.cli.command_line import _parser, main
from dqn_core.configuration.options import option
from tests.core.commands import ENDLESS, ended, refusal


def test_help_shows_every_hyperparameter_with_its_range(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "5000")
    with pytest.raises(SystemExit, match="0"):
        main(["train", "--help"])
    text = capsys.readouterr().out
    for name, declared in HYPERPARAMETERS.items():
        assert f"  {option(name)}" in text
        assert declared.label in text
        assert declared.help in text
        if declared.kind in (int, float):
            assert f"Range: {declared.range_text}" in declared.help
        elif declared.choices:
            assert f"{option(name)} {'|'.join(declared.choices)}" in text


@pytest.mark.parametrize("name", [n for n, d in HYPERPARAMETERS.items() if d.kind is not bool])
def test_a_bad_value_names_the_field_and_the_range(capsys, name):
    declared = HYPERPARAMETERS[name]
    if declared.scale == "text":
        assert f"error: {name} must be" in refusal(capsys, "train", option(name), "-1000")
        return
    if declared.scale == "name":
        assert "did you mean CartPole-v1" in refusal(capsys, "train", option(name), "CartPol-v1")
        return
    message = refusal(capsys, "train", option(name), "-1000000000")
    assert f"{name} must be {declared.range_text}, not" in message


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "command"),
        (["train", "--gama", "0.9"], "did you mean --gamma?"),
        (["train", "--xyzzy"], "train --help"),
        (["environments", "--json"], "environments --help"),
        (["train", "more"], "There is no option more"),
        (["train", "--seeds", "3,3"], "9,007,199,254,740,991, not '3,3'"),
        (["train", "--seeds", ","], "different seeds"),
        (["train", "--seeds", "-1"], "from 1 to"),
        (["train", "--seeds", ",".join(map(str, range(9_999)))], "different seeds"),
        (["train", "--eval-episodes", "+-5"], "not '+-5'"),
        (["train", "--eval-episodes", "9" * 5_000], "from 1 to 1,000,000"),
        (["train", "--env-id", "x" * 5_000], "There is no environment called"),
        (["train", "--resume", "."], "Is a directory"),
        (["evaluate", __file__, "--epsilon", "nan"], "epsilon must be 0 to 1"),
        (["train", "--gamma", "nan"], "gamma must be 0 to 1, not nan"),
        (["train", "--gamma", "-1e-5"], "gamma must be 0 to 1, not -1e-5"),
        (["train", "--value-low", "-inf"], "value_low must be −1,000,000 to 1,000,000, not -inf"),
        (["train", "--gamma", "lots"], "gamma must be 0 to 1, not 'lots'"),
        (["train", "--preset", "best"], "'recommended', 'notebook'"),
        (["train", "--seeds", "0"], "from 1 to"),
        (["train", "--seeds", "1,x"], "seeds must be 1 to 1,024 different seeds, each 0 to 9,007"),
        (["train", "--seeds", "1,2.5"], "not '1,2.5'"),
        (["train", "--seeds", "4,4"], "different seeds"),
        (["train", "--seeds", "4,5", "--seed", "3"], "not both"),
        (["train", "--eval-episodes", "0"], "eval_episodes must be"),
        (["train", "--batch-size", "64", "--buffer-capacity", "32"], "buffer_capacity 32"),
        (["train", "--env-id", "Pendulum-v1"], "Discrete actions"),
        (["train", "--save", "no/such/folder/agent.safetensors"], "a folder that exists"),
        (["train", "--resume", "nothing.safetensors"], "cannot be read"),
        (["evaluate", "nothing.safetensors"], "cannot be read"),
        (["evaluate", __file__], "not a DQN Lab checkpoint"),
        (["evaluate", __file__, "--epsilon", "2"], "epsilon must be 0 to 1"),
        (["evaluate", __file__, "--video", "film.avi"], "saved as .mp4 or .gif"),
        (["evaluate", __file__, "--episodes", "many"], "episodes must be"),
        (["train", "--runs", ""], "'' cannot be used: a file or a folder has a name"),
        (["train", "--save", ""], "a file or a folder has a name"),
        (["runs", "list", "--runs", "a" * 5_000], "File name too long"),
        (["runs", "export", "cartpole-1", "--output", "a\0"], "embedded null"),
        (["runs", "import", ""], "a file or a folder has a name"),
        (["evaluate", ""], "a file or a folder has a name"),
    ],
)
def test_refusals_are_one_sentence(capsys, arguments, words):
    assert words in refusal(capsys, *arguments)


@pytest.mark.parametrize(
    ("package", "arguments"),
    [
        ("imageio_ffmpeg", ["evaluate", __file__, "--video", "film.mp4"]),
        ("optuna", ["sweep", "--set", "gamma=lin:0.9:1", "--optuna", "2", "--runs", "runs"]),
        ("ray", ["sweep", "--set", "gamma=0.9", "--ray", "auto", "--runs", "runs"]),
    ],
)
def test_a_package_that_is_missing_is_told_before_anything_is_begun(
    capsys, monkeypatch, tmp_path, package, arguments
):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.chdir(tmp_path)
    assert "pip install" in refusal(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["-1e-5", "-1E+2", "-.5", "-3.", "-2.5e3", "-7"])
def test_a_negative_number_in_any_form_is_the_value_of_the_option_before_it(text):
    options = _parser().parse_args(["train", "--value-low", text, "--gamma", "0.5"])
    assert (options.value_low, options.gamma) == (float(text), 0.5)


def test_two_hyphens_after_an_equals_sign_are_a_value_as_any_other(capsys):
    """argparse made an empty list of them: a traceback, or nothing saved and nothing said."""
    options = _parser().parse_args(["train", "--save=--", "--env-id=--"])
    assert (options.save, options.env_id) == (Path("--").absolute(), "--")
    assert "must be 0 to 1, not '--'" in refusal(capsys, "train", "--gamma=--")


def test_the_table_has_every_hyperparameter(capsys):
    assert main(["hyperparameters"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(HYPERPARAMETERS)
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert any("`--gamma` | 0.99 | 0 to 1 |" in line for line in lines)


@pytest.mark.filterwarnings("ignore")  # Box2D's own, while it is loaded
def test_environments_are_listed(capsys):
    assert main(["environments"]) == 0
    out, err = capsys.readouterr()
    assert {"CartPole-v1", "Acrobot-v1", "FrozenLake-v1"} <= set(out.split())
    assert err == ""


def test_the_width_of_earlier_versions_is_still_an_option_that_the_help_does_not_offer(capsys):
    result = ended(capsys, "train", *ENDLESS, "--hidden-dim", 4, "--total-steps", 100)[1]
    assert result["config"]["hidden_dims"] == "4, 4"
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    offered = capsys.readouterr().out
    assert "--hidden-dims N,N,…" in offered
    assert "--hidden-dim " not in offered
