"""The options of the command line's ``runs``."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dqn_core.base.settings import RUNS, default_folder
from dqn_core.cli import runs
from dqn_core.cli.argument_types import path
from dqn_core.store import exports
from dqn_core.store.rows import TABLES


def add_folder(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """The option that names the store, for commands that read one."""
    parser.add_argument(
        "--runs",
        type=path,
        default=default or str(default_folder()),
        metavar="FOLDER",
        help=f"the store's folder (default: {RUNS.name}, or runs)",
    )


def add_runs(commands: Any) -> None:
    """Give the command line's ``commands`` the one called runs, with its actions."""
    parser = commands.add_parser(
        "runs", help="list, export, import, delete and tag the runs of a store", allow_abbrev=False
    )
    add_folder(parser)
    actions = parser.add_subparsers(required=True, metavar="action", dest="action")
    _add_what_reads(actions)
    _add_what_changes(actions)


def _add(
    actions: Any, name: str, command: Callable[[argparse.Namespace], int], words: str
) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(
        name, help=words, description=words, allow_abbrev=False
    )
    action.set_defaults(command=command)
    add_folder(action, argparse.SUPPRESS)  # a folder that is given before the action stays
    action.add_argument("--json", action="store_true", help="print JSON")
    return action


def _add_what_reads(actions: Any) -> None:
    listing = _add(actions, "list", runs.list_runs, "Print every run, the newest first.")
    listing.add_argument("--tag", help="those with this tag alone, such as sweep:NAME")
    listing.add_argument(
        "--tree",
        action="store_true",
        help="each fork below its parent: the step where it left, and what was changed there",
    )
    show = _add(actions, "show", runs.show_run, "Print what is known of a run.")
    show.add_argument("run", help="its name")
    export = _add(actions, "export", runs.export_run, "Write a run to a file.")
    export.add_argument("run", help="its name")
    export.add_argument(
        "--output",
        type=_export,
        required=True,
        metavar="FILE",
        help=f"where to: {exports.FORMATS}",
    )
    export.add_argument(
        "--table",
        choices=list(TABLES),
        default="episodes",
        help="which table (default: episodes)",
    )


def _add_what_changes(actions: Any) -> None:
    delete = _add(actions, "delete", runs.delete_runs, "Take runs out of the lists.")
    delete.add_argument("names", nargs="+", metavar="run", help="its name")
    restore = _add(actions, "restore", runs.restore_runs, "Bring deleted runs back.")
    restore.add_argument("names", nargs="+", metavar="run", help="its name")
    taken_in = _add(actions, "import", runs.import_run, "Take a run in from a file.")
    taken_in.add_argument("file", type=path, help="what `runs export` or `train --save-run` wrote")
    tag = _add(actions, "tag", runs.tag_run, "Give a run tags.")
    tag.add_argument("run", help="its name")
    tag.add_argument("tag", nargs="+", help="a word")
    tag.add_argument("--remove", action="store_true", help="take these tags away instead")


def _export(text: str) -> Path:
    output = path(text)
    exports.check_output(output)  # known before the history is read rather than after
    return output
