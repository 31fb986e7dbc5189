"""What the server hands a component, opened as the browser does it."""

import json
import struct
from typing import Any


def opened(content: bytes | None) -> tuple[dict[str, Any], bytes]:
    """Header and body of what `dashboard.web.envelope.packed` made."""
    assert content is not None
    (length,) = struct.unpack_from("<I", content)
    return json.loads(content[4 : 4 + length]), content[4 + length :]
