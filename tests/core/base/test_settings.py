"""The environment variables that the program reads, and what is said of those that are wrong."""

import pytest

from dqn_core.base.errors import ConfigurationError
from dqn_core.base.settings import PRIVATE, SETTINGS, check_settings

WRONG = {
    "DQN_LAB_TRAINING_SLOTS": ("0", "-1", "1.5", "x", "1e3", " ", "9" * 5_000),
    "DQN_LAB_ABANDONED_SECONDS": ("0", "-5", "nan", "inf", "2 min"),
    "DQN_LAB_PRIVATE": ("2", "enabled", "no one"),
    "DQN_LAB_RUNS": (__file__, f"{__file__}/runs", "x" * 5_000),
    "DQN_LAB_RUNS_BYTES": ("2 GB", "-1", "1.5", "9" * 5_000),
    "DQN_LAB_MODULES": ("my-module", "a b", "a.,b", "os;sys"),
}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_what_a_variable_cannot_be_is_one_sentence_that_names_it(setting, monkeypatch):
    for text in WRONG[setting.name]:
        monkeypatch.setenv(setting.name, text)
        with pytest.raises(ConfigurationError) as refused:
            check_settings()
        said = str(refused.value)
        assert said.startswith(f"The environment variable {setting.name} must be {setting.allowed}")
        assert "\n" not in said


def test_a_variable_that_is_empty_or_not_there_says_nothing(monkeypatch):
    for setting in SETTINGS:
        monkeypatch.setenv(setting.name, "")
    check_settings()


def test_visitors_are_kept_apart_by_whatever_means_yes(monkeypatch):
    for text, is_on in (("1", True), ("true", True), ("Yes", True), ("on", True), ("no", False)):
        monkeypatch.setenv(PRIVATE.name, text)
        assert PRIVATE.value is is_on
