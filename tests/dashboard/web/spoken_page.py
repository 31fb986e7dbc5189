"""A page that says one word, its part of the address, and has a switch."""

import streamlit as st

from dashboard.web.language import _, speak, spoken

if __name__ == "__main__":
    st.markdown(_("Train"))
    st.markdown(spoken().query)
    st.button("other", on_click=speak, args=("zh",))
