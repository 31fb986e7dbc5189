"""What the pages say to the browser's scripts, held against what is declared of it."""

import json
import re
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.lessons.rooms import rooms
from dashboard.lessons.source import source_of
from dashboard.messages import ANSWERS, DATA, WRITTEN, shapes, typescript
from dashboard.train_page.q_map_message import MapQuestion
from dashboard.web.keys import FEED, TEST_PAGE
from tests.dashboard.lessons.small_lessons import lesson
from tests.pages.sessions import session, train

ROOT = Path(__file__).parents[2]
LESSON = lesson("# One\n## First\nenv_id: FrozenLake-v1\n\nLook.\n\ncheck: steps >= 1\n")

MIDDLE = dict.fromkeys(MapQuestion.__annotations__, "0.5")

Message = tuple[str, str, Any]
"""The component, "Data" or "Answer", and what it is said."""


def said(at: AppTest) -> Iterator[Message]:
    """What the page hands its components, and what the feed answers to their first question."""
    assert not at.exception
    for element in at.get("bidi_component"):
        name = element.proto.component_name.removeprefix("dqn_lab_")
        data = json.loads(element.proto.json)[0]
        yield name, "Data", data
        if "address" not in data:
            continue
        source = data["address"].split("/")[-1]
        sources = at.session_state[FEED].sources
        ((_method, answer),) = [(m, s) for (m, n), s in sources.items() if n == source]
        content = answer(MIDDLE if name == "map" else {})
        assert content
        yield name, "Answer", _header(content)


def _header(content: bytes) -> Any:
    if 0 not in content[:4]:  # no length, which may begin as JSON does
        return json.loads(content)
    (length,) = struct.unpack("<I", content[:4])
    return json.loads(content[4 : 4 + length])


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """Of every component, on the pages that show it."""
    monkeypatch.setattr(
        "dashboard.session.visits.visitor", lambda: None
    )  # `AppTest` has no cookies
    room = rooms().open(LESSON, source_of(LESSON))
    student = opened("app.py", room=room.code)
    student.text_input(key="name_in_room").set_value("Kim")
    next(button for button in student.button if button.label == "Come in").click()
    student.run().button(key="start").click().run()
    train(student, 200)
    run = session(student).run
    run.pause()
    found = [*said(student.run())]
    game = student.switch_page("pages/test.py").run().button(key="watch").click().run()
    found += said(game.button(key="game_begin").click().run())
    game.session_state[TEST_PAGE].game.stop()
    found += said(opened("pages/learn.py", section="lessons", board=room.secret))
    visitor = opened("app.py").button(key="open_copy").click().run()
    found += [*said(visitor), *said(visitor.switch_page("pages/test.py").run())]
    found += said(opened("pages/learn.py", section="microscope"))
    found += said(opened("pages/learn.py", section="experiments", experiment="forgetting"))
    found += said(opened("pages/compare.py", runs=run.keeping.name))
    return found


def opened(page: str, **query: str) -> AppTest:
    at = AppTest.from_file(ROOT / "app.py", default_timeout=120)
    for name, value in query.items():
        at.query_params[name] = value
    return (at if page == "app.py" else at.switch_page(page)).run()


def test_the_scripts_are_checked_with_what_python_declares() -> None:
    assert WRITTEN.read_text() == typescript(), "run `python -m dashboard.messages`"


def test_every_name_is_in_one_letter_case() -> None:
    names = {name for shape in shapes() for name in get_type_hints(shape)}
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []


def test_every_component_is_said_what_is_declared(messages: list[Message], tmp_path: Path) -> None:
    assert {name for name, kind, _ in messages if kind == "Data"} == DATA.keys()
    assert {name for name, kind, _ in messages if kind == "Answer"} == ANSWERS.keys()
    lines = [f'/// <reference path="{WRITTEN}" />']
    for number, (name, kind, message) in enumerate(messages):
        shapes = [DATA[name]] if kind == "Data" else ANSWERS[name]
        names = " | ".join(f"Messages.{shape.__name__}" for shape in shapes)
        lines.append(f"const {name}_{number}: {names} = {json.dumps(message)};")
    script = tmp_path / "messages.ts"
    script.write_text("\n".join(lines))
    tsc = [str(ROOT / "node_modules/.bin/tsc"), "--noEmit", "--strict", "--lib", "es2022"]
    found = subprocess.run([*tsc, str(script)], capture_output=True, text=True, check=False)
    assert found.stdout == ""
