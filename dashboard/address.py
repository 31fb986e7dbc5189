"""The address bar: read when a session begins, kept up to date from then on."""

import re

import streamlit as st

from dashboard.links import Link, read

# `st.query_params` would add an entry to the browser's history at each change of a control, and
# the way back would lead through all of them; this replaces the entry. What Streamlit itself
# takes from an address stays.
_component = st.components.v2.component(
    "dqn_lab_address",
    js="""
export default ({ data }) => {
  const address = new URL(window.location.href)
  const embedding = new URLSearchParams(
    [...address.searchParams].filter(([name]) => name === "embed" || name === "embed_options"),
  )
  const search = [data.query, String(embedding)].filter(Boolean).join("&")
  if (address.search === "?" + search) return
  address.search = search
  window.history.replaceState(window.history.state, "", address)
}
""",
)


def read_address() -> tuple[Link, list[str]]:
    """What the link says that opened this session, and what of it was not used."""
    return read({name: st.query_params.get_all(name) for name in st.query_params})


def keep_address(page: str, link: Link) -> None:
    """Let the address bar carry ``link``. The page's name has a new page write it once more."""
    _component(key="address", data={"page": page, "query": link.query})


def tell_problems(problems: list[str]) -> None:
    """One notice for all that was wrong in the link; it stays until it is closed."""
    if not problems:
        return
    with st.container(horizontal=True, wrap=False, gap="xsmall", key="link_problems"):
        st.warning(
            "**Not all of this link could be used**\n\n"
            + "\n".join(f"- {_plain(problem)}" for problem in problems),
            icon=":material/link_off:",
        )
        st.button(
            "",
            key="close_link_problems",
            icon=":material/close:",
            type="tertiary",
            help="Close",
            on_click=problems.clear,
        )


def absolute(link: Link, page_address: str | None) -> str:
    """The whole address of ``link`` on the Train page; without a known server the query alone."""
    return f"{(page_address or '').rstrip('/')}/?{link.query}"


def _plain(text: str) -> str:
    """Text from a link is shown as it is: no pictures, no links, no colours."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(words))
