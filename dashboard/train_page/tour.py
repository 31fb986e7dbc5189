"""A tour of the Train page in ten steps: on the first visit, and when somebody asks for it."""

from typing import TypedDict

import streamlit as st

from dashboard.session.links import Link
from dashboard.web.language import _
from dashboard.web.static_files import component
from dqn_core.base.phrases import Phrase

_component = component("tour/tour.js", isolate_styles=False)


class TourStep(TypedDict):
    """What is said of the part of the page that ``target``, a CSS selector, finds.

    A part that is not on the page, such as a control that a lesson hides, is left out.
    """

    target: str
    title: str
    text: str


class TourData(TypedDict):
    """The tour; one that is automatic begins by itself, for a visitor who has not seen it."""

    steps: list[TourStep]
    is_automatic: bool


STEPS = (
    TourStep(
        target=".st-key-time_controls",
        title=Phrase("Let an agent learn"),
        text=Phrase(
            "It tries actions, gets rewards, and learns which actions bring more. Start, or the "
            "space bar, lets it train. Try it now: everything can be changed while it trains."
        ),
    ),
    TourStep(
        target=".st-key-speed",
        title=Phrase("As slowly as you like"),
        text=Phrase(
            "At full speed it learns CartPole in a minute. At 10 steps/s or less you see the "
            "environment, and can follow each step."
        ),
    ),
    TourStep(
        target=".live-chart-panel",
        title=Phrase("The return is what it gets"),
        text=Phrase(
            "Each episode is a point: the sum of its rewards. In CartPole that is how many steps "
            "the pole stood. The orange points are greedy evaluations: episodes without random "
            "actions."
        ),
    ),
    TourStep(
        target=".figures",
        title=Phrase("The numbers of the moment"),
        text=Phrase(
            "ε is the share of random actions, α the learning rate. Below them is how far the run "
            "is."
        ),
    ),
    TourStep(
        target="[class*='st-key-control_env_id']",
        title=Phrase("Where it learns"),
        text=Phrase(
            "In CartPole it balances a pole. Another environment brings the values that are "
            "recommended for it."
        ),
    ),
    TourStep(
        target="[class*='st-key-control_gamma']",
        title=Phrase("Change something"),
        text=Phrase(
            "γ says how much later rewards count. A change works from the next update on, is "
            "marked in the chart, and can be undone."
        ),
    ),
    TourStep(
        target=".st-key-q_map_section",
        title=Phrase("What it believes"),
        text=Phrase(
            "The map shows the Q-values over two quantities of the world. The dots are states in "
            "which the agent has been."
        ),
    ),
    TourStep(
        target=".health",
        title=Phrase("Is its learning healthy?"),
        text=Phrase(
            "Each card watches one thing that can go wrong in deep Q-learning, and says what to do "
            "about it."
        ),
    ),
    TourStep(
        target=".st-key-take_apart",
        title=Phrase("One update, taken apart"),
        text=Phrase(
            "The microscope shows the batch, both networks and the equation with its numbers."
        ),
    ),
    TourStep(
        target=".st-key-navigation",
        title=Phrase("And then"),
        text=Phrase(
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
        TourStep(target=step["target"], title=_(step["title"]), text=_(step["text"]))
        for step in STEPS
    ]
    data = TourData(steps=steps, is_automatic=is_automatic)
    _component(key="tour", data=data, width="content")
