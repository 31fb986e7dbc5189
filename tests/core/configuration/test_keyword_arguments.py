"""The keyword arguments of an environment: read, bounded, and written in one form."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_core.base.errors import ConfigurationError
from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.keyword_arguments import LARGEST_NUMBER, canonical, parsed, written

SINGLE = (
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_NUMBER + 1, LARGEST_NUMBER - 1)
    | st.floats(-9e18, 9e18)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(
        ["8x8", "True", "1e3", "1E100", "a b", "a,b", "'", '"', "[", "x]=1", "\\", "=", ""]
    )
)
SEVERAL = st.lists(SINGLE, max_size=3)
NAMES = st.sampled_from(["map_name", "size", "is_slippery", "größe", "_x"])
ARGUMENTS = st.dictionaries(NAMES, SINGLE | SEVERAL | SEVERAL.map(tuple), max_size=3)


@given(ARGUMENTS)
def test_what_is_written_is_read_back_the_same_in_value_and_type(arguments: dict[str, Any]) -> None:
    text = written(arguments)
    assert repr(sorted(parsed(text).items())) == repr(sorted(arguments.items()))
    assert canonical(text) == canonical(arguments) == text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", ""),
        ("  ", ""),
        ("map_name=8x8,is_slippery=False", "is_slippery=False, map_name=8x8"),
        ("map_name = '8x8'  is_slippery=False,", "is_slippery=False, map_name=8x8"),
        ("a=1 b=-1.50 c=1e3 d=None", "a=1, b=-1.5, c=1000.0, d=None"),
        ("a='1' b='True' c=true d=nan", "a='1', b='True', c=true, d=nan"),
        ("desc=['SF', \"F[G\"] r=(1,0,0)", "desc=['SF', 'F[G'], r=(1, 0, 0)"),
        ("path=a/b.c-d:e", "path=a/b.c-d:e"),
    ],
)
def test_equal_arguments_have_one_form_however_they_were_typed(text: str, form: str) -> None:
    assert DQNConfig(env_kwargs=text).env_kwargs == form
    assert DQNConfig(env_kwargs=form).env_kwargs == form


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("slippery", "must be names and values such as is_slippery=False, map_name=8x8"),
        ("a=", "must be names and values"),
        ("=1", "must be names and values"),
        ("a==1", "must be names and values"),
        ("a=1b=2", "must be names and values"),
        ("a=1;b=2", "not 'a=1;b=2'"),
        ("a=1 ,, b=2", "not ', b=2'"),
        ("class=1", "not 'class=1'"),
        ("a={1: 2}", "must be names and values"),
        ("a=[[1]]", "must be names and values"),
        ("a=(lambda: 1)()", "must be names and values"),
        ("a=[b]", "[b], which cannot be read"),
        ("a=[1 or 2]", "which cannot be read"),
        ("a=[1, 2)", "which cannot be read"),
        ("a=[1j]", "no list of numbers and texts"),
        ("a=[b'x']", "no list of numbers and texts"),
        ("a='open", "must be names and values"),
        ("a=1 a=2", "has a twice"),
        ("render_mode=human", "cannot have render_mode"),
        (f"a={10**30}", "numbers are between"),
        ("a=[1e999]", "numbers are between"),
        (f"a={'x' * 2_000}", "may have 1,000 characters, not 2,002"),
        (f"a={'9' * 900}", "numbers are between"),
        ("a=" + "[" * 400, "must be names and values"),
        ("a='\n'", "which cannot be read"),
    ],
)
def test_what_is_no_argument_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        DQNConfig(env_kwargs=text)
    sentence = str(refused.value)
    assert sentence.startswith("env_kwargs ")
    assert said in sentence
    assert "\n" not in sentence
    assert refused.value.names == ("env_kwargs",)


@given(st.text(max_size=40) | st.text("ab=,'\"[]() 1.\\", max_size=20))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        form = canonical(text)
    except ValueError:
        return
    assert canonical(form) == form


@pytest.mark.parametrize(
    "value", [3, None, ["a=1"], {"a": object()}, {"a": {"b": 1}}, {1: 2, "a": 1}]
)
def test_what_is_neither_text_nor_arguments_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="env_kwargs"):
        DQNConfig(env_kwargs=value)


def test_arguments_may_be_given_as_python_has_them() -> None:
    config = DQNConfig(env_kwargs={"map_name": "8x8", "is_slippery": False})  # type: ignore[arg-type]
    assert config.env_kwargs == "is_slippery=False, map_name=8x8"
    assert config.environment == "CartPole-v1(is_slippery=False, map_name=8x8)"


def test_another_environment_comes_without_the_arguments_of_this_one() -> None:
    config = DQNConfig(env_id="FrozenLake-v1", env_kwargs="map_name=8x8")
    assert config.replace(seed=3).env_kwargs == "map_name=8x8"
    assert config.replace(env_id="FrozenLake-v1").env_kwargs == "map_name=8x8"
    assert config.replace(env_id="Taxi-v4").env_kwargs == ""
    both = {"env_id": "Taxi-v4", "env_kwargs": "is_rainy=True"}
    assert config.replace(**both).env_kwargs == "is_rainy=True"


def test_numbers_of_numpy_are_pythons_own_and_what_is_none_is_no_text() -> None:
    given = {"size": np.int64(3), "rates": [np.float32(0.5), 1], "wind": np.bool_(True)}
    assert DQNConfig(env_kwargs=given).env_kwargs == "rates=[0.5, 1], size=3, wind=True"  # type: ignore[arg-type]
    for value in (float("nan"), np.float32("inf")):
        with pytest.raises(ConfigurationError, match=r"not goal=(nan|inf)\.$"):
            DQNConfig(env_kwargs={"goal": value})  # type: ignore[arg-type]
