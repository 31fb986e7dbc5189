"""What one can take away from the Test page: films of episodes and of growth, and the agent."""

import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
import torch

from dashboard.session.agents import Chosen
from dashboard.session.run import Run
from dashboard.test_page.page_state import FilmFile, PageState
from dashboard.test_page.progress import now_and_then
from dashboard.test_page.showing import Showing
from dashboard.web.buttons import button, download_button
from dashboard.web.copyable import copyable
from dashboard.web.language import _, said
from dashboard.web.markup import plain
from dashboard.web.notices import tell_error
from dqn_core import Agent, LabError, record
from dqn_core.episodes.montage import write_montage
from dqn_core.episodes.video import Progress, write_video
from dqn_core.files.checkpoint import agent_bytes

MOST_TILES = 6
"""Moments of a run in the film of its growth."""

LOAD_LINES = """\
import torch
from torch import nn

class QNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        {layers}

    def forward(self, x):
        {steps}

network = QNetwork()
network.load_state_dict(torch.load("agent.pt", weights_only=True))
"""


def take_away(state: PageState, runs: Sequence[Run]) -> None:
    """The episodes and an agent's growth as films, the first agent as files.

    ``runs`` are those in training: several where they take turns.
    """
    chosen = state.showings[0].chosen
    with st.expander(_("Download"), icon=":material/download:", key="take_away"):
        _films(state, runs)
        with st.container(horizontal=True):
            download_button(
                _("Agent (.safetensors)"),
                agent_bytes(chosen.agent),
                "agent.safetensors",
                "save_agent",
                "save",
            )
            download_button(
                _("PyTorch state_dict (.pt)"),
                state_dict_bytes(chosen.agent),
                "agent.pt",
                "save_state_dict",
                "save",
            )
        st.markdown(_("**{agent}** in plain PyTorch:", agent=plain(said(chosen.title))))
        copyable(_("code"), load_lines(chosen.agent), key="copy_code")


def _films(state: PageState, runs: Sequence[Run]) -> None:
    showings = state.showings
    grown = grown_agents(runs, showings[0].chosen)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        form = st.segmented_control(
            _("Film"), ["MP4", "GIF"], default="MP4", required=True, key="film_form"
        )
        overlay = st.toggle(_("With Q-values"), key="film_overlay")
        suffix = f".{form.lower()}"
        wanted = (tuple(showing.film.id for showing in showings), form, overlay)
        if button(_("Film of this episode"), "make_film", "movie"):
            _make(
                state,
                "episode",
                wanted,
                suffix,
                lambda path, progress: film_episode(showings, path, overlay, progress),
            )
        if len(grown) > 1 and button(
            _("Film of the training"),
            "make_growth",
            "trending_up",
            help=_(
                "The same start, played by the agent as it was at several steps of its training."
            ),
        ):
            _make(
                state,
                "growth",
                wanted,
                suffix,
                lambda path, progress: film_growth(grown, showings[0], path, overlay, progress),
            )
    film = state.film_file
    if film and film.wanted == wanted:
        download_button(
            _("Save {file} ({size:,.0f} KB)", file=film.name, size=len(film.content) / 1e3),
            film.content,
            film.name,
            "save_film",
        )


def _make(
    state: PageState,
    kind: str,
    wanted: tuple[object, ...],
    suffix: str,
    write: Callable[[Path, Progress], object],
) -> None:
    """Encode a film and offer it; what cannot be done is said in one sentence."""
    doing = _("Drawing and encoding…")
    bar = st.progress(0.0, doing)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}{suffix}"
        try:
            write(path, now_and_then(lambda share: bar.progress(share, doing)))
            state.film_file = FilmFile(wanted, path.name, path.read_bytes())
        except LabError as error:
            tell_error(said(error))
    bar.empty()


def film_episode(
    showings: Sequence[Showing],
    path: Path,
    overlay: bool,
    progress: Progress = lambda share: None,
) -> None:
    """Write what the player shows, two films side by side."""
    recordings = [showing.recording for showing in showings if showing.recording is not None]
    if len(recordings) < len(showings):
        if any(showing.film.complete and showing.recording is None for showing in showings):
            raise LabError("This episode was not recorded to its end: there is no film to save.")
        raise LabError("The episode is still being recorded: try again in a moment.")
    if len(recordings) == 1:
        write_video(recordings[0], path, overlay=overlay, progress=progress)
    else:
        titles = [str(showing.chosen.title) for showing in showings]
        write_montage(recordings, titles, path, overlay=overlay, progress=progress)


def grown_agents(runs: Sequence[Run], chosen: Chosen) -> list[Agent]:
    """The chosen agent at up to `MOST_TILES` steps of its training, evenly spread.

    None where it is not a run's first member: of others no earlier states are kept.
    """
    which = chosen.in_training
    own = [run for run in runs if which and (run.id, 0) == (which.run_id, which.member)]
    if not own:
        return []
    (run,), end = own, chosen.agent.env_steps
    agents = [*(agent for agent in run.passed_agents if agent.env_steps < end), chosen.agent]
    places = np.linspace(0, len(agents) - 1, min(MOST_TILES, len(agents))).round().astype(int)
    return [agents[place] for place in places]


def film_growth(
    agents: Sequence[Agent],
    like: Showing,
    path: Path,
    overlay: bool,
    progress: Progress = lambda share: None,
) -> None:
    """Write one film of all `agents` from the start and under the conditions of `like`."""
    recordings = [record(agent, like.seed, like.conditions) for agent in agents]
    labels = [f"after {agent.env_steps:,} steps of training" for agent in agents]
    write_montage(recordings, labels, path, overlay=overlay, progress=progress)


def state_dict_bytes(agent: Agent) -> bytes:
    """The weights as `torch.save` writes them."""
    file = io.BytesIO()
    torch.save(agent.network.to_module().state_dict(), file)
    return file.getvalue()


def load_lines(agent: Agent) -> str:
    """The few lines of PyTorch that load `state_dict_bytes`."""
    shape = agent.network.shape
    top = len(shape.layers)
    layers = [f"self.fc{n} = nn.Linear{sizes}" for n, sizes in enumerate(shape.layers, start=1)]
    hidden = [f"self.fc{n}(x)" for n in range(1, top)]
    if shape.layer_norm:
        widths = enumerate(shape.hidden_dims, start=1)
        layers += [f"self.norm{n} = nn.LayerNorm({width})" for n, width in widths]
        hidden = [f"self.norm{n}({outputs})" for n, outputs in enumerate(hidden, start=1)]
    steps = [f"x = torch.relu({outputs})" for outputs in hidden]
    steps += [f"x = self.fc{top}(x)", *_head_steps(agent), "return x"]
    indent = "\n" + 8 * " "
    return LOAD_LINES.format(layers=indent.join(layers), steps=indent.join(steps))


def _head_steps(agent: Agent) -> list[str]:
    """What makes Q-values of the last layer's outputs."""
    shape, steps, axis = agent.network.shape, [], -1
    if shape.atoms:
        steps, axis = [f"x = x.unflatten(-1, (-1, {shape.atoms}))"], -2
    if shape.dueling:
        steps += [
            f"value, advantages = x.split([1, {shape.n_actions}], {axis})",
            f"x = value + advantages - advantages.mean({axis}, keepdim=True)",
        ]
    match agent.config.head:
        case "categorical":
            low, high = agent.network.head.state_dict()["value_range"][0].tolist()
            returns = f"torch.linspace({low}, {high}, {shape.atoms})"
            steps += [f"x = (x.softmax(-1) * {returns}).sum(-1)"]
        case "quantile":
            steps += ["x = x.mean(-1)"]
    return steps
