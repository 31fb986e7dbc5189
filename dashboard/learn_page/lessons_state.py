"""What the lessons' section of one browser session shows: the list, the editor or a board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.lessons.draft import Draft, draft_of, new_draft
from dashboard.lessons.lesson import Lesson
from dashboard.lessons.opened_rooms import forget_room, remember_rooms
from dashboard.lessons.progress import Progress
from dashboard.lessons.rooms import CODE, Room, rooms
from dashboard.lessons.source import lesson_from, source_of
from dashboard.session.address import BOARD, DRAFT, ROOMS
from dashboard.session.links import Link
from dqn_core.base.errors import LabError


@dataclass
class LessonsState:
    """``tried`` is what was answered in the preview of the ``draft``; its ``version`` changes
    when a draft takes the place of another one: its fields begin anew. ``board`` is the code of
    the room whose board is shown. ``problem`` says why the last file or room was refused."""

    draft: Draft | None = None
    tried: Progress = field(default_factory=Progress)
    version: int = 0
    board: str = ""
    problem: str = ""

    @property
    def query(self) -> str:
        """Its part of the address; a draft with faults is there as it was before them."""
        lesson = self.draft.read()[0] if self.draft and not self.board else None
        parts = {BOARD: self.board, DRAFT: source_of(lesson) if lesson else ""}
        return "&".join(f"{name}={value}" for name, value in parts.items() if value)

    def edit(self, draft: Draft) -> None:
        """Show that draft in the editor."""
        self.draft, self.board, self.problem = draft, "", ""
        self.tried = Progress()
        self.version += 1

    def make(self, link: Link) -> None:
        """Show the editor: with the lesson that is being made there, or with one of that state.

        A lesson that is only a task gets that state, too.
        """
        draft = self.draft or new_draft(link)
        if draft.is_task:
            draft.take(link)
        self.edit(draft)

    def edit_lesson(self, lesson: Lesson) -> None:
        """Show that lesson in the editor, to be changed."""
        self.edit(draft_of(lesson))

    def show_board(self, room: Room) -> None:
        """Show the board of that room; a wall may show the address, so it names the code alone."""
        self.board, self.problem = room.code, ""
        remember_rooms(room.secret)

    def forget_board(self, room: Room) -> None:
        """That room is closed."""
        forget_room(room.secret)
        self.show_list()

    def show_list(self) -> None:
        """Show the list of lessons."""
        self.draft, self.board, self.problem = None, "", ""


def read_lessons_state(given: Mapping[str, Sequence[str]]) -> LessonsState:
    """What an address says."""
    state = LessonsState()
    for opened in given.get(ROOMS, ()):
        remember_rooms(*opened.split(","))
    for board in given.get(BOARD, ()):
        if CODE.fullmatch(board):
            state.board = board
        else:
            _open_board(state, board)
    for source in given.get(DRAFT, ()):
        try:
            state.edit_lesson(lesson_from(source, "en"))
        except LabError as error:
            state.problem = error.phrase
    return state


def _open_board(state: LessonsState, secret: str) -> None:
    """By the board's own link."""
    try:
        state.show_board(rooms().of_board(secret))
    except LabError as error:
        state.problem = error.phrase
