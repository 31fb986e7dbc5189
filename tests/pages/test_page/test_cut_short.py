"""A run of the Test page that another one cuts short loses nothing that was clicked."""

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from dashboard.session.agents import Choice, Upload, read_upload
from dashboard.session.agents import available as available_agents
from dashboard.session.session import Session
from dashboard.test_page import choosing
from dashboard.test_page.choosing import Picks
from dashboard.test_page.showing import Showing
from dqn_core.files.checkpoint import agent_bytes
from tests.balancing import balancing_agent
from tests.pages.test_page.acts import APP, TRAINED, results, shown, state, upload


def cut_short(*_: object) -> None:
    """As Streamlit cuts a run of the page short when the page asks for another one meanwhile."""
    raise StopException


@pytest.mark.parametrize(("owner", "name"), [(choosing, "read_upload"), (Showing, "__init__")])
def test_a_file_that_a_run_cut_short_did_not_take_or_film_is_on_show_in_the_next(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    with monkeypatch.context() as during:
        during.setattr(owner, name, cut_short)
        upload(page, "mine.safetensors", agent_bytes(balancing_agent()))
    assert shown(page) == [(TRAINED, 1000)]
    page.run()
    assert shown(page) == [("Uploaded: mine.safetensors", 1000)]


def test_a_click_that_a_run_cut_short_did_not_answer_is_answered_by_the_next(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner, name in ((choosing, "available"), (Showing, "__init__")):
        with monkeypatch.context() as during:
            during.setattr(owner, name, cut_short)
            page.button(key="another_start").click().run()
        ((_, before),) = shown(page)
        page.run()
        assert shown(page) == [(TRAINED, before + 1)]
        page.run()
        assert shown(page) == [(TRAINED, before + 1)]


def test_a_click_that_was_not_answered_before_the_page_was_left_is_forgotten(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as during:
        during.setattr(choosing, "available", cut_short)
        page.button(key="run_test").click().run()
    page.switch_page(str(APP)).run()
    page.switch_page("pages/test.py").run()
    assert results(page) == []
    assert shown(page) == [(TRAINED, 1000)]


def test_a_file_that_comes_while_an_older_run_of_the_page_ends_stays_picked(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def available(session: Session, earlier: Upload | None) -> dict[str, Choice]:
        choices = before(session, earlier)
        upload = read_upload("1", "mine.safetensors", agent_bytes(balancing_agent()))
        state(page).picks.upload = upload
        state(page).picks.picked["agent"] = upload.choices()[0]
        return choices

    before = available_agents
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(choosing, "available", available)
        assert shown(page.run()) == [(TRAINED, 1000)]
    assert shown(page.run()) == [("Uploaded: mine.safetensors", 1000)]


def test_a_refusal_stays_when_an_older_run_of_the_page_ends_after_it(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choose_agents(session: Session, picks: Picks) -> list[Choice]:
        with monkeypatch.context() as older:
            older.setattr(st, "file_uploader", lambda *_, **__: None)
            choosing.upload_control(picks)  # it does not know of the file
        return before(session, picks)

    before = choosing.choose_agents
    upload(page, "bad.safetensors", b"not an agent at all, but long enough to look")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(choosing, "choose_agents", choose_agents)
        page.run()
    assert page.run().error[0].value.startswith("bad.safetensors was not loaded.")
