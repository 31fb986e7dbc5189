"""What everything else may use, and what knows nothing of DQN."""
