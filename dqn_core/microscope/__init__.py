"""A copy of a run, moved by single acts of Algorithm 1, and what each act was made of."""
