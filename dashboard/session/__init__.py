"""What belongs to one visitor: the session, its runs and their runner, the agents, the links."""
