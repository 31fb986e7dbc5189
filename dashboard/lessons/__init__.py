"""Lessons: a small text file each, played on the Train page, made by a teacher, given in a room."""
