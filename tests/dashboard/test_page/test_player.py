"""The player's own run: it gives way to one of the whole page."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from dashboard.test_page.player import player

    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    player(key="player", is_page_due=lambda: st.session_state["runs"] < 3)


def test_a_run_of_the_whole_page_that_is_due_goes_before_the_film() -> None:
    """Streamlit sends one message where the player's question and a click fall together."""
    at = AppTest.from_function(page).run()
    assert not at.exception
    assert at.session_state["runs"] == 3
