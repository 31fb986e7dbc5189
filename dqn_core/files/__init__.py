"""Files of runs and agents: packed, checked when read, and loaded from earlier versions."""
