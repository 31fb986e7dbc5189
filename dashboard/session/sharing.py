"""A link as a page hands it out: the address that others reach, to copy and as a QR code."""

import socket
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import segno
import streamlit as st
from streamlit import config

from dashboard.web.copyable import copyable
from dashboard.web.language import _, spoken

MOST_VERSION = 20
"""The largest QR code that a phone reads from a wall: 97 squares wide, for about 850 letters."""

UNUSED_ADDRESS = "203.0.113.1"
"""Kept for documentation: nobody has it."""


def share_query(query: str, page: str = "") -> str:
    """The link to copy, and what keeps others from it; returns its address.

    ``query`` is one of the Train page; ``page`` is the path of the page that shows the link.
    """
    page_address, problem = address_for_others(st.context.url or "")
    query = "&".join(filter(None, (spoken().query, query)))
    address = f"{page_address.rstrip('/').removesuffix(f'/{page}')}/?{query}"
    copyable(_("link"), address, key="copy_link")
    if problem:
        st.warning(problem, icon=":material/wifi_off:")
    return address


def show_qr_code(address: str) -> None:
    """The address as a picture for phones and tablets, as wide as the dialog."""
    picture = qr_code(address)
    if picture:
        st.image(picture, alt=_("QR code of the link"), width="stretch")
    else:
        st.info(
            _(
                "The link is too long for a QR code that can be read from a distance: a shorter "
                "task makes it shorter."
            ),
            icon=":material/qr_code_2:",
        )


def address_for_others(page_address: str) -> tuple[str, str]:
    """Where others find the page that this browser has at ``page_address``.

    Returns: the address, and one sentence if they cannot reach it, else "".
    """
    parts = urlsplit(page_address)
    if not _is_this_machine(parts.hostname or ""):
        return page_address, ""
    named = urlsplit(f"//{config.get_option('browser.serverAddress')}").hostname or ""
    bound_to = config.get_option("server.address") or "0.0.0.0"
    host: str | None = bound_to
    if not _is_this_machine(named):
        host = named
    elif _is_any(bound_to):
        host = machine_address()
    if host is None:
        return page_address, _(
            "The network address of this machine was not found: in the link, write it instead of "
            "{host}.",
            host=parts.hostname,
        )
    if _is_this_machine(host):
        return page_address, _(
            "Only this machine can open the link. Start the server with `--server.address 0.0.0.0` "
            "to let others open it."
        )
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=netloc).geturl(), ""


def machine_address() -> str | None:
    """This machine's address in its network; None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((UNUSED_ADDRESS, 9))  # chooses the way there, and sends nothing
        except OSError:
            return None
        return str(probe.getsockname()[0])


@lru_cache(100)  # the lesson editor draws it with each change: a tenth of a second
def qr_code(address: str) -> str | None:
    """As SVG, black on white with its quiet zone; None when it would be too fine to be read."""
    try:
        code = segno.make_qr(address, error="l")
    except segno.DataOverflowError:
        return None
    if int(code.version) > MOST_VERSION:
        return None
    return code.svg_inline(dark="#000", light="#fff", border=4, omitsize=True)


def _is_this_machine(host: str) -> bool:
    """Whether only the machine itself reaches itself under that name."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback or _is_any(host)
    except ValueError:
        return False


def _is_any(host: str) -> bool:
    return host in ("0.0.0.0", "::")
