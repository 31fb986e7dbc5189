"""The form of what the server hands the browser's components: words and numbers with bytes."""

import json
import struct
from collections.abc import Mapping
from typing import Any


def packed(header: Mapping[str, Any], *bodies: bytes) -> bytes:
    """Length of the header (uint32, little-endian), header (JSON), bodies.

    `assets/shared/envelope.js` opens it.
    """
    encoded = json.dumps(header, separators=(",", ":")).encode()
    return b"".join([struct.pack("<I", len(encoded)), encoded, *bodies])
