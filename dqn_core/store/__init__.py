"""The store: runs that outlive the program, in a database with files beside it."""
