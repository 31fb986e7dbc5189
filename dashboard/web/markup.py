"""Text that comes from outside the program, as Markdown that shows it and does nothing else.

A link, a file or its name may carry anything. None of it becomes a picture, an address to click,
HTML, a colour, a symbol or a request to another host.
"""

import re

from dashboard.web.formulas import is_formula

_APART = "\u2060"
"""A word joiner, which nobody sees. It keeps apart what Streamlit or its Markdown would replace in
spite of every backslash, and lets bold, italic and formulas begin and end next to any character."""

_ADDRESS = re.compile(r"(?i)(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)")
_SYMBOL = re.compile(r"(?<=:)(?=[\w+/-]+:)")
_ARROW = re.compile(r"(?<!\S)([-<>~]+)([-=>])(?!\S)")

_ACTIVE = re.compile(r"[\\`*\[\]<>&$|~#]|:(?=\S)|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|^[-+=]")
_NUMBER = re.compile(r"^(\d+)([.)])")
"""What begins something in Markdown; the rest of it cannot without one of these."""

_ITEM = re.compile(r"(?:(\d{1,3})[.)]|[-*•]) (.+)")
_DISPLAY = r"\$\$\s*([^\s$](?:[^$]*[^\s$])?)\s*\$\$"
_SPAN = re.compile(
    rf"{_DISPLAY}"
    r"|\$([^\s$](?:[^$]*[^\s$])?)\$(?!\d)"
    r"|(?<![0-9A-Za-z*\\])\*\*([^\s*](?:.*?[^\s*])?)\*\*(?![0-9A-Za-z*])"
    r"|(?<![0-9A-Za-z*\\])\*([^\s*](?:[^*]*[^\s*])?)\*(?![0-9A-Za-z*])"
)


def one_line(text: str) -> str:
    """``text`` without what cannot be printed, its words one space apart."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def in_lines(text: str) -> str:
    """The lines of ``text``, each as `one_line` has it, with at most one empty line in a row."""
    kept: list[str] = []
    for line in map(one_line, text.splitlines()):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip()


def plain(text: str) -> str:
    """``text`` as it is, in one line."""
    return _escaped(one_line(text))


def formatted(text: str) -> str:
    """The lines of ``text``; lists, **bold**, *italic* and formulas are drawn, all else is as it
    is."""
    shown: list[str] = []
    before = ""
    for line in re.sub(_DISPLAY, lambda found: one_line(found[0]), in_lines(text)).splitlines():
        item, display = _ITEM.fullmatch(line), re.fullmatch(_DISPLAY, line)
        if item:
            kind, marker = "item", f"{item[1]}." if item[1] else "-"
            markdown = f"{marker} {_spans(item[2])}"
        elif display and is_formula(display[1]):
            kind, markdown = "formula", f"$$\n{display[1]}\n$$"
        else:
            kind, markdown = "text" if line else "", f"{_spans(line)}  "  # two spaces: a line break
        if kind != before:
            shown.append("")
        shown.append(markdown)
        before = kind
    return "\n".join(shown)


def _spans(line: str) -> str:
    """What stands in a line."""
    shown, end = [], 0
    for found in _SPAN.finditer(line):
        shown += [_escaped(line[end : found.start()]), _span(found)]
        end = found.end()
    return "".join(shown) + _escaped(line[end:])


def _span(found: re.Match[str]) -> str:
    display, formula, bold, italic = found.groups()
    if bold or italic:
        stars = "**" if bold else "*"
        return f"{stars}{_APART}{_spans(bold or italic)}{_APART}{stars}"
    if not is_formula(display or formula):
        return _escaped(found[0])
    content = rf"\displaystyle {display}" if display else formula
    return f"{_APART}${content}${_APART}"


def _escaped(words: str) -> str:
    words = _ARROW.sub(rf"\1{_APART}\2", _SYMBOL.sub(_APART, _ADDRESS.sub(_APART, words)))
    return _NUMBER.sub(r"\1\\\2", _ACTIVE.sub(r"\\\g<0>", words))
