"""What Streamlit's own widgets say, in the visitor's language: it knows English alone.

A style writes over the words that are seen most; what lies above a page, as tooltips do, is
translated in the browser (`assets/frame/overlays.js`). Two kinds stay English: words that
are built of numbers, and words that only a screen reader meets.
"""

from streamlit import config

from dashboard.web.catalogues import ENGLISH
from dashboard.web.language import _
from dqn_core.base.phrases import Phrase

_HINT = '[data-testid="InputInstructions"] > span:first-child'
_UPLOADER = '[data-testid="stFileUploaderDropzone"]'
_MENU = '[data-testid="stMainMenuItem-{}"]'
_NOTHING_FOUND = '[role="listbox"][data-empty] [role="option"] > span'

WORDS = {
    _HINT: Phrase("Press Enter to apply"),
    f'[data-testid="stTextArea"] {_HINT}': Phrase("Press Ctrl+Enter to apply"),
    f'[data-testid="stForm"] {_HINT}': Phrase("Press Enter to send"),
    f"{_UPLOADER} button p": Phrase("Choose a file"),
    f'{_UPLOADER} [data-testid="stFileUploaderDropzoneInstructions"] span': Phrase(
        "or drop one here; at most {megabytes} MB"
    ),
    _NOTHING_FOUND: Phrase("No results"),
    ".gdg-search-status label": Phrase("Type to search"),
    '[data-testid="stConnectionStatus"] label': Phrase("Connecting"),
    _MENU.format("theme-System"): Phrase("As the system"),
    _MENU.format("theme-Light"): Phrase("Light"),
    _MENU.format("theme-Dark"): Phrase("Dark"),
    f'{_MENU.format("print")} [data-testid="stMainMenuItemLabel"]': Phrase("Print"),
    f'{_MENU.format("recordScreencast")} [data-testid="stMainMenuItemLabel"]': Phrase(
        "Record screen"
    ),
}
"""By the selector of the element whose text they take the place of."""


def streamlit_words(spoken: str) -> str:
    """The rules of the style, where ``spoken`` is the visitor's language; English needs none."""
    if spoken == ENGLISH:
        return ""
    megabytes = config.get_option("server.maxUploadSize")
    return "".join(
        f"{selector} {{ font-size: 0 !important }}\n"
        f'{selector}::after {{ content: "{_(words.template, megabytes=megabytes)}"; '
        "font-size: 0.875rem }\n"
        for selector, words in WORDS.items()
    )
