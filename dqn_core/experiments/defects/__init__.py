"""Defects of the notebook, each put into a trainer on purpose. Experiments alone use them."""
