"""The Test page: watch an agent, test it on fresh episodes, take it away."""

import io
import tempfile
from pathlib import Path

import streamlit as st
import torch

from dashboard.frame import open_page
from dashboard.player import player
from dashboard.session import Session
from dashboard.testing import Conditions, Results, Showing
from dqn_core import Agent, LabError, load_agent
from dqn_core.checkpoint import agent_bytes
from dqn_core.environments import PHYSICS, PUSHABLE, family
from dqn_core.evaluation import Push
from dqn_core.video import write_video

TRAINED = Path(__file__).resolve().parent.parent / "assets" / "cartpole.safetensors"
LOAD_LINES = """\
import torch
from torch import nn

class QNetwork(nn.Module):
    def __init__(self, inputs={inputs}, hidden={hidden}, outputs={outputs}):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, outputs)

    def forward(self, x):{head}

network = QNetwork()
network.load_state_dict(torch.load("agent.pt", weights_only=True))
"""
PLAIN_HEAD = """
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x)))))"""
DUELING_HEAD = """
        out = self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x)))))
        value, advantages = out[..., :1], out[..., 1:]
        return value + advantages - advantages.mean(-1, keepdim=True)"""


@st.cache_resource(show_spinner=False)
def trained_agent() -> Agent:
    """The agent that comes with the project."""
    return load_agent(TRAINED)


def choices(session: Session) -> dict[str, Agent]:
    """Every agent that can be watched, by its name on the page."""
    run = session.run
    agents = {}
    if run.trainer.env_step:
        agents["In training, as it is now"] = run.agent()
        for snapshot in reversed(run.snapshots):
            agents[f"In training, at step {snapshot.env_steps:,}"] = snapshot
    agents["Trained CartPole agent"] = trained_agent()
    uploaded = st.session_state.get("uploaded_agent")
    if uploaded:
        agents[uploaded[0]] = uploaded[1]
    return agents


def choose_agents(session: Session) -> list[tuple[str, Agent]]:
    """The agent to test, and the one beside it if there is one."""
    agents = choices(session)
    names = list(agents)
    for key in ("agent", "beside"):
        if st.session_state.get(key) not in (*names, None):
            del st.session_state[key]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.selectbox("Agent", names, key="agent", persist_state="session")
        same_env = [n for n in names if agents[n].config.env_id == agents[first].config.env_id]
        second = st.selectbox(
            "Beside it",
            [n for n in same_env if n != first],
            index=None,
            placeholder="nobody",
            key="beside",
            persist_state="session",
            help="A second agent from the same start, on the same clock.",
        )
    return [(name, agents[name]) for name in (first, second) if name is not None]


def upload() -> None:
    """Take in an agent or a run that was saved; a refusal is one sentence and changes nothing."""
    file = st.file_uploader(
        "A saved agent or run (.safetensors)", type="safetensors", key="upload_agent"
    )
    if file is None or file.file_id == st.session_state.get("uploaded_id"):
        return
    st.session_state["uploaded_id"] = file.file_id
    try:
        agent = load_agent(file.getvalue())
    except LabError as error:
        st.session_state["upload_problem"] = f"{file.name}: {error}"
        return
    st.session_state.pop("upload_problem", None)
    st.session_state["uploaded_agent"] = (f"Uploaded: {file.name}", agent)
    st.session_state["agent"] = f"Uploaded: {file.name}"
    st.rerun()


def conditions(env_id: str) -> Conditions:
    """How the test is done, from the controls in the sidebar."""
    with st.sidebar:
        st.markdown(":material/tune: **How it is tested**")
        episodes = st.number_input(
            "Episodes", 1, 200, 20, key="test_episodes", persist_state="session"
        )
        seed = st.number_input(
            "First seed",
            0,
            2**31,
            1_000,
            key="test_seed",
            persist_state="session",
            help="Episode e starts from environment seed first + e.",
        )
        epsilon = st.slider(
            "ε while testing",
            0.0,
            1.0,
            0.0,
            0.01,
            key="test_epsilon",
            persist_state="session",
            help="Share of random actions; 0 is the greedy policy.",
        )
        parameters = {}
        declared = PHYSICS.get(family(env_id), {})
        if declared:
            st.markdown(":material/public: **What breaks it?**")
        for name, parameter in declared.items():
            unit = f" ({parameter.unit})" if parameter.unit else ""
            value = st.slider(
                f"{parameter.label}{unit}",
                parameter.low,
                parameter.high,
                parameter.default,
                key=f"physics_{env_id}_{name}",
                persist_state="session",
                step=10 ** -len(f"{parameter.low:g}".partition(".")[2])
                if parameter.low % 1
                else 0.1,
                format="%g",
            )
            if value != parameter.default:
                parameters[name] = value
        push = None
        if family(env_id) in PUSHABLE:
            component, what, hardest = PUSHABLE[family(env_id)]
            amount = st.slider(
                f"Push ({what})",
                -hardest,
                hardest,
                0.0,
                hardest / 30,
                key=f"push_{env_id}",
                persist_state="session",
            )
            if amount:
                at = st.number_input("Push at step", 0, 10_000, 50, key="push_step")
                push = Push(int(at), component, amount)
    return Conditions(int(episodes), int(seed), epsilon, parameters, push)


def show(agents: list[tuple[str, Agent]], seed: int, how: Conditions) -> None:
    """Film the episode from ``seed`` for each agent; the player below shows it as it is made."""
    st.session_state["showings"] = [Showing(agent, seed, how, name) for name, agent in agents]


def results_section(agents: list[tuple[str, Agent]], results: list[Results]) -> None:
    """Numbers, chart and table of each tested agent."""
    colors = ("#0077bb", "#ee7733")
    for index, (result, color) in enumerate(zip(results, colors, strict=False)):
        with st.container(border=True, key=f"results_{index}"):
            st.markdown(f"**{result.title}**: {len(result.evaluation.seeds)} episodes")
            with st.container(horizontal=True):
                for label, value in result.figures().items():
                    st.metric(label, value, width=150)
            st.plotly_chart(
                result.chart(color),
                key=f"returns_{index}",
                config={"displaylogo": False},
                alt=f"Returns of {len(result.evaluation.seeds)} test episodes of {result.title}, "
                f"mean {result.evaluation.mean_return:.1f}",
            )
            with st.container(horizontal=True, vertical_alignment="bottom"):
                st.button(
                    "Watch the worst episode",
                    key=f"worst_{index}",
                    icon=":material/thumb_down:",
                    on_click=show,
                    args=(agents, result.worst_seed, result.conditions),
                )
                st.download_button(
                    "Results as CSV",
                    result.table().to_csv(index=False),
                    "test_results.csv",
                    key=f"csv_{index}",
                    icon=":material/table:",
                    on_click="ignore",
                )
            with st.expander("Every episode", key=f"table_{index}"):
                st.dataframe(result.table(), hide_index=True)


def take_away(name: str, agent: Agent) -> None:
    """The episode as a film, the agent as files."""
    showings: list[Showing] = st.session_state["showings"]
    with st.expander("Take it away", icon=":material/download:", key="take_away"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            form = st.segmented_control(
                "Film", ["MP4", "GIF"], default="MP4", required=True, key="film_form"
            )
            overlay = st.toggle("With Q-values", key="film_overlay")
            if st.button("Make the film", icon=":material/movie:", key="make_film"):
                with st.spinner("Encoding…"):
                    make_film(showings[0], f".{form.lower()}", overlay)
        film = st.session_state.get("film_file")
        if film:
            st.download_button(
                f"Save {film[0]}", film[1], film[0], key="save_film", on_click="ignore"
            )
        with st.container(horizontal=True):
            st.download_button(
                "Agent (.safetensors)",
                agent_bytes(agent),
                "agent.safetensors",
                key="save_agent",
                icon=":material/save:",
                on_click="ignore",
            )
            st.download_button(
                "PyTorch state_dict (.pt)",
                state_dict_bytes(agent),
                "agent.pt",
                key="save_state_dict",
                icon=":material/save:",
                on_click="ignore",
            )
        shape = agent.network.shape
        (inputs, hidden), _, (_, outputs) = shape.layers
        st.markdown(f"**{name}** in plain PyTorch:")
        st.code(
            LOAD_LINES.format(
                inputs=inputs,
                hidden=hidden,
                outputs=outputs,
                head=DUELING_HEAD if shape.dueling else PLAIN_HEAD,
            ),
            language="python",
        )


def make_film(showing: Showing, suffix: str, overlay: bool) -> None:
    """Encode the episode that is shown; what cannot be done is said in one sentence."""
    if showing.recording is None:
        st.info("The episode is still being recorded: try again in a moment.")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{showing.agent.config.env_id}-seed-{showing.seed}{suffix}"
        try:
            write_video(showing.recording, path, overlay=overlay)
        except LabError as error:
            st.error(str(error))
            return
        st.session_state["film_file"] = (path.name, path.read_bytes())


def state_dict_bytes(agent: Agent) -> bytes:
    """The weights as `torch.save` writes them."""
    file = io.BytesIO()
    torch.save(agent.network.to_module().state_dict(), file)
    return file.getvalue()


session = open_page("Test")
st.header("Watch and test an agent")
agents = choose_agents(session)
how = conditions(agents[0][1].config.env_id)
with st.sidebar:
    upload()
if problem := st.session_state.get("upload_problem"):
    st.error(problem, icon=":material/error:")

with st.container(horizontal=True, vertical_alignment="bottom"):
    watch = st.button("Watch an episode", icon=":material/play_arrow:", type="primary", key="watch")
    test = st.button(f"Test {how.episodes} episodes", icon=":material/checklist:", key="run_test")

try:
    if watch or "showings" not in st.session_state:
        show(agents, how.first_seed, how)
    player(*(showing.film for showing in st.session_state["showings"]), key="player")
    if test:
        with st.spinner(f"Playing {how.episodes} episodes…"):
            st.session_state["results"] = [Results.of(name, agent, how) for name, agent in agents]
    results_section(agents, st.session_state.get("results", []))
    take_away(*agents[0])
except LabError as error:
    st.error(str(error), icon=":material/error:")
