# %% [markdown]
# # Deep Q-learning in one notebook
#
# An agent that learns CartPole, with PyTorch and Gymnasium alone. The sections are those of the
# notebook that DQN Lab began with: network, replay, agent, training, environment, hyperparameters,
# plots. At the places where that notebook went wrong a comment says `# !` and why.

# %%
import copy
import math
import random
from dataclasses import dataclass
from typing import Any

import gymnasium
import torch
from torch import Tensor, nn
from torch.nn import functional as F

# %% [markdown]
# ## Network
#
# The network takes an observation and gives one number for each action: how much reward is still to
# come, discounted, if this action is taken now and the best ones afterwards. That is Q(s, a). In a
# table there would be a row for each state; a network can also say something of a state that it has
# never seen.


# %%
class QNetwork(nn.Module):
    def __init__(self, observation_dim: int, n_actions: int, hidden_dim: int) -> None:
        super().__init__()
        self.hidden_1 = nn.Linear(observation_dim, hidden_dim)
        self.hidden_2 = nn.Linear(hidden_dim, hidden_dim)
        self.q_values = nn.Linear(hidden_dim, n_actions)

    def forward(self, observations: Tensor) -> Tensor:
        hidden = F.relu(self.hidden_2(F.relu(self.hidden_1(observations))))
        q_values: Tensor = self.q_values(hidden)  # (B, n_actions)
        return q_values


# %% [markdown]
# ## Replay
#
# Consecutive transitions are much alike. So they are kept, and each update learns from a batch that
# is drawn at random from the last 10,000.


# %%
class ReplayBuffer:
    def __init__(self, capacity: int, observation_dim: int) -> None:
        # ! Memory that is allocated once. A deque of tuples is put together anew in each update.
        self.observations = torch.zeros(capacity, observation_dim)
        self.next_observations = torch.zeros(capacity, observation_dim)
        self.actions = torch.zeros(capacity, dtype=torch.int64)
        self.rewards = torch.zeros(capacity)
        self.terminated = torch.zeros(capacity)
        self.capacity, self.pushed = capacity, 0

    def __len__(self) -> int:
        return min(self.pushed, self.capacity)

    def push(
        self,
        observation: Any,
        action: int,
        reward: float,
        next_observation: Any,
        terminated: bool,
    ) -> None:
        i = self.pushed % self.capacity
        self.observations[i] = torch.from_numpy(observation)
        self.next_observations[i] = torch.from_numpy(next_observation)
        self.actions[i], self.rewards[i], self.terminated[i] = action, reward, terminated
        self.pushed += 1

    def sample(self, batch_size: int) -> tuple[Tensor, ...]:
        i = torch.randint(len(self), (batch_size,))
        return (
            self.observations[i],
            self.actions[i],
            self.rewards[i],
            self.next_observations[i],
            self.terminated[i],
        )


# %% [markdown]
# ## Agent
#
# What Q(s, a) should have been is the reward plus the discounted value of what came next:
#
# $$y = r + \gamma \max_{a'} Q(s', a'; \theta^-), \qquad y = r \text{ if } s' \text{ is terminal}$$
#
# The update moves Q(s, a) towards y. The target network θ⁻ is a copy of the online network that
# stays as it is for a while, so that y does not move with each update. Actions are ε-greedy.


# %%
class DQN:
    def __init__(self, args: "Args", observation_dim: int, n_actions: int) -> None:
        self.args, self.n_actions = args, n_actions
        self.online = QNetwork(observation_dim, n_actions, args.hidden_dim)
        # ! A copy. `model.to(device)` called twice gives one object under two names.
        self.target = copy.deepcopy(self.online)
        self.optimizer = torch.optim.Adam(self.online.parameters(), lr=args.learning_rate)
        self.replay = ReplayBuffer(args.buffer_capacity, observation_dim)
        self.steps = 0

    @property
    def epsilon(self) -> float:
        args = self.args
        falling = math.exp(-self.steps / args.epsilon_decay)
        return args.epsilon_end + (args.epsilon_start - args.epsilon_end) * falling

    def explore(self, observation: Any) -> int:
        """An ε-greedy action."""
        self.steps += 1
        if random.random() < self.epsilon:
            return random.randrange(self.n_actions)
        return self.act(observation)

    @torch.no_grad()
    def act(self, observation: Any) -> int:
        """The greedy action."""
        q_values = self.online(torch.from_numpy(observation)[None])
        return int(q_values.argmax())

    def update(self) -> None:
        args = self.args
        if len(self.replay) < args.batch_size:
            return
        observations, actions, rewards, next_observations, terminated = self.replay.sample(
            args.batch_size
        )
        q_values = self.online(observations).gather(1, actions[:, None]).squeeze(1)  # (B,)
        with torch.no_grad():
            next_q_values = self.target(next_observations).max(1).values  # (B,)
            # ! Only termination cuts the target: a time limit says nothing about the state.
            targets = rewards + args.gamma * (1 - terminated) * next_q_values  # (B,)
        # ! Equal shapes. (B,) against (B, 1) broadcasts to (B, B), and each value is pulled to the
        # ! mean of all targets.
        assert q_values.shape == targets.shape
        loss = F.mse_loss(q_values, targets)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.online.parameters(), 1.0)
        self.optimizer.step()

    def copy_to_target(self) -> None:
        self.target.load_state_dict(self.online.state_dict())


# %% [markdown]
# ## Training
#
# Act, remember, learn, again and again; every ten episodes the target network becomes a copy of the
# online network. Testing acts greedily and learns nothing.


# %%
def train(args: "Args", env: gymnasium.Env[Any, Any], agent: DQN) -> list[float]:
    returns = []
    for episode in range(args.train_episodes):
        # ! Every integer is a seed, also 0. Only the first reset gets it: the environment's
        # ! generator goes on by itself, or each episode would begin alike.
        observation, _ = env.reset(seed=args.seed if episode == 0 else None)
        episode_return, is_over = 0.0, False
        while not is_over:
            action = agent.explore(observation)
            next_observation, reward, terminated, truncated, _ = env.step(action)
            agent.replay.push(observation, action, float(reward), next_observation, terminated)
            agent.update()
            observation = next_observation
            episode_return += float(reward)
            is_over = terminated or truncated
        if (episode + 1) % args.target_update_episodes == 0:
            agent.copy_to_target()
        returns.append(episode_return)
        if (episode + 1) % 10 == 0:
            mean = sum(returns[-10:]) / 10
            print(f"episode {episode + 1}: mean return of the last ten {mean:.1f}")
    return returns


def test(args: "Args", env: gymnasium.Env[Any, Any], agent: DQN) -> list[float]:
    returns = []
    for episode in range(args.test_episodes):
        observation, _ = env.reset(seed=args.seed + 1_000 if episode == 0 else None)
        episode_return, is_over = 0.0, False
        while not is_over:
            observation, reward, terminated, truncated, _ = env.step(agent.act(observation))
            episode_return += float(reward)
            is_over = terminated or truncated
        returns.append(episode_return)
    return returns  # ! What nobody returns nobody can draw.


# %% [markdown]
# ## Environment
#
# Gymnasium's CartPole: four numbers, two actions, a reward of 1 for each step, at most 500 steps.
# It has a time limit of its own, which `truncated` tells. A loop that stops an episode by itself,
# unseen by the agent, is not needed.


# %%
def make(args: "Args") -> tuple[gymnasium.Env[Any, Any], DQN]:
    # ! No switches of cuDNN, and no PYTHONHASHSEED: set from inside it has no effect.
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    env = gymnasium.make(args.env_id)
    observation, _ = env.reset()
    actions: Any = env.action_space
    return env, DQN(args, len(observation), int(actions.n))


# %% [markdown]
# ## Hyperparameters
#
# The notebook's own values, on CartPole-v1.


# %%
@dataclass
class Args:
    env_id: str = "CartPole-v1"
    seed: int = 0
    hidden_dim: int = 128
    buffer_capacity: int = 10_000
    batch_size: int = 64
    gamma: float = 0.99
    learning_rate: float = 1e-3
    epsilon_start: float = 0.9
    epsilon_end: float = 0.05
    epsilon_decay: int = 200  # environment steps
    target_update_episodes: int = 10
    train_episodes: int = 200
    test_episodes: int = 10


# %%
torch.set_num_threads(1)  # the network is so small that threads only wait for each other
args = Args()
env, agent = make(args)
train_returns = train(args, env, agent)

# %% [markdown]
# ## Plots
#
# Faint: the return of each episode. Bold: their average m ← w·m + (1 − w)·x, shown as m / (1 − wᵗ).


# %%
def smooth(values: list[float], weight: float = 0.9) -> list[float]:
    # ! Begun at 0 and corrected for that. Begun at the first value, one lucky episode tilts the
    # ! whole start, and an empty list is an error.
    smoothed, average = [], 0.0
    for t, value in enumerate(values, start=1):
        average = weight * average + (1 - weight) * value
        smoothed.append(average / (1 - weight**t))
    return smoothed


class Plot:
    """A picture that Jupyter shows by itself, without a plotting library."""

    def __init__(self, title: str, returns: list[float]) -> None:
        self.title, self.returns = title, returns
        self.highest = max(returns, default=0.0) or 1.0

    def line(self, values: list[float], style: str) -> str:
        step = 550 / max(1, len(values) - 1)
        places = [(40 + i * step, 210 - 180 * v / self.highest) for i, v in enumerate(values)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        return f'<polyline points="{points}" fill="none" stroke="#0077bb" {style}/>'

    def _repr_svg_(self) -> str:
        faint = self.line(self.returns, 'stroke-opacity="0.35"')
        bold = self.line(smooth(self.returns), 'stroke-width="2.5"')
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 240" font-size="12">'
            '<rect width="600" height="240" fill="white"/>'
            f'<text x="40" y="18">{self.title}</text>'
            f'<text x="4" y="34">{self.highest:.0f}</text><text x="26" y="214">0</text>'
            f'<text x="40" y="232">episodes</text>{faint}{bold}</svg>'
        )


Plot("Return of an episode in training", train_returns)

# %%
test_returns = test(args, env, agent)
mean = sum(test_returns) / len(test_returns)
print(f"mean greedy return of {len(test_returns)} episodes: {mean:.1f}")
Plot("Return of a greedy episode", test_returns)
