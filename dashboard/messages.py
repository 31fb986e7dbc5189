"""What Python and the browser say to each other, as the browser's scripts are checked with it.

Each message is declared once, beside the code that makes it or reads it. This writes them all for
TypeScript: `python -m dashboard.messages`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from enum import Enum
from itertools import chain
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from dashboard.charts.live_chart import ChartAnswer, ChartData, ForkAsked
from dashboard.learn_page.board import BoardAnswer
from dashboard.learn_page.desk import MicroscopeQuestion
from dashboard.learn_page.drawing import DrawnCurveData
from dashboard.learn_page.message import MicroscopeAnswer, MicroscopeFailure
from dashboard.learn_page.microscope import MicroscopeData
from dashboard.session.address import FrameData, Remembered
from dashboard.test_page.duel import DuelData
from dashboard.test_page.game import GameAnswer, GameQuestion
from dashboard.test_page.player import PlayerAnswer
from dashboard.train_page.figures import FiguresShown
from dashboard.train_page.health import HealthAnswer
from dashboard.train_page.playing import CheckAnswer, CheckData, RoomAnswer
from dashboard.train_page.q_map_message import (
    ActionPlaneAnswer,
    GridAnswer,
    MapData,
    MapQuestion,
    ValuePlaneAnswer,
)
from dashboard.train_page.scene import SceneAnswer
from dashboard.train_page.tour import TourData
from dashboard.web.copyable import CopyableData
from dashboard.web.feed import Followed

DATA: dict[str, type] = {
    "board": Followed,
    "chart": ChartData,
    "check": CheckData,
    "copyable": CopyableData,
    "curves": ChartData,
    "drawn_curve": DrawnCurveData,
    "duel": DuelData,
    "frame": FrameData,
    "game": Followed,
    "health": Followed,
    "map": MapData,
    "microscope": MicroscopeData,
    "player": Followed,
    "room": Followed,
    "scene": Followed,
    "tour": TourData,
}
"""What a page hands each component, by the name of its script."""

ANSWERS: dict[str, tuple[type, ...]] = {
    "board": (BoardAnswer,),
    "chart": (ChartAnswer,),
    "check": (CheckAnswer,),
    "curves": (ChartAnswer,),
    "game": (GameAnswer,),
    "health": (HealthAnswer,),
    "map": (ActionPlaneAnswer, ValuePlaneAnswer, GridAnswer),
    "microscope": (MicroscopeAnswer, MicroscopeFailure),
    "player": (PlayerAnswer,),
    "room": (RoomAnswer,),
    "scene": (SceneAnswer,),
}
"""What the feed answers a component, or the header of it: one of these."""

SENT = (ForkAsked, GameQuestion, MapQuestion, MicroscopeQuestion, Remembered)
"""What components send to the page, or ask the feed."""

BESIDE = FiguresShown
"""What an answer for the Train page's curves has beside them."""

WRITTEN = Path(__file__).parents[1] / "assets" / "messages.d.ts"

_NAMES: dict[object, str] = {
    Any: "any",
    NoneType: "null",
    bool: "boolean",
    float: "number",
    int: "number",
    str: "string",
}


def shapes() -> list[type]:
    """All that crosses, and what it is made of, by name."""
    roots = (*DATA.values(), *chain(*ANSWERS.values()), *SENT, BESIDE)
    found = {shape for root in roots for shape in _within(root)}
    return sorted(found, key=lambda shape: shape.__name__)


def typescript() -> str:
    """All messages as the text of `assets/messages.d.ts`."""
    declared = "\n".join(map(_declared, shapes()))
    about = "/** Written by `python -m dashboard.messages` from what Python declares. */\n"
    return f"{about}declare namespace Messages {{\n{declared}}}\n"


def _within(hint: Any) -> Iterator[type]:
    """The shapes that a type is made of."""
    if not _is_shape(hint):
        for part in get_args(hint):
            yield from _within(part)
        return
    yield hint
    for field in get_type_hints(hint).values():
        yield from _within(field)


def _is_shape(hint: Any) -> bool:
    return is_typeddict(hint) or is_dataclass(hint)


def _declared(shape: type) -> str:
    optional: frozenset[str] = getattr(shape, "__optional_keys__", frozenset())
    fields = "".join(
        f"    {name}{'?' if name in optional else ''}: {_type(hint)};\n"
        for name, hint in get_type_hints(shape).items()
    )
    return f"  interface {shape.__name__} {{\n{fields}  }}\n"


def _type(hint: Any) -> str:
    """A type of Python's as TypeScript writes it."""
    if hint in _NAMES:
        return _NAMES[hint]
    if _is_shape(hint):
        return str(hint.__name__)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " | ".join(json.dumps(member.value) for member in hint)
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " | ".join(map(json.dumps, parts))
    types = [_type(part) for part in parts if part is not Ellipsis]
    if origin in (Union, UnionType):
        return " | ".join(types)
    if origin is NotRequired:
        return types[0]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"Record<{', '.join(types)}>"
    if origin is tuple and Ellipsis not in parts:
        return f"[{', '.join(types)}]"
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return f"({types[0]})[]" if " | " in types[0] else f"{types[0]}[]"
    raise TypeError(f"{hint} crosses to no browser")


if __name__ == "__main__":
    WRITTEN.write_text(typescript())
