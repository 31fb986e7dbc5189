"""What the code says to people: what each catalogue has to have."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

from dqn_core.base import errors

CHECKOUT = Path(__file__).resolve().parents[2]

Text: TypeAlias = str | tuple[str, ...]
"""What is said, or what is said of one and of many."""

ROOMS: dict[str, tuple[str, ...]] = {
    "lessons": (
        "dashboard/lessons/",
        "dashboard/learn_page/board.py",
        "dashboard/learn_page/lesson",
        "dashboard/train_page/playing.py",
    ),
    "learn": (
        "pages/learn.py",
        "dashboard/learn_page/",
        "dashboard/train_page/tour.py",
        "dashboard/web/symbols.py",
        "dqn_core/experiments/",
        "dqn_core/microscope/",
        "dqn_core/notebook/",
        "assets/drawn_curve/",
        "assets/learn/",
        "assets/tour/",
    ),
    "core": ("dqn_core/",),
    "frame": ("dashboard/frame.py", "dashboard/charts/", "dashboard/session/", "dashboard/web/"),
    "train": ("app.py", "dashboard/train_page/"),
    "test": ("pages/test.py", "dashboard/test_page/"),
    "compare": ("pages/compare.py", "dashboard/compare_page/"),
    "scripts": ("assets/",),
}
"""Which files' words are in which catalogue: the first that names a file, or where it begins."""

ORDER = ("core", "frame", "train", "test", "compare", "learn", "lessons", "scripts")
"""What is said in several rooms is in the catalogue of the first."""

PACKAGES = ("pages", "dashboard", "dqn_core")

ENGLISH_ALONE = ("dqn_core/cli/",)
"""The command line."""

SPOKEN: dict[str, tuple[int | str, ...]] = {
    "_": (0,),
    "n_": (0, 1),
    "Phrase": (0,),
    **{name: (0,) for name in vars(errors) if name.endswith(("Error", "Failure"))},
    "StoppedError": (0,),
    "needs_package": (0,),
    # declared words, which a page translates where it shows them
    "declare": (2, 3, "unit", "too_low", "too_high", "choices"),
    "Preset": (0, 1),
    "Component": (0,),
    "Action": (0,),
    "Family": ("task",),
    "PhysicsParameter": (0,),
    "Pushable": (1,),
    "Experiment": ("title", "question", "why"),
    "Answer": (0,),
    "Arm": (1,),
    "Measure": (0,),
    "NotebookSection": (0, 1),
    "Passage": (2,),
    "Function": (0,),
    "Symbol": (0, 1),
}
"""Which arguments of a call are said to people, by position or name."""

IN_SCRIPTS = {"_": None, "n_": (1, 2), "phrase": None}


def extracted() -> dict[str, Catalog]:
    """The catalogues without translations, each text with the files that say it."""
    catalogues = {room: Catalog() for room in ORDER}
    where: dict[str, str] = {}
    for room, path in sorted(_files(), key=lambda file: (ORDER.index(file[0]), file[1])):
        for text in texts_of(CHECKOUT / path):
            english = text if isinstance(text, str) else text[0]
            catalogues[where.setdefault(english, room)].add(text, locations=[(path, 0)])
    return catalogues


def texts_of(path: Path) -> list[Text]:
    """What a file says, in its order."""
    if path.suffix == ".js":
        found = extract_from_file("javascript", path, IN_SCRIPTS)
        return [text for _, text, *_ in found]
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    spoken = [call for call in calls if _called(call) in SPOKEN]
    return [text for call in sorted(spoken, key=_place) for text in _said(call)]


def _files() -> Iterator[tuple[str, str]]:
    """The room and the path of each file that may say something."""
    scripts = (CHECKOUT / "assets").rglob("*.js")
    modules = (path for name in PACKAGES for path in (CHECKOUT / name).rglob("*.py"))
    for path in (CHECKOUT / "app.py", *modules, *scripts):
        name = path.relative_to(CHECKOUT).as_posix()
        room = next((room for room, begins in ROOMS.items() if name.startswith(begins)), None)
        if room and not name.startswith(ENGLISH_ALONE):
            yield room, name


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _place(call: ast.Call) -> tuple[int, int]:
    return call.lineno, call.col_offset


def _said(call: ast.Call) -> Iterator[Text]:
    name = _called(call)
    given: dict[int | str | None, ast.expr] = dict(enumerate(call.args))
    given |= {keyword.arg: keyword.value for keyword in call.keywords}
    texts = [text for which in SPOKEN[name] if which in given for text in _literals(given[which])]
    if name == "n_" and len(texts) == 2:
        yield tuple(texts)
    elif name != "n_":
        yield from filter(None, texts)


def _literals(argument: ast.expr) -> list[str]:
    """The texts that stand there; one that is put together at run time is none."""
    match argument:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return _literals(one) + _literals(other)
        case ast.Tuple(elts=several):  # choices, which a page shows without underscores
            return [text.replace("_", " ") for each in several for text in _literals(each)]
    return []
