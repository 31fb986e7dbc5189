"""The browser's scripts, run by Node and compared with what Python does."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def in_node() -> Callable[[str, Any], Any]:
    """in_node(script, given) runs the body of an asynchronous function of ``given`` in Node.

    It imports below `assets/`; what goes in and what it returns is JSON.
    """
    if shutil.which("node") is None:
        report = pytest.fail if os.environ.get("DQN_LAB_REQUIRE_NODE") == "1" else pytest.skip
        report("No Node: install it (Debian: apt install nodejs npm).")

    def run(script: str, given: Any) -> Any:
        program = f"""
            const {{ readFileSync }} = await import("node:fs");
            const run = async (given) => {{ {script} }};
            const result = await run(JSON.parse(readFileSync(0, "utf8")));
            process.stdout.write(JSON.stringify(result));
        """
        result = subprocess.run(
            ["node", "--input-type=module", "--eval", program],
            cwd=CHECKOUT / "assets",
            input=json.dumps(given),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return run
