"""The catalogues of translations: PO files, read once by whoever needs their language first."""

import gettext
import json
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).resolve().parents[1] / "catalogues"
"""A folder for each language, in it a file for each part of the program (CONTRIBUTING.md)."""

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh": "中文"}
"""Each by its name in the language itself."""

_SCRIPTS = "assets/"


def read_catalogues(language: str) -> dict[str, Catalog]:
    """The catalogues of a language by their names."""
    found = {}
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = read_po(file, locale=language)
    return found


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """All that is said in a language; of English nothing needs to be known."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, _whole(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def words_of_scripts(language: str) -> bytes:
    """JSON of what the browser's scripts say, English to the language's (`assets/shared/words.js`).

    For a text with a plural it is the language's last form, which is the only one of Chinese.
    """
    found = {
        english_of(message): translations_of(message)[-1]
        for message in _whole(language)
        if any(path.startswith(_SCRIPTS) for path, _ in message.locations)
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def english_of(message: Message) -> str:
    """The text that stands in the code; of one with a plural, what is said of one thing."""
    return message.id if isinstance(message.id, str) else message.id[0]


def translations_of(message: Message) -> list[str]:
    """The translation, or one for each form of the plural; [] if it is not translated."""
    forms = [message.string] if isinstance(message.string, str) else [*(message.string or ())]
    return forms if all(forms) else []


def _whole(language: str) -> Catalog:
    whole = Catalog(locale=language)
    for part in read_catalogues(language).values():
        for message in part:
            if message.id and translations_of(message) and not message.fuzzy:
                whole[message.id] = message
    return whole
