"""The command line: what `python -m dqn_core` does."""
