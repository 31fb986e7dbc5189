"""What programs make of a text on its way to the clipboard does not keep it from being used."""

import json
import time

import pytest

from dashboard.session.links import Link
from dashboard.session.pasting import MOST_CHARACTERS, pasted
from dashboard.web.plain_text import as_typed
from dqn_core import DQNConfig
from dqn_core.base.errors import ConfigurationError

WANTED = DQNConfig(gamma=0.9, double_dqn=False, env_id="Acrobot-v1")
JSON = json.dumps(WANTED.to_dict(), indent=2)
COMMAND = "python -m dqn_core train --gamma 0.9 --no-double-dqn --env-id Acrobot-v1"
LINK = f"http://localhost:8501/?{Link(config=WANTED).query}"


def test_the_texts_below_are_what_is_wanted_as_they_are() -> None:
    for text in (JSON, COMMAND, LINK):
        assert as_typed(text) == text
        assert pasted(text, Link()).config == WANTED


@pytest.mark.parametrize("text", [JSON, COMMAND, LINK])
@pytest.mark.parametrize(
    "changed",
    [
        "\ufeff{}",
        "ï»¿{}",
        "\u200b{}\u200b",
        "  \u00a0{}\u3000\r\n",
        "```\n{}\n```",
        "```json\r\n{}\r\n```",
        "Try this:\n\n~~~sh\n{}\n~~~\n\nand tell me.",
        "```{}```",
        "`{}`",
        "> {}",
        "$ {}",
        "<{}>",
    ],
)
def test_what_stands_around_a_text_is_left_out(text: str, changed: str) -> None:
    assert pasted(changed.replace("{}", text), Link()).config == WANTED


@pytest.mark.parametrize("text", [JSON, COMMAND, LINK])
def test_a_file_that_was_read_in_another_encoding_is_read(text: str) -> None:
    for written, read in (("utf-16", "latin-1"), ("utf-8-sig", "cp1252"), ("utf-16-be", "latin-1")):
        assert pasted(text.encode(written).decode(read), Link()).config == WANTED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"', "“"),
        ('"', "”"),
        ('"', "„"),
        ('"', "＂"),
        (" ", "\u00a0"),
        (" ", "\u2009"),
        ("\n", "\r\n"),
        ("\n", "\r"),
        ("\n", "\u2028"),
        ("a", "\u200ba"),
        ("m", "\u00adm"),
        (":", "："),
        (",", "，"),
        ("-", "−"),
        ("\n", "\n> "),
    ],
)
def test_json_is_read_whatever_a_program_made_of_its_signs(old: str, new: str) -> None:
    assert old in JSON
    assert pasted(JSON.replace(old, new), Link()).config == WANTED


@pytest.mark.parametrize(
    "text",
    [
        COMMAND.replace(" --", " —"),
        COMMAND.replace(" --", " –"),
        COMMAND.replace(" ", "\u00a0"),
        COMMAND.replace(" --", " \\\r\n  --"),
        COMMAND.replace(" --", " \\ \n> --"),
        COMMAND.replace(" --", " ^\r\n  --"),
        COMMAND.replace(" --", " `\r\n  --"),
        f"$ {COMMAND}",
        f"(.venv) student@lab:~/dqn$ {COMMAND}",
        f"PS C:\\dqn> {COMMAND}",
        f"!{COMMAND}",
        COMMAND.replace("Acrobot-v1", "‘Acrobot-v1’"),
        COMMAND.replace("Acrobot-v1", "“Acrobot-v1”"),
        COMMAND.replace("Acrobot-v1", "Acrobot‑v1"),
    ],
)
def test_a_command_is_read_whatever_a_terminal_or_a_chat_made_of_it(text: str) -> None:
    assert pasted(text, Link()).config == WANTED


@pytest.mark.parametrize("part", ["\n", " \n", "> \n", "$\n", "```\n", "~~~ `\n", "\\\n"])
def test_the_longest_text_that_can_be_pasted_is_read_at_once(part: str) -> None:
    began = time.process_time()
    as_typed((part * MOST_CHARACTERS)[:MOST_CHARACTERS])
    assert time.process_time() - began < 2
    with pytest.raises(ConfigurationError, match="at most 20,000 characters, not 20,001"):
        pasted("x" * (MOST_CHARACTERS + 1), Link())
