"""How many connections the server can have open at once."""

MOST_FILES = 8_192
"""An open page takes several connections, and each is a file to the system; some systems begin with
256 for all, which a class uses up."""


def allow_many_connections() -> None:
    """Raise the process's bound on open files, as far as the system lets it."""
    try:
        import resource
    except ImportError:  # Windows has no such bound
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
