"""The exit codes of the command line beside 0."""

FAILED = 1
"""A training that could not go on: everything up to there is kept."""

REFUSED = 2
"""What was asked for cannot be done."""

INTERRUPTED = 130
"""Ctrl-C ended the program: 128 + SIGINT."""
