"""Episodes of a trained agent: played, evaluated, recorded, and saved as pictures and video."""
