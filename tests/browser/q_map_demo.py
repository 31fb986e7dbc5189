"""A page with the map of Q-values and the health of a run that is trained while it is shown.

Query parameters: `env` (an id), `head`, `steps` each time that the map is asked for, `members`,
`member`.
"""

import streamlit as st
import torch
from streamlit.starlette import App

from dashboard.session.run import MemberCopy, Run, Status
from dashboard.train_page.health import health
from dashboard.train_page.q_map import q_map
from dashboard.web.routes import routes
from dqn_core import DQNConfig


class TrainedByLooking(Run):
    """A run that goes some steps further whenever somebody looks at its networks."""

    steps = 0

    def copy_of(self, member: int, recent: int) -> MemberCopy:
        self.trainer.run(max_steps=self.steps)
        return super().copy_of(member, recent)


@st.fragment
def inside(run: Run, member: int) -> None:
    with st.container(border=True, key="q_map_section"):
        q_map(run, member)
    with st.container(border=True, key="health_section"):
        health(run, member)


def demo() -> None:
    st.set_page_config(layout="wide")
    torch.set_num_threads(1)
    query = st.query_params
    if "run" not in st.session_state:
        config = DQNConfig(
            env_id=query.get("env", "CartPole-v1"),
            head=query.get("head", "scalar"),
            learning_starts=100,
            evaluation_period=0,
        )
        members = int(query.get("members", 1))
        run = TrainedByLooking([config.replace(seed=p) for p in range(members)])
        run.steps = int(query.get("steps", 20))
        run.status = Status.RUNNING if run.steps else Status.PAUSED
        st.session_state.run = run
    inside(st.session_state.run, int(query.get("member", 0)))


if __name__ == "__main__":
    demo()
else:
    app = App(__file__, routes=routes())
