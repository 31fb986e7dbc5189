"""A page with the belief map and the health of a run that is trained while it is shown.

Query parameters: `env` (an id), `steps` a refresh, `members`, `member`.
"""

import streamlit as st
import torch

from dashboard.belief import belief
from dashboard.health import health
from dashboard.run import Run
from dqn_core import DQNConfig

st.set_page_config(layout="wide")
torch.set_num_threads(1)

query = st.query_params
STEPS = int(query.get("steps", 20))
state = st.session_state

if "run" not in state:
    config = DQNConfig(
        env_id=query.get("env", "CartPole-v1"), learning_starts=100, evaluation_period=0
    )
    members = int(query.get("members", 1))
    state.run = Run([config.replace(seed=p) for p in range(members)])
    state.refresh = 0


@st.fragment(run_every=0.3 if STEPS else None)
def inside() -> None:
    """One refresh after some steps."""
    run: Run = state.run
    run.trainer.run(max_steps=STEPS)
    state.refresh += 1
    st.caption(f"refresh {state.refresh}, step {run.trainer.env_step}")
    with st.container(border=True, key="belief_section"):
        belief(run, int(query.get("member", 0)))
    with st.container(border=True, key="health_section"):
        health(run, int(query.get("member", 0)))


inside()
