"""What a run can be told: every hyperparameter, declared once, and what a value may be."""
