"""Estimates with their intervals as an SVG: a panel for each task, a line for each arm."""

from collections.abc import Mapping
from html import escape
from typing import NamedTuple


class Estimate(NamedTuple):
    """A value and the ends of its interval."""

    value: float
    low: float
    high: float


Panel = Mapping[str, Mapping[str, Estimate]]
"""By arm, then by measure."""

COLORS = ("#1f77b4", "#d62728")
"""The colours of the measures, which share a line, one above the other."""

LEFT, WIDTH, GAP, TOP, LINE = 290, 210, 30, 50, 22


def picture(panels: Mapping[str, Panel]) -> str:
    """Each panel has an axis of its own, from its lowest to its highest interval's end."""
    arms = list(dict.fromkeys(arm for panel in panels.values() for arm in panel))
    measures = list(next(iter(next(iter(panels.values())).values())))
    width, bottom = LEFT + (WIDTH + GAP) * len(panels), TOP + LINE * len(arms)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{bottom + 30}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for i, measure in enumerate(measures):
        parts += [_dot(14, 14 + 18 * i, COLORS[i]), _text(24, 14 + 18 * i, measure, "start")]
    parts += [_text(LEFT - 14, _middle(i), arm, "end") for i, arm in enumerate(arms)]
    for i, (task, panel) in enumerate(panels.items()):
        parts += _panel(task, panel, arms, LEFT + (WIDTH + GAP) * i, bottom)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(task: str, panel: Panel, arms: list[str], left: float, bottom: float) -> list[str]:
    estimates = [each for arm in panel.values() for each in arm.values()]
    low, high = min(each.low for each in estimates), max(each.high for each in estimates)

    def x(value: float) -> float:
        return left + WIDTH * (value - low) / ((high - low) or 1.0)

    parts = [_text(left + WIDTH / 2, TOP - 16, task, "middle")]
    for value in (low, (low + high) / 2, high):
        parts.append(_line(x(value), TOP, x(value), bottom, "#ddd"))
        parts.append(_text(x(value), bottom + 14, f"{value:.0f}", "middle"))
    for line, arm in enumerate(arms):
        for i, each in enumerate(panel.get(arm, {}).values()):
            y = _middle(line) + 5 * (2 * i - 1)
            parts.append(_line(x(each.low), y, x(each.high), y, COLORS[i]))
            parts.append(_dot(x(each.value), y, COLORS[i]))
    return parts


def _middle(line: int) -> float:
    return TOP + LINE * (line + 0.5)


def _line(x1: float, y1: float, x2: float, y2: float, color: str) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{color}" stroke-width="1.5"/>'


def _dot(x: float, y: float, color: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" dominant-baseline="middle">'
        f"{escape(words)}</text>"
    )
