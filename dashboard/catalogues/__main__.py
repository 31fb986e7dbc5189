"""`python -m dashboard.catalogues` brings the catalogues up to date and lists what they lack."""

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from dashboard.catalogues.extraction import extracted
from dashboard.web.catalogues import (
    CATALOGUES,
    ENGLISH,
    LANGUAGES,
    english_of,
    read_catalogues,
    translations_of,
)


def bring_up_to_date(language: str) -> list[str]:
    """Give each catalogue what the code says today, and keep what is translated.

    Returns: what has no translation, as ``room: text``.
    """
    known = {
        english_of(message): message.string
        for catalogue in read_catalogues(language).values()
        for message in catalogue
        if message.id
    }
    missing = []
    for room, needed in extracted().items():
        catalogue = Catalog(locale=language)
        for message in filter(lambda message: message.id, needed):
            string = known.get(english_of(message), "")
            added = catalogue.add(message.id, string, locations=message.locations)
            if not translations_of(added):
                missing.append(f"{room}: {english_of(message)}")
        with (CATALOGUES / language / f"{room}.po").open("wb") as file:
            write_po(file, catalogue, width=100, omit_header=True, include_lineno=False)
    return missing


if __name__ == "__main__":
    for language in LANGUAGES:
        if language != ENGLISH:
            missing = bring_up_to_date(language)
            print(*missing, f"{len(missing)} texts have no words in {language}.", sep="\n")
