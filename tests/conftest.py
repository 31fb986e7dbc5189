"""What must hold before anything under test is imported."""

import os

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # pygame draws without a screen
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import torch
from hypothesis import settings

# As the app does; two threads of torch on a busy machine are tens of times slower than one.
torch.set_num_threads(1)

# A shared machine's pauses are no failures, and a check of the same code has the same outcome.
settings.register_profile("lab", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("lab")
