"""What is on the Test page alone: the film, its results, the game and the duel."""
