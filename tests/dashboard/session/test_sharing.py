"""A link that is handed out: others reach it, or it is said why not; its QR code can be read."""

import re

import pytest
from streamlit import config

from dashboard.session import sharing
from dashboard.session.sharing import address_for_others, qr_code


@pytest.fixture
def bound_to(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> dict[str, str | None]:
    """The server's options."""
    options = {"server.address": request.param, "browser.serverAddress": "localhost"}
    monkeypatch.setattr(config, "get_option", options.__getitem__)
    monkeypatch.setattr(sharing, "machine_address", lambda: "10.0.0.5")
    return options


@pytest.mark.parametrize("bound_to", ["0.0.0.0", "::", None], indirect=True)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1.2.3", "0.0.0.0"])
def test_a_page_at_its_own_machine_names_the_address_that_others_reach(
    bound_to: object, host: str
) -> None:
    shared = address_for_others(f"http://{host}:8501/lab")
    assert shared == ("http://10.0.0.5:8501/lab", "")


@pytest.mark.parametrize("bound_to", ["127.0.0.1", "0.0.0.0"], indirect=True)
@pytest.mark.parametrize(
    "address", ["https://lab.example/dqn", "http://10.0.0.5:8501", "http://[fd00::2]:8501/", ""]
)
def test_a_page_that_was_opened_by_another_name_keeps_it(bound_to: object, address: str) -> None:
    assert address_for_others(address) == (address, "")


@pytest.mark.parametrize("bound_to", ["127.0.0.1", "localhost", "::1"], indirect=True)
def test_a_server_for_its_own_machine_says_how_others_can_reach_it(bound_to: object) -> None:
    address, problem = address_for_others("http://localhost:8501")
    assert address == "http://localhost:8501"
    assert "Only this machine" in problem
    assert "--server.address 0.0.0.0" in problem


@pytest.mark.parametrize("bound_to", ["10.0.0.9", "fd00::9"], indirect=True)
def test_a_server_at_one_address_is_named_by_it(bound_to: object) -> None:
    address, problem = address_for_others("http://localhost:8501")
    assert re.fullmatch(r"http://(10\.0\.0\.9|\[fd00::9\]):8501", address)
    assert problem == ""


@pytest.mark.parametrize("bound_to", ["0.0.0.0", "127.0.0.1"], indirect=True)
def test_a_server_with_a_name_of_its_own_is_named_by_it(bound_to: dict[str, str | None]) -> None:
    bound_to["browser.serverAddress"] = "lab.school.example/dqn"
    shared = address_for_others("http://localhost:8501")
    assert shared == ("http://lab.school.example:8501", "")


@pytest.mark.parametrize("bound_to", ["0.0.0.0"], indirect=True)
def test_without_a_network_it_is_said_what_to_put_in_place(
    bound_to: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "machine_address", lambda: None)
    address, problem = address_for_others("http://localhost:8501")
    assert address == "http://localhost:8501"
    assert "instead of localhost" in problem


def test_a_qr_code_is_black_on_white_with_a_quiet_zone_in_every_theme() -> None:
    picture = qr_code("http://10.0.0.5:8501/?gamma=0.9")
    assert picture is not None
    assert 'fill="#fff" d="M0 0h' in picture
    assert re.search(r'stroke="#000" d="M4 4\.5h7', picture), "four squares are free around it"


@pytest.mark.parametrize("letters", [860, 10_000])
def test_a_link_that_is_too_long_to_be_read_from_a_wall_has_no_qr_code(letters: int) -> None:
    assert qr_code("a" * letters) is None
    assert qr_code("a" * 850)
