"""Sweeps: one declaration of many runs, cut into pieces that are trained by any number of workers.

It imports nothing here: optional packages are needed by some of its modules alone.
"""
