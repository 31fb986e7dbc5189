"""Health of a run on the page: its signs as cards, which the browser renews."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TypedDict

from dashboard.session.run import Run
from dashboard.train_page.signs import Sign, signs
from dashboard.web.feed import INSIDE_SECONDS, offer
from dashboard.web.static_files import component

_component = component("health/health.js", isolate_styles=False)


class HealthAnswer(TypedDict):
    """The cards."""

    signs: list[Sign]


def health(run: Run, member: int) -> None:
    """All signs of one member, renewed by the browser while the run is under way."""

    def news(_: Mapping[str, str]) -> bytes:
        return json.dumps({"signs": [asdict(sign) for sign in signs(run, member)]}).encode()

    _component(key="health", data=offer("health", news, INSIDE_SECONDS if run.is_active else 0))
