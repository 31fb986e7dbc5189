"""Python's parser, which builds one syntax tree at a time."""

import threading

PARSER = threading.Lock()
"""Is held while a syntax tree is built.

Before Python 3.13 all threads count the depths of their trees together, and one that is interrupted
by another raises `SystemError` (https://github.com/python/cpython/issues/106905).
"""
