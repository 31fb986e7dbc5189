"""The Test page: watch an agent, test it on fresh episodes, play against it, download it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.frame import open_page
from dashboard.session.agents import Chosen, about, load
from dashboard.session.run import Status
from dashboard.session.session import Session
from dashboard.session.visits import current_session
from dashboard.test_page.choosing import choose_agents, upload_control
from dashboard.test_page.conditions import Settings, choose_settings, words
from dashboard.test_page.duel import can_duel, duel
from dashboard.test_page.game import remark
from dashboard.test_page.page_state import PageState, page_state
from dashboard.test_page.play import play
from dashboard.test_page.player import player
from dashboard.test_page.results import Results, chart, difference, summary
from dashboard.test_page.takeaway import take_away
from dashboard.web.buttons import button, download_button, primary_button
from dashboard.web.keys import PAGE
from dashboard.web.language import _, n_, said
from dashboard.web.markup import plain
from dashboard.web.notices import tell_error
from dqn_core import LabError
from dqn_core.base.numbers import number
from dqn_core.base.phrases import Phrase
from dqn_core.environments.families import family

SCRIPT = "pages/test.py"
DUEL = "you-against-the-agent"
"""Where the link to the game leads."""

STATUS_WORDS: dict[Status, str] = {
    Status.READY: Phrase("ready"),
    Status.RUNNING: Phrase("running"),
    Status.WAITING: Phrase("waiting"),
    Status.PAUSED: Phrase("paused"),
    Status.FINISHED: Phrase("finished"),
    Status.INTERRUPTED: Phrase("interrupted"),
    Status.FAILED: Phrase("failed"),
}


def training_line(session: Session) -> None:
    """What the run does meanwhile; looking at it tells the runner that somebody is there."""

    @st.fragment(run_every=5 if session.turns.is_active else None)
    def line() -> None:
        turns = current_session().turns
        if step := turns.env_step:
            what = _(
                "The run on the Train page: {status}, step {step:,} in {environment}",
                status=_(STATUS_WORDS[turns.status]),
                step=step,
                environment=turns.first.config.environment,
            )
            st.caption(f":material/model_training: {what}")

    line()


def test(chosen: Chosen, settings: Settings) -> Results:
    """Play the test's episodes under a progress bar; using any other control gives it up."""
    doing = plain(
        n_(
            "Playing 1 episode of {agent}",
            "Playing {count} episodes of {agent}",
            settings.episodes,
            agent=said(chosen.title),
        )
    )
    bar = st.progress(0.0, doing)
    results = Results.of(chosen, settings, lambda share: bar.progress(share, doing))
    bar.empty()
    return results


def ask_for(state: PageState, name: str) -> None:
    """Remember the click: the run of the page that gets as far as the buttons does it."""
    state.asked = name


def do_what_was_asked(state: PageState, agents: Sequence[Chosen], settings: Settings) -> None:
    """Do what was clicked, once.

    A run that is cut short while it begins to film leaves that to the next; a test that is given
    up is not begun again.
    """
    match state.asked:
        case "watch":
            state.show(agents, settings.first_seed, settings.conditions)
            state.asked = ""
        case "another_start":
            state.show_another_start(agents, settings)
            state.asked = ""
        case "run_test":
            state.asked = ""
            state.results = [test(chosen, settings) for chosen in agents]
            means = _(" and ").join(number(r.evaluation.mean_return) for r in state.results)
            st.toast(
                _("Mean return {means}. The results are below the film.", means=means),
                icon=":material/checklist:",
            )


def watch_section(state: PageState, agents: Sequence[Chosen], settings: Settings) -> None:
    """The buttons and the player."""
    state.show_what_was_chosen(agents, settings)
    with st.container(horizontal=True, vertical_alignment="center", key="actions"):
        test_them = n_("Test 1 episode", "Test {count} episodes", settings.episodes)
        for kind, label, key, symbol in (
            (primary_button, _("Watch an episode"), "watch", "play_arrow"),
            (button, _("Another start"), "another_start", "casino"),
            (button, test_them, "run_test", "checklist"),
        ):
            kind(label, key, symbol, partial(ask_for, state, key))
        to_the_game = _("Play against the agent")
        st.markdown(f":small[:material/sports_esports: [{to_the_game}](#{DUEL})]")
        do_what_was_asked(state, agents, settings)
    if state.problem:
        tell_error(state.problem)
    if state.showings:
        shown = state.showings[0]
        unusual = words(shown.conditions, shown.chosen.agent.config)
        st.caption(_episode_words(shown.seed, unusual))
        player(*(showing.film for showing in state.showings), key="player")
        for showing in state.showings:
            st.caption(said(about(showing.chosen)))


def _episode_words(seed: int, unusual: str) -> str:
    """From which start the shown episode is, and under which conditions."""
    if not unusual:
        return _("Episode from seed {seed}", seed=seed)
    return _("Episode from seed {seed}, with {conditions}", seed=seed, conditions=unusual)


def results_section(state: PageState, agents: Sequence[Chosen], settings: Settings) -> None:
    """Numbers, chart and table of each tested agent, as long as it is the chosen one."""
    results = state.results
    if [result.chosen.identity for result in results] != [chosen.identity for chosen in agents]:
        return
    with st.container(border=True, key="test_results"):
        for result in results:
            st.markdown(result.headline)
        if any(result.settings != settings for result in results):
            st.caption(_("These results are older than the last change of the test settings."))
        st.table(summary(results))
        if len(results) == 2:
            st.markdown(difference(*results))
        for result in results:
            st.caption(result.outlook)
        _returns_chart(results)
        tested = [result.chosen for result in results]
        for index, result in enumerate(results):
            _ways_on(state, index, result, tested)
            episodes_table(state, index, result, tested)


def _returns_chart(results: Sequence[Results]) -> None:
    means = _(" and ").join(
        _(
            "{agent}, mean {mean}",
            agent=said(result.chosen.title),
            mean=number(result.evaluation.mean_return),
        )
        for result in results
    )
    st.plotly_chart(
        chart(results),
        key="returns",
        config={"displaylogo": False},
        alt=_(
            "Returns of {count} test episodes of {agents}",
            count=len(results[0].evaluation.seeds),
            agents=means,
        ),
    )


def _ways_on(state: PageState, index: int, result: Results, tested: Sequence[Chosen]) -> None:
    """What can be done with one agent's results."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(tested) > 1:
            st.markdown(f"**{plain(said(result.chosen.title))}**")
        button(
            _("Watch the worst episode"),
            f"worst_{index}",
            "thumb_down",
            partial(state.show, tested, result.worst_seed, result.settings.conditions),
        )
        download_button(
            _("Results as CSV"),
            result.export().to_csv(index=False),
            "test_results.csv",
            f"csv_{index}",
            "table",
        )


def episodes_table(state: PageState, index: int, result: Results, tested: Sequence[Chosen]) -> None:
    """One row an episode; choosing a row plays it."""
    # A test of its own has a table of its own, in which no row is chosen.
    key = f"episodes_{index}_{id(result)}"

    def watch_row() -> None:
        rows = key in st.session_state and st.session_state[key].selection.rows
        if rows:
            state.show(tested, result.evaluation.seeds[rows[0]], result.settings.conditions)

    with st.expander(_("All episodes: select one to watch it"), key=f"table_{index}"):
        st.dataframe(
            result.shown_table(),
            key=key,
            hide_index=True,
            on_select=watch_row,
            selection_mode="single-row",
        )


def duel_section(state: PageState) -> None:
    """You against the agent, from the start of the episode in the player."""
    showing = state.showings[0]
    with st.container(border=True, key="duel_section"):
        st.header(_("You against the agent"), anchor=DUEL)
        if can_duel(showing.spec):
            st.caption(
                _("Both begin in the same state, with the same physics, and play at the same time.")
            )
            duel(state, showing.chosen, showing.seed, showing.conditions)
        else:
            st.caption(
                _("Both begin in the same state. The keys are below the pictures.")
                + " "
                + remark(showing.spec, showing.chosen.agent.config.action_masks)
            )
            play(state, showing.chosen, showing.seed, showing.conditions)


state = page_state()
if st.session_state.get(PAGE) != SCRIPT:
    state.asked = ""  # at an earlier visit
session = open_page(SCRIPT)
st.title(_("Watch and test an agent"), anchor=False)
training_line(session)
with st.sidebar:
    above = st.container()
    st.markdown(":material/upload: **" + _("Load an agent") + "**")
    upload_control(state.picks)
choices = choose_agents(session, state.picks)
with above:
    known = family(choices[0].env_id, choices[0].env_kwargs)
    settings = choose_settings(known, state.numbers)
try:
    agents = [load(choice) for choice in choices]
    watch_section(state, agents, settings)
    results_section(state, agents, settings)
    if state.showings:
        duel_section(state)
        take_away(state, session.turns.runs)
except LabError as error:
    tell_error(said(error))
