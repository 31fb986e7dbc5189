"""The notebook come alive: its sections in order, with what was wrong and why it mattered."""

from functools import partial

import streamlit as st

from dashboard.learn_page.notebook_sections import SECTIONS, NotebookSection, Passage
from dashboard.learn_page.page_state import PageState, page_state
from dashboard.session.session import Session
from dashboard.web.buttons import button, download_button
from dashboard.web.language import _
from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.notebook.export import notebook as exported


def notebook(session: Session) -> None:
    """The section on the Learn page."""
    state = page_state()
    with st.container(key="notebook"):
        st.markdown(
            _(
                "The notebook that this project began with does not learn. Here is each of its "
                "sections: the idea, its lines beside ours, what was wrong, and an experiment that "
                "shows it."
            )
        )
        _links(state)
        for number, section in enumerate(SECTIONS, start=1):
            _section(state, number, section)


def _links(state: PageState) -> None:
    """The notebook to take away, and the microscope."""
    with st.container(horizontal=True, vertical_alignment="center", key="notebook_links"):
        download_button(
            _("Download it as a Jupyter notebook"),
            exported,
            "dqn.ipynb",
            "notebook_download",
            mime="application/x-ipynb+json",
            help=_(
                "Put right, in one file. It runs by itself with PyTorch and Gymnasium, and learns "
                "CartPole within minutes. It is in English."
            ),
        )
        button(
            _("See an update taken apart"),
            "to_microscope",
            "biotech",
            partial(state.show, "microscope"),
        )


def _section(state: PageState, number: int, section: NotebookSection) -> None:
    st.header(f"{number}. {_(section.title)}", anchor=False)
    st.markdown(_(section.idea))
    for position, passage in enumerate(section.passages):
        _passage(state, passage, f"{number}_{position}")


def _passage(state: PageState, passage: Passage, key: str) -> None:
    theirs, ours = st.columns(2)
    with theirs:
        st.caption(_("The notebook"))
        st.code(passage.theirs, language="python", wrap_lines=True)
    with ours:
        st.caption(_("Ours: `{place}`", place=passage.ours.place))
        st.code(passage.ours.text, language="python", wrap_lines=True)
    st.markdown(_(passage.words))
    with st.container(horizontal=True, key=f"notebook_{key}"):
        for name in passage.experiments:
            button(
                _("Experiment: {title}", title=_(EXPERIMENTS[name].title)),
                f"to_{key}_{name}",
                "science",
                partial(_to_experiment, state, name),
            )


def _to_experiment(state: PageState, name: str) -> None:
    state.experiments.show(name)
    state.show("experiments")
