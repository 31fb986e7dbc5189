"""What an address asks for that is not there."""

import pytest

from dashboard.session.address import Remembered


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("metric=speed", "There is no metric 'speed': choose final"),
        ("since=never", "There is no since 'never': choose start or fork."),
        ("section=zoo", "There is no section 'zoo': choose lessons or experiments or microscope"),
        ("experiment=9", "There is no experiment '9': choose "),
        ("status=asleep", "There is no status 'asleep': choose running or paused or"),
        ("hidden=yes", "There is no hidden 'yes': choose on."),
        ("answer=9", "There is no answer '9': choose 1 or 2 or 3."),
        ("experiment=far-goal&answer=0", "There is no answer '0': choose 1 or 2 or 3."),
        ("lang=xx", "There is no lang 'xx': choose en or zh."),
    ],
)
def test_a_view_that_is_not_there_is_named_with_those_that_are(query: str, said: str) -> None:
    (problem,) = Remembered("tab", "", query).link[1]
    assert str(problem).startswith(said)


def test_views_that_are_there_are_no_problem() -> None:
    query = "metric=area&since=fork&section=experiments&experiment=far-goal&answer=3"
    query += "&status=paused&hidden=on&lang=zh&gamma=0.9"
    assert Remembered("tab", "", query).link[1] == []
