"""Experiments that fail on purpose: what goes wrong without a part of DQN, shown and proven."""
