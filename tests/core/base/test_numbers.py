"""How numbers are written."""

import random

import pytest

from dqn_core.base.numbers import number, percent, setting


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (312.04, "312"),
        (-915.66, "−915.7"),
        (12_345.6, "12,345.6"),
        (999_999_999_999_999.0, "999,999,999,999,999"),
        (-1e15, "−1e15"),
        (2.46e29, "2.46e29"),
        (0.99951, "1"),
        (0.012345, "0.0123"),
        (0.0009999, "0.001"),
        (1.2e-05, "0.000012"),
        (1.234e-7, "1.23e−7"),
        (1e-7, "1e−7"),
        (-0.0, "0"),
        (float("nan"), "–"),
        (float("inf"), "–"),
    ],
)
def test_a_measured_number_has_one_decimal_or_three_digits(value: float, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0, "0"),
        (1, "100"),
        (0.734, "73"),
        (0.0996, "10"),
        (0.0667, "6.7"),
        (0.0066, "0.66"),
        (1e-9, "under 0.01"),
        (199 / 200, "99.5"),
        (0.99999, "99.9"),
    ],
)
def test_a_share_that_is_not_all_is_never_100_percent(share: float, written: str) -> None:
    assert percent(share) == f"{written}\u202f%"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.999999999, "0.999999999"),
        (1e-05, "0.00001"),
        (1.0, "1"),
        (0.1, "0.1"),
        (50_000, "50,000"),
        (-0.5, "−0.5"),
    ],
)
def test_a_setting_keeps_every_digit(value: float, written: str) -> None:
    assert setting(value) == written


def test_two_settings_that_differ_are_never_written_alike() -> None:
    chance = random.Random(0)
    for _ in range(1_000):
        value = chance.random()
        assert float(setting(value)) == value
