"""What the documents name is there."""

import ast
import importlib.util
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUIDES = {name: (ROOT / name).read_text() for name in ("CONTRIBUTING.md", "docs/architecture.md")}
CODE = ("app.py", "pages", "dashboard", "dqn_core", "assets", "tests", "benchmarks")
NUMBERS = (ROOT / "docs" / "numbers.md").read_text()
ROWS = [
    line.strip("| ").split(" | ")
    for line in NUMBERS.splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| number"))
]


def test_every_test_of_a_number_is_there() -> None:
    for file, name in set(re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", NUMBERS)):
        text = (ROOT / "tests" / file).read_text()
        assert re.search(rf"^def {name}\(", text, re.M), (file, name)


def test_every_test_of_a_script_is_there() -> None:
    for file, name in set(re.findall(r"`([a-z_/]+\.test\.js)::([^`]+)`", NUMBERS)):
        assert f'test("{name}", ' in (ROOT / "tests" / file).read_text(), (file, name)


def test_every_number_has_a_meaning_and_a_test() -> None:
    for number, meaning, tests in ROWS:
        assert meaning, number
        assert "::" in tests, number


def in_guides(pattern: str) -> list[tuple[str, str]]:
    """Each guide with each thing that it names between backquotes or in a block of commands."""
    return sorted(
        {(guide, found) for guide, text in GUIDES.items() for found in re.findall(pattern, text)}
    )


@cache
def sources() -> dict[Path, str]:
    """The text of every script of the project."""
    return {
        path: path.read_text()
        for name in CODE
        for path in [ROOT / name, *(ROOT / name).rglob("*")]
        if path.suffix in (".py", ".js") and path != Path(__file__)
    }


@cache
def members(name: str) -> set[str]:
    """Of every class of that name in Python: its methods, and what they set on ``self``."""
    texts = [text for path, text in sources().items() if path.suffix == ".py"]
    classes = [
        node
        for text in texts
        if f"class {name}" in text  # to parse all of them would take seconds
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and node.name == name
    ]
    return {
        inner.name if isinstance(inner, ast.FunctionDef) else inner.attr
        for found in classes
        for inner in ast.walk(found)
        if isinstance(inner, ast.FunctionDef | ast.Attribute)
    }


def test_every_path_of_a_guide_is_there() -> None:
    for guide, path in in_guides(r"(?<![\w/.])((?:[\w.]+/)+[\w.]*)(?![\w/.])"):
        bases = (ROOT, (ROOT / guide).parent, ROOT / "dashboard", ROOT / "dqn_core")
        is_made = path.startswith(".venv/") or path == "./lab"
        assert is_made or any((base / path.rstrip(".")).exists() for base in bases), (guide, path)


def test_every_file_that_a_guide_names_without_its_folder_is_there() -> None:
    scripts = {path.name for path in sources()}
    for guide, name in in_guides(r"`([\w.-]+\.(?:py|md|toml|yaml))`"):
        assert (ROOT / name).exists() or name in scripts, (guide, name)


def test_every_function_of_a_guide_is_there() -> None:
    functions = {
        name for text in sources().values() for name in re.findall(r"^def (\w+)\(", text, re.M)
    }
    for guide, name in in_guides(r"`([a-z_]\w*)\(\)`"):
        assert name in functions, (guide, name)


def test_every_member_of_a_class_of_a_guide_is_there() -> None:
    for guide, name in in_guides(r"`([A-Z][a-z]\w*\.\w+)`"):
        of_class, _, member = name.partition(".")
        assert member in members(of_class), (guide, name)


def test_every_other_name_of_a_guide_is_in_the_code() -> None:
    words = {word for text in sources().values() for word in re.findall(r"\w+", text)}
    for guide, name in in_guides(r"`([A-Za-z_]\w+)`"):
        assert name in words, (guide, name)


def test_every_module_that_a_guide_runs_is_there() -> None:
    for guide, module in in_guides(r"python -m ([\w.]+)"):
        assert importlib.util.find_spec(module), (guide, module)


def test_every_word_that_a_guide_gives_lab_is_known_to_it() -> None:
    for guide, words in in_guides(r"\./lab ([a-z]+)"):
        assert re.search(rf"^# \./lab {words}\b", (ROOT / "lab").read_text(), re.M), guide
