"""Places for training: so many at once, the others in order."""

from dashboard.web.slots import Slots


def test_later_ones_wait_in_order_and_move_up() -> None:
    slots = Slots(2)
    assert [slots.enter(run) for run in "abcd"] == [0, 0, 1, 2]
    assert [slots.enter(run) for run in "dcba"] == [2, 1, 0, 0], "asking again keeps the place"
    slots.leave("a")
    assert [slots.enter(run) for run in "bcd"] == [0, 0, 1]
    assert slots.enter("a") == 2, "whoever left comes last"


def test_leaving_without_a_place_is_fine() -> None:
    slots = Slots(1)
    slots.leave("nobody")
    assert slots.enter("a") == 0
