"""What a page says of many things at once."""

from dashboard.web.notices import MOST_LISTED, listed


def test_of_more_than_anybody_reads_it_is_said_how_many_there_are() -> None:
    sentences = [f"<{n}>" for n in range(3_000)]
    lines = listed(sentences).splitlines()
    assert lines[0] == r"- \<0\>"
    assert lines[MOST_LISTED:] == [f"- {3_000 - MOST_LISTED} more"]
    assert len(listed(sentences[:MOST_LISTED]).splitlines()) == MOST_LISTED
