"""The controls of the Test page: which episodes, and under which conditions."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import streamlit as st

from dashboard.web.buttons import button
from dashboard.web.language import _, said
from dashboard.web.notices import tell_error
from dashboard.web.number_box import number_box
from dqn_core import HYPERPARAMETERS, DQNConfig, LabError
from dqn_core.base.numbers import MINUS, setting
from dqn_core.base.phrases import Phrase
from dqn_core.environments.families import family
from dqn_core.environments.family import Family, PhysicsParameter, Pushable
from dqn_core.episodes.conditions import Conditions, Push


@dataclass(frozen=True)
class Settings:
    """Which episodes are played, and under which conditions."""

    episodes: int
    first_seed: int = 0
    conditions: Conditions = field(default_factory=Conditions)


@dataclass
class Numbers:
    """The last good number of each box by its name, and why the newest one was refused."""

    values: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)


def words(conditions: Conditions, config: DQNConfig, say: Callable[[Phrase], str] = said) -> str:
    """What is unusual in ``conditions``, for a person; empty if nothing is.

    With `str` as ``say`` it stays in English, as files have it.
    """
    physics = family(config.env_id, config.env_kwargs).physics
    unusual = [f"ε {setting(conditions.epsilon)}"] if conditions.epsilon else []
    for name, value in conditions.parameters.items():
        label = say(Phrase(physics[name].label))
        unusual.append(f"{label[0].lower()}{label[1:]} {value:g} {physics[name].unit}".strip())
    if push := conditions.push:
        amount = f"{push.amount:+g}".replace("-", MINUS)
        at = Phrase("a push of {amount} at step {step:,}", amount=amount, step=push.step)
        unusual.append(say(at))
    return say(Phrase(", ")).join(unusual)


def choose_settings(known: Family, numbers: Numbers) -> Settings:
    """The settings from the controls, drawn where the caller is, for environments like these."""
    st.markdown(":material/tune: **" + _("Test settings") + "**")
    episodes = _whole_number(numbers, "episodes", _("Episodes"), 1, 200, 20)
    seed = _whole_number(
        numbers,
        "first_seed",
        _("First seed"),
        0,
        2**31,
        1_000,
        help=_("Environment seed of the first episode. Each next episode uses the next seed."),
    )
    epsilon = st.slider(
        _("ε while testing"),
        0.0,
        1.0,
        0.0,
        0.01,
        key="test_epsilon",
        persist_state="session",
        help=_("Share of random actions; 0 is the greedy policy."),
    )
    if known.physics or known.push:
        st.markdown(":material/public: **" + _("What breaks it?") + "**")
    parameters = {}
    for name, parameter in known.physics.items():
        value = _physics_slider(_physics_key(known, name), parameter)
        if not math.isclose(value, parameter.default):
            parameters[name] = value
    push = _push(numbers, _push_key(known), known.push) if known.push else None
    if parameters or push:
        button(
            _("Back to the original environment"),
            "usual_physics",
            "undo",
            partial(_back_to_usual, known),
        )
    return Settings(episodes, seed, Conditions(epsilon, parameters, push))


def _whole_number(
    numbers: Numbers, box: str, label: str, low: int, high: int, default: int, help: str = ""
) -> int:
    """A number box that keeps its last good value; a refusal stands below it."""
    values, refusals = numbers.values, numbers.refusals
    declared = replace(HYPERPARAMETERS["n_step"], name=label, low=low, high=high)

    def take(text: str) -> None:
        refusals.pop(box, None)
        try:
            values[box] = int(declared.parsed(text))
        except LabError as error:
            refusals[box] = error.phrase

    name = f"test_{box}"
    typed = number_box(label, name, values.get(box, default), take, help=help or None)
    if box not in values:
        take(typed)  # a page that outlives its server has more in it than the default
    if box in refusals:
        tell_error(refusals[box])
    return values.get(box, default)


def _physics_slider(key: str, parameter: PhysicsParameter) -> float:
    # The decimals of the smallest value are those that matter.
    decimals = len(f"{parameter.low:g}".partition(".")[2]) or 1
    value: float = st.slider(
        _(parameter.label) + (f" ({parameter.unit})" if parameter.unit else ""),
        parameter.low,
        parameter.high,
        parameter.default,
        10.0**-decimals,
        key=key,
        persist_state="session",
        format=f"%.{decimals}f",
    )
    return value


def _push(numbers: Numbers, key: str, declared: Pushable) -> Push | None:
    hardest = declared.hardest
    amount = st.slider(
        _("Push ({quantity})", quantity=_(declared.label)),
        -hardest,
        hardest,
        0.0,
        hardest / 30,
        key=key,
        persist_state="session",
    )
    if math.isclose(amount, 0, abs_tol=hardest / 100):
        return None
    return Push(
        _whole_number(numbers, "push_at_step", _("Push at step"), 0, 10_000, 50),
        declared.component,
        amount,
    )


def _physics_key(known: Family, name: str) -> str:
    return f"physics_{known.name}_{name}"


def _push_key(known: Family) -> str:
    return f"push_{known.name}"


def _back_to_usual(known: Family) -> None:
    for name, parameter in known.physics.items():
        st.session_state[_physics_key(known, name)] = parameter.default
    if known.push:
        st.session_state[_push_key(known)] = 0.0
