"""The theme's colours: `.streamlit/config.toml` alone says what they are."""

import streamlit as st

NAMES = ("blue", "orange", "teal", "red", "cyan", "magenta")
"""The names of the theme's `chartCategoricalColors`, in their order."""


def hues() -> dict[str, str]:
    """The colours of curves by name; colour-blind eyes tell them apart."""
    return dict(zip(NAMES, st.get_option("theme.chartCategoricalColors") or (), strict=False))


def custom_properties() -> str:
    """A style by which every style sheet knows them, as ``--blue`` and ``--primary-text``."""
    names = ("theme.light.primaryColor", "theme.dark.sidebar.primaryColor")
    light, dark = map(st.get_option, names)
    named = {**hues(), "primary-text": f"light-dark({light}, {dark})"}
    return f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in named.items())} }}"
