"""Colours are named in one place."""

import re
from pathlib import Path

import pytest

from dashboard.web.theme import NAMES, custom_properties

ASSETS = Path(__file__).parents[3] / "assets"
RAMPS = ASSETS / "q_map" / "colours.js"
"""The colours of a map's values, of which a theme has none."""


@pytest.mark.parametrize("kind", ["css", "js"])
def test_styles_and_scripts_have_no_colours_of_their_own(kind: str) -> None:
    colour = re.compile(r"(?<![.\w])#(?:[0-9a-f]{3}|[0-9a-f]{6})\b(?!\()")
    files = (file for file in ASSETS.rglob(f"*.{kind}") if file != RAMPS)
    found = {str(file.relative_to(ASSETS)): colour.findall(file.read_text()) for file in files}
    assert {file: colours for file, colours in found.items() if colours} == {}


def test_every_colour_of_the_theme_has_its_custom_property() -> None:
    told = custom_properties()
    assert [name for name in NAMES if f"--{name}: #" not in told] == []
