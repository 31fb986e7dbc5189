"""Everything else may use this, and nothing here knows of DQN."""
