"""The Learn page: a run taken apart, experiments that fail on purpose, the notebook alive."""
