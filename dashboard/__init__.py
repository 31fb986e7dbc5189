"""What the pages share: the frame, the session and its runner, controls, charts, the player."""
