"""The Test page."""

import streamlit as st

from dashboard.frame import open_page

open_page("Test")
st.header("Test")
