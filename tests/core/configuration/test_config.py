"""The configuration: bounds from each declaration, text, names, presets."""

import dataclasses
import math
import re
from typing import Any

import numpy as np
import pytest
import torch

from dqn_core.base.errors import ConfigurationError
from dqn_core.configuration.config import EARLIER_NAMES, HYPERPARAMETERS, DQNConfig, hyperparameter
from dqn_core.configuration.hyperparameter import APPLIES_WORDS, Hyperparameter
from dqn_core.presets import PRESETS, preset
from dqn_core.recommendation import recommended

NUMBERS = [h for h in HYPERPARAMETERS.values() if h.kind in (int, float)]
WHOLE = [h for h in NUMBERS if h.kind is int]
SWITCHES = [h for h in HYPERPARAMETERS.values() if h.kind is bool]
CHOICES = [h for h in HYPERPARAMETERS.values() if h.choices]


def by_name(declared: Hyperparameter) -> str:
    return declared.name


def just_outside(declared: Hyperparameter) -> list[float]:
    if declared.kind is int:
        return [int(declared.low) - 1, int(declared.high) + 1]
    return [math.nextafter(declared.low, -math.inf), math.nextafter(declared.high, math.inf)]


@pytest.mark.parametrize("declared", HYPERPARAMETERS.values(), ids=by_name)
def test_every_default_is_one_that_its_own_declaration_allows(declared: Hyperparameter) -> None:
    assert declared.validated(declared.default) == declared.default


@pytest.mark.parametrize("declared", HYPERPARAMETERS.values(), ids=by_name)
def test_every_field_is_explained_for_the_person_who_sets_it(declared: Hyperparameter) -> None:
    assert declared.group
    assert declared.label
    assert declared.description.endswith(".")
    assert declared.applies in ("now", "next episode", "restart")
    assert declared.description in declared.help
    assert f"A change applies {APPLIES_WORDS[declared.applies]}." in declared.help
    if declared.kind in (int, float):
        assert declared.low < declared.high
        assert declared.scale != "log" or declared.low > 0
        assert declared.range_text in declared.help
    elif declared.scale != "widths":  # a list or a switch shows its choices
        assert "Range" not in declared.help


@pytest.mark.parametrize("declared", NUMBERS, ids=by_name)
def test_both_ends_of_a_range_are_allowed_and_what_lies_just_beyond_is_not(
    declared: Hyperparameter,
) -> None:
    assert declared.validated(declared.kind(declared.low)) == declared.low
    assert declared.validated(declared.kind(declared.high)) == declared.high
    for value in just_outside(declared):
        with pytest.raises(ConfigurationError) as refusal:
            declared.validated(value)
        message = str(refusal.value)
        assert message.startswith(f"{declared.name} must be {declared.range_text}")
        assert repr(value) in message


@pytest.mark.parametrize("declared", NUMBERS, ids=by_name)
def test_a_number_must_be_a_finite_number(declared: Hyperparameter) -> None:
    values: tuple[Any, ...] = (math.nan, math.inf, -math.inf, True, "1", None, [1], 1j)
    for value in values:
        with pytest.raises(ConfigurationError, match=f"^{declared.name} must be"):
            declared.validated(value)


@pytest.mark.parametrize("declared", WHOLE, ids=by_name)
def test_a_whole_number_is_not_quietly_rounded(declared: Hyperparameter) -> None:
    with pytest.raises(ConfigurationError, match="whole number"):
        declared.validated(declared.low + 1.5)
    converted = declared.validated(declared.low + 1.0)
    assert converted == declared.low + 1
    assert type(converted) is int


@pytest.mark.parametrize("value", [10**400, -(10**400)])
def test_a_number_too_big_for_a_float_is_out_of_range_and_not_a_crash(value: int) -> None:
    for declared in NUMBERS:
        with pytest.raises(ConfigurationError, match=f"^{declared.name} must be"):
            declared.validated(value)


@pytest.mark.parametrize("declared", SWITCHES, ids=by_name)
@pytest.mark.parametrize("value", [0, 1, "on", None, 0.0])
def test_a_switch_is_on_or_off_and_nothing_else(declared: Hyperparameter, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"^{declared.name} must be on or off"):
        declared.validated(value)


@pytest.mark.parametrize("declared", CHOICES, ids=by_name)
@pytest.mark.parametrize("value", ["", "MSE", 1, None, ["mse"], {"a": 1}])
def test_a_choice_must_be_one_of_those_named(declared: Hyperparameter, value: Any) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        declared.validated(value)
    assert all(choice in str(refusal.value) for choice in declared.choices)


def test_the_whole_configuration_checks_every_field() -> None:
    for declared in NUMBERS:
        outside: dict[str, Any] = {declared.name: just_outside(declared)[1]}
        with pytest.raises(ConfigurationError, match=declared.name):
            DQNConfig(**outside)
        with pytest.raises(ConfigurationError, match=declared.name):
            DQNConfig().replace(**{declared.name: math.nan})


def test_a_whole_value_for_a_float_field_becomes_a_float() -> None:
    config = DQNConfig(gamma=1)
    assert type(config.gamma) is float
    assert config.to_dict()["gamma"] == 1.0


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**53 - 2, 2**53 - 1])
def test_every_seed_is_exact_from_a_number_from_text_and_through_a_dictionary(seed: int) -> None:
    assert DQNConfig(seed=seed).seed == seed
    assert HYPERPARAMETERS["seed"].parsed(str(seed)) == seed
    assert HYPERPARAMETERS["seed"].parsed(f"{seed:_}") == seed
    assert DQNConfig.from_dict(DQNConfig(seed=seed).to_dict()).seed == seed


def test_the_range_of_the_seed_is_printed_exactly() -> None:
    # As far as JSON and a browser carry a whole number exactly.
    assert HYPERPARAMETERS["seed"].range_text == "0 to 9,007,199,254,740,991"
    for text in (str(2**53), str(2**53 + 1), str(2**63)):
        with pytest.raises(ConfigurationError, match="seed must be"):
            HYPERPARAMETERS["seed"].parsed(text)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("gamma", "0.5", 0.5),
        ("gamma", " 1 ", 1.0),
        ("learning_rate", "1e-4", 1e-4),
        ("total_steps", "1e5", 100_000),
        ("total_steps", "100_000", 100_000),
        ("double_dqn", "Off", False),
        ("double_dqn", "true", True),
        ("loss", "mse", "mse"),
        ("env_id", "Acrobot-v1", "Acrobot-v1"),
    ],
)
def test_text_gives_the_value_it_stands_for(name: str, text: str, value: Any) -> None:
    parsed = HYPERPARAMETERS[name].parsed(text)
    assert parsed == value
    assert type(parsed) is HYPERPARAMETERS[name].kind


@pytest.mark.parametrize(
    "text",
    ["", "nan", "inf", "-inf", "1e999", "9" * 5_000, "0x10", "1,000", "one", "1.5.2", "+-1", "--1"],
)
def test_text_that_is_no_number_in_range_is_refused_by_name(text: str) -> None:
    for declared in NUMBERS:
        with pytest.raises(ConfigurationError, match=f"^{declared.name} must be"):
            declared.parsed(text)


@pytest.mark.parametrize("text", ["", "2", "yess", "None"])
def test_text_that_is_no_switch_is_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^double_dqn must be on or off"):
        HYPERPARAMETERS["double_dqn"].parsed(text)


@pytest.mark.parametrize("declared", HYPERPARAMETERS.values(), ids=by_name)
def test_a_value_survives_being_written_as_text(declared: Hyperparameter) -> None:
    for value in (declared.default, declared.low, declared.high):
        if declared.kind in (int, float):
            assert declared.parsed(str(declared.kind(value))) == value
    assert declared.parsed(str(declared.default)) == declared.default


def test_an_unknown_name_suggests_the_nearest_known_one() -> None:
    with pytest.raises(ConfigurationError, match=r"'gama'.*did you mean gamma\?"):
        hyperparameter("gama")
    with pytest.raises(ConfigurationError, match="learning_rat"):
        DQNConfig().replace(learning_rat=1e-3)
    with pytest.raises(ConfigurationError, match="'zzz'"):
        DQNConfig.from_dict({"zzz": 1})


def test_a_configuration_cannot_be_changed_from_outside() -> None:
    config = DQNConfig()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.gamma = 0.5  # type: ignore[misc]
    assert config.replace(gamma=0.5).difference(config) == {"gamma": 0.5}
    assert config.gamma == HYPERPARAMETERS["gamma"].default


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_valid_and_says_what_it_is_for(name: str) -> None:
    chosen = PRESETS[name]
    assert DQNConfig.from_dict(chosen.config.to_dict()) == preset(name)
    assert chosen.label
    assert chosen.description.endswith(".")


def test_an_unknown_preset_names_those_that_exist() -> None:
    with pytest.raises(ConfigurationError, match="recommended or notebook"):
        preset("best")


def test_recommended_is_the_default_and_auto_follows_the_environment() -> None:
    assert preset("recommended") == preset("auto") == DQNConfig()
    assert preset("auto", "Taxi-v4") == recommended("Taxi-v4")


OF_PAPERS = [name for name, chosen in PRESETS.items() if chosen.changes]


@pytest.mark.parametrize("name", OF_PAPERS)
@pytest.mark.parametrize(
    "env_id", ["MountainCar-v0", "LunarLander-v3", "FrozenLake8x8-v1", "Taxi-v4", "CartPole-v0"]
)
def test_a_papers_preset_is_what_is_recommended_for_the_environment_with_its_changes(
    name: str, env_id: str
) -> None:
    changes = PRESETS[name].changes
    assert changes
    config, usual = preset(name, env_id), recommended(env_id)
    assert config.difference(usual).keys() <= changes.keys()
    assert {changed: getattr(config, changed) for changed in changes} == changes
    assert config.learning_rate == usual.learning_rate
    assert config.epsilon_decay == usual.epsilon_decay


@pytest.mark.parametrize("name", OF_PAPERS)
def test_on_cartpole_a_papers_preset_has_its_changes_too_and_the_papers_numbers(name: str) -> None:
    chosen = PRESETS[name]
    of_target = {"target_update_period", "target_update_unit"}  # with other numbers there
    changes = {n: v for n, v in (chosen.changes or {}).items() if n not in of_target}
    assert chosen.config.replace(**changes) == chosen.config == preset(name)
    assert chosen.config.learning_rate == 1e-3
    assert preset(name, env_kwargs="sutton_barto_reward=True").learning_rate == 1e-3


def test_presets_that_follow_each_other_differ_in_what_the_later_paper_adds() -> None:
    def added(later: str, earlier: str) -> set[str]:
        configs = (preset(name, "Taxi-v4") for name in (later, earlier))
        return set(next(configs).difference(next(configs)))

    assert added("double", "dqn-2015") == {"double_dqn"}
    assert added("dueling", "double") == {"dueling", "gradient_clip"}
    assert added("munchausen", "dqn-2015") == {"munchausen"}
    assert added("rainbow", "double") == {
        *("noisy", "sampling", "priority_exponent", "n_step", "dueling", "head")
    }


def test_the_notebook_preset_has_the_notebooks_numbers() -> None:
    config = preset("notebook")
    args = {  # the notebook's class Args and its train loop
        "env_id": "CartPole-v0",
        "seed": 0,
        "hidden_dims": "128, 128",
        "buffer_capacity": 10_000,
        "total_episodes": 200,
        "max_episode_steps": 200,
        "target_update_period": 10,
        "target_update_unit": "episodes",
        "tau": 1.0,
        "gamma": 0.99,
        "epsilon_schedule": "exponential",
        "epsilon_start": 0.9,
        "epsilon_end": 0.05,
        "epsilon_decay": 200,
        "batch_size": 64,
        "learning_starts": 64,
        "learning_rate": 0.001,
        "learning_rate_end": 0.001,
        "loss": "mse",
        "gradient_clipping": "value",
        "gradient_clip": 1.0,
        "double_dqn": False,
        "dueling": False,
        "n_step": 1,
        "train_frequency": 1,
        "gradient_steps": 1,
        "sampling": "uniform",
    }
    assert {name: getattr(config, name) for name in args} == args
    # 200 episodes of at most 200 steps: the step budget never ends the run first.
    assert config.total_steps >= 200 * 200


def test_descriptions_are_written_for_people_and_not_twice() -> None:
    descriptions = [h.description for h in HYPERPARAMETERS.values()]
    assert len(set(descriptions)) == len(descriptions)
    assert not any(re.search(r"\s{2,}", text) for text in descriptions)


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("batch_size", np.int64(64), 64),
        ("batch_size", np.uint8(64), 64),
        ("batch_size", np.float64(64), 64),
        ("batch_size", np.array(64), 64),
        ("batch_size", torch.tensor(32), 32),
        ("gamma", np.float32(0.5), 0.5),
        ("gamma", np.float16(0.5), 0.5),
        ("gamma", np.int8(1), 1.0),
        ("double_dqn", np.bool_(False), False),
        ("env_id", np.str_("Acrobot-v1"), "Acrobot-v1"),
        ("loss", np.str_("mse"), "mse"),
    ],
)
def test_values_of_numpy_and_pytorch_are_taken_and_stored_as_pythons_own(
    name: str, value: Any, stored: Any
) -> None:
    for config in (DQNConfig(**{name: value}), DQNConfig().replace(**{name: value})):
        found = getattr(config, name)
        assert found == stored
        assert type(found) is type(stored)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", np.int64(0)),
        ("batch_size", np.float64(64.5)),
        ("batch_size", np.bool_(True)),
        ("batch_size", np.array([64])),
        ("gamma", np.float32("nan")),
        ("gamma", np.str_("0.9")),
        ("double_dqn", np.int64(1)),
        ("loss", np.str_("mae")),
    ],
)
def test_values_of_numpy_keep_to_the_range(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=name) as refused:
        DQNConfig(**{name: value})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("64", "64"),
        ("128,64", "128, 64"),
        ("  128  64 ", "128, 64"),
        ("1e2, 4, 1024, 5.0", "100, 4, 1024, 5"),
        (64, "64"),
        (np.int64(64), "64"),
        ([256, 128], "256, 128"),
        ((8, 7, 6, 5), "8, 7, 6, 5"),
    ],
)
def test_hidden_layers_are_kept_in_one_form_however_they_were_written(
    value: Any, kept: str
) -> None:
    config = DQNConfig(hidden_dims=value)
    assert config.hidden_dims == kept
    assert DQNConfig.from_dict(config.to_dict()) == config
    assert HYPERPARAMETERS["hidden_dims"].parsed(str(value).strip("[]()")) == kept


@pytest.mark.parametrize(
    "value",
    [
        *("", ",", "3", "1025", "8, 8, 8, 8, 8", "8, x", "8.5", "nan", "1e999", "8; 8"),
        *(None, True, [], [[8]], {"a": 1}, np.array([8]), "8 " * 10_000),
    ],
)
def test_widths_that_cannot_be_are_refused_in_one_sentence(value: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^hidden_dims must be 1 to 4 widths") as refused:
        DQNConfig(hidden_dims=value)
    assert "\n" not in str(refused.value)


def test_the_width_of_earlier_versions_is_two_layers_of_it_wherever_it_is_given() -> None:
    earlier: dict[str, Any] = {"hidden_dim": 32}
    assert DQNConfig(**earlier).hidden_dims == "32, 32"
    assert DQNConfig().replace(**earlier).hidden_dims == "32, 32"
    assert DQNConfig.from_dict(earlier).hidden_dims == "32, 32"
    with pytest.raises(ConfigurationError, match="hidden_dims must be 1 to 4 widths"):
        DQNConfig().replace(hidden_dim=2_000)
    with pytest.raises(ConfigurationError, match="hidden_dim is the earlier name of hidden_dims"):
        DQNConfig().replace(hidden_dim=32, hidden_dims="64")


def test_a_symbol_names_one_hyperparameter_alone() -> None:
    symbols = [declared.symbol for declared in HYPERPARAMETERS.values() if declared.symbol]
    assert len(symbols) == len(set(symbols))


def test_an_earlier_name_is_not_the_name_of_anything_else() -> None:
    assert not EARLIER_NAMES.keys() & HYPERPARAMETERS.keys()
    assert EARLIER_NAMES["hidden_dim"].name == "hidden_dims"
