"""What is on the Train page alone: the controls, the curves, the map of Q-values, the files."""
