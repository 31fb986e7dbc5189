"""How several lines of one chart are told apart, by the position that each has among them."""

from dashboard.charts.panels import COLOURS
from dashboard.session.view import DASHES, Dash

MOST_WITH_SINGLES = 2
"""Lines behind which the single values and seeds are drawn: those of more hide each other."""


def hue(position: int) -> int:
    """The position of its colour, which more lines than there are colours share."""
    return position % COLOURS


def dash(position: int) -> Dash:
    """Another one than those of the lines with the same colour, of four at most."""
    return DASHES[(position + position // COLOURS) % len(DASHES)]
