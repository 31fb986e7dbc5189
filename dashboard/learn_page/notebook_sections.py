"""The sections of the notebook in their order: the idea, its lines, ours, and what was wrong."""

from dataclasses import dataclass

from dashboard.learn_page.excerpt import Excerpt
from dqn_core.base.statistics import smooth
from dqn_core.configuration.config import DQNConfig
from dqn_core.exploration import epsilon_at
from dqn_core.heads import Scalar
from dqn_core.interaction import Interaction
from dqn_core.learner import Learner, bellman_target
from dqn_core.networks import MLP
from dqn_core.replay import ReplayBuffer
from dqn_core.samplers import Uniform
from dqn_core.trainer import Trainer


@dataclass(frozen=True)
class Passage:
    """Lines of the notebook beside ours, in words what was wrong and why it matters.

    ``experiments`` are the ids of those that show it.
    """

    theirs: str
    ours: Excerpt
    words: str
    experiments: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotebookSection:
    """One section: its title, its idea, and its passages."""

    title: str
    idea: str
    passages: tuple[Passage, ...]


NETWORK = NotebookSection(
    "Network",
    "The network takes what the agent sees and gives one number for each action: the return that "
    "is to be expected if this action is taken now and the best ones afterwards. A table would "
    "need a row for each state. A network also says something of states that it has never seen, "
    "since similar inputs have similar outputs.",
    (
        Passage(
            """x = F.relu(self.fc1(x))
x = F.relu(self.fc2(x))
return self.fc3(x)""",
            Excerpt(MLP.forward, "for number in range(1, depth + 1)", "top: Tensor"),
            "Nothing is wrong here. Ours has as many layers as you ask for, and they may be "
            "normalised. There is no ReLU at the end: returns may be negative.",
        ),
    ),
)

REPLAY = NotebookSection(
    "Replay",
    "Transitions that follow each other are much alike, and a network that learns them in their "
    "order follows the last ones and forgets the others. So they are stored, and each update "
    "draws some at random from all over the past. A transition is also learnt more than once.",
    (
        Passage(
            """self.buffer = deque(maxlen=self.capacity)
...
batch = random.sample(self.buffer, batch_size)
return zip(*batch)""",
            Excerpt(ReplayBuffer.push, "row = self._rows", "row[:, -1]"),
            "The idea is right, but slow: in each update 64 tuples are taken apart, and tensors "
            "are made of the pieces. Here a transition is one row of memory that is allocated "
            "once. Whether the task has ended and whether time was up are two numbers of it.",
            ("forgetting",),
        ),
        Passage(
            """rand = random.randint(0, len(self.buffer) - batch_size)
batch = [self.buffer[i] for i in range(rand, rand + batch_size)]""",
            Excerpt(Uniform.draw, "if batch_size", "return Draw"),
            "The notebook can also take transitions in a row, which is what replay is there to "
            "avoid. Drawing at random costs one line. What the replay is worth, and what the order "
            "costs, are two questions: see the experiment.",
            ("no-replay",),
        ),
    ),
)

AGENT = NotebookSection(
    "Agent",
    "What Q(s, a) should have been is the reward plus the discounted value of what came next, y = "
    "r + γ · max Q⁻(s′, a′). The update moves Q(s, a) a little towards y. The target network Q⁻ "
    "is an older copy, so that y stands still for a while. With probability ε the action is "
    "random, because an action that is never tried is never learnt.",
    (
        Passage(
            """self.policy_net = model.to(self.device)
self.target_net = model.to(self.device)""",
            Excerpt(Learner.__init__, "# A copy", "self.target = online.copy()"),
            "The notebook has no target network: `to` returns the model itself, so both names are "
            "of one object. Each update moves its own target, and Q-values grow beyond anything "
            "that the environment can pay.",
            ("no-target", "double"),
        ),
        Passage(
            """q_values = self.policy_net(state_batch)\\
    .gather(1, action_batch.unsqueeze(1)).squeeze(1)
...
loss = nn.MSELoss()(q_values, expected_q_values.unsqueeze(1))""",
            Excerpt(Scalar.gradient, "# (B,) against (B, 1)", "td_errors = q_taken - targets"),
            "Shapes (B,) and (B, 1) are broadcast to (B, B): each value is pulled to the targets "
            "of all transitions, and learns their mean. PyTorch only warns, and the agent learns "
            "nothing. One line that compares the shapes would have told.",
            ("broadcasting",),
        ),
        Passage(
            """next_q_values = self.target_net(next_state_batch).max(1)[0].detach()
expected_q_values = reward_batch + self.gamma * next_q_values * (1 - done_batch)""",
            Excerpt(bellman_target, "head, allowed =", "return head.targets"),
            "The equation is right. What is wrong is `done`: see Training. Ours may also let the "
            "online network choose the action (Double DQN).",
            ("double", "short-sighted"),
        ),
        Passage(
            """self.sample_count += 1
self.epsilon = self.epsilon_end + (self.epsilon_start - self.epsilon_end) * \\
    math.exp(-1. * self.sample_count / self.epsilon_decay)""",
            Excerpt(epsilon_at, "start, end =", "return start + (end"),
            "The schedule is right, but its counter lives in the agent and is saved nowhere: a run "
            "that is continued begins to explore again. Here ε follows from the run's own step.",
            ("epsilon-lake", "epsilon-mountain"),
        ),
    ),
)

TRAINING = NotebookSection(
    "Training",
    "One step after the other: choose an action, let the environment answer, remember it, learn. "
    "Now and then the target network becomes a copy of the online network. An episode ends in one "
    "of two ways: the task is over, or time is up. Only the first says something about the state.",
    (
        Passage(
            """next_state, reward, done, _ = env.step(action)
agent.memory.push((state, action, reward, next_state, done))""",
            Excerpt(Trainer._interact, "# The true next observation", "self.replay.push"),
            "`done` is true in both cases. So a pole that stands when time is up is learnt as one "
            "that fell, and the best states get the worst targets.",
            ("truncation",),
        ),
        Passage(
            """for _ in range(cfg.ep_max_steps):
    ...
    if done:
        break""",
            Excerpt(Trainer._step, "config = self.config", "self.updates_due = config"),
            "The loop stops an episode by itself after `ep_max_steps`, and the agent never hears "
            "of it. Here the environment has the time limit, and says so. The update is not bound "
            "to the step: it is due every so many steps, once there is enough to learn from.",
        ),
    ),
)

ENVIRONMENT = NotebookSection(
    "Environment",
    "The environment answers each action with an observation and a reward. Its random numbers, and "
    "those of the agent, come from a seed: only so can a result be repeated, and only with several "
    "seeds is it known whether it was luck.",
    (
        Passage(
            """if cfg.seed != 0:
    all_seed(env, cfg.seed)
...
os.environ['PYTHONHASHSEED'] = str(seed)
torch.backends.cudnn.enabled = False""",
            Excerpt(Interaction._first_observation),
            "0 is a seed like every other. `PYTHONHASHSEED` set from inside has no effect, and "
            "switching cuDNN off only costs time. Here each concern of each agent has a generator "
            "of its own, and nothing that is global is touched.",
        ),
    ),
)

HYPERPARAMETERS = NotebookSection(
    "Hyperparameters",
    "The notebook's values are good ones for CartPole: with the mistakes put right they learn it. "
    "The preset “Notebook” on the Train page has them. Each value has two ends at which it stops "
    "working; which these are depends on the task.",
    (
        Passage(
            """self.gamma = 0.99
self.lr = 0.001
self.epsilon_decay = 200
self.target_update = 10""",
            Excerpt(DQNConfig, "    gamma: float", "    n_step: int"),
            "`epsilon_decay = 200` counts steps and `target_update = 10` counts episodes, which "
            "nothing says. Here each value is declared once, with its unit, its range, and what "
            "happens at both ends; controls, command line and help are made of that.",
            ("learning-rate", "short-sighted", "far-goal"),
        ),
    ),
)

PLOTS = NotebookSection(
    "Plots",
    "The return of one episode depends much on luck, so an average is drawn over it. Beside the "
    "returns of training, in which some actions are random, belong those of greedy episodes: they "
    "say what the agent can do.",
    (
        Passage(
            """last = data[0]
for point in data:
    smoothed_val = last * weight + (1 - weight) * point""",
            Excerpt(smooth, "smoothed = np.empty", "return smoothed"),
            "The average begins at the first value, so one lucky episode lifts the whole start, "
            "and without data there is an error. Begun at 0 and divided by 1 − wᵗ it is right "
            "from the first episode on. `test` returns nothing, so the notebook's last line fails.",
        ),
    ),
)

SECTIONS = (NETWORK, REPLAY, AGENT, TRAINING, ENVIRONMENT, HYPERPARAMETERS, PLOTS)
