"""Widgets whose value is kept elsewhere, where a newer message comes while they are heard."""

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest


def boxes() -> None:
    import streamlit as st

    from dashboard.web.keys import kept
    from dashboard.web.widgets import showing

    values = kept("values", dict[str, str])
    for name in ("gamma", "seed"):

        def take(text: str, name: str = name) -> None:
            values[name] = text
            st.session_state.come()

        st.text_input(name, values.get(name, "0"), **showing(name, values.get(name, "0"), take))


def test_a_value_is_taken_whatever_comes_while_those_before_it_are():
    def stop() -> None:  # as where the page's tab goes away, or with `fastReruns`
        requests().request_stop()

    def rerun() -> None:
        requests().request_rerun(RerunData())

    def requests():
        context = get_script_run_ctx()
        assert context is not None
        assert context.script_requests is not None
        return context.script_requests

    for come in (stop, rerun):
        page = AppTest.from_function(boxes)
        page.session_state.come = come
        page.run()
        page.text_input("gamma").set_value("0.9")
        page.text_input("seed").set_value("7")
        page.run()
        assert page.session_state["values"] == {"gamma": "0.9", "seed": "7"}
