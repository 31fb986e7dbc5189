"""A tour of the Train page in ten steps: on the first visit, and when somebody asks for it."""

from typing import NamedTuple

import streamlit as st

from dashboard.session.links import Link
from dashboard.web.language import _
from dashboard.web.static_files import component
from dqn_core.base.phrases import Phrase

_component = component("tour/tour.js", isolate_styles=False)


class TourStep(NamedTuple):
    """What is said of the part of the page that ``target``, a CSS selector, finds.

    A part that is not there, as one that a lesson hides, is left out.
    """

    target: str
    title: str
    text: str


STEPS = (
    TourStep(
        ".st-key-time_controls",
        Phrase("Let an agent learn"),
        Phrase(
            "It tries actions, gets rewards, and learns which actions bring more. Start, or the "
            "space bar, lets it train. Try it now: everything can be changed while it trains."
        ),
    ),
    TourStep(
        ".st-key-speed",
        Phrase("As slowly as you like"),
        Phrase(
            "At full speed it learns CartPole in a minute. At 10 steps/s or less you see the "
            "environment, and can follow each step."
        ),
    ),
    TourStep(
        ".live-chart-panel",
        Phrase("The return is what it gets"),
        Phrase(
            "Each episode is a point: the sum of its rewards. In CartPole that is how many steps "
            "the pole stood. The orange points are greedy evaluations: episodes without random "
            "actions."
        ),
    ),
    TourStep(
        ".figures",
        Phrase("The numbers of the moment"),
        Phrase(
            "ε is the share of random actions, α the learning rate. Below them is how far the run "
            "is."
        ),
    ),
    TourStep(
        "[class*='st-key-control_env_id']",
        Phrase("Where it learns"),
        Phrase(
            "In CartPole it balances a pole. Another environment brings the values that are "
            "recommended for it."
        ),
    ),
    TourStep(
        "[class*='st-key-control_gamma']",
        Phrase("Change something"),
        Phrase(
            "γ says how much later rewards count. A change works from the next update on, is "
            "marked in the chart, and can be undone."
        ),
    ),
    TourStep(
        ".st-key-q_map_section",
        Phrase("What it believes"),
        Phrase(
            "The map shows the Q-values over two quantities of the world. The dots are states in "
            "which the agent has been."
        ),
    ),
    TourStep(
        ".health",
        Phrase("Is its learning healthy?"),
        Phrase(
            "Each card watches one thing that can go wrong in deep Q-learning, and says what to do "
            "about it."
        ),
    ),
    TourStep(
        ".st-key-take_apart",
        Phrase("One update, taken apart"),
        Phrase("The microscope shows the batch, both networks and the equation with its numbers."),
    ),
    TourStep(
        ".st-key-navigation",
        Phrase("And then"),
        Phrase(
            "Test plays with what was learnt, Compare sets runs side by side, and Learn explains: "
            "its first lesson takes 15 minutes. This tour is under Tour."
        ),
    ),
)


def tour(link: Link, is_lesson: bool) -> None:
    """The button; by itself the tour begins where a new visitor comes without a lesson."""
    is_taught = is_lesson or bool(link.hidden_controls or link.fixed_controls)
    is_automatic = not is_taught and not st.context.is_embedded
    steps = [
        {"target": step.target, "title": _(step.title), "text": _(step.text)} for step in STEPS
    ]
    _component(key="tour", data={"steps": steps, "isAutomatic": is_automatic}, width="content")
