"""What verbs share: a group of verbs that says which there are, and tables in columns."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsbot.settings import Settings


def add_group(verbs: Any, name: str, about: str, *, of: str = "VERB") -> Any:
    """Add a verb that takes a further one; without it, it says which there are."""
    parser = verbs.add_parser(name, help=about)
    group = parser.add_subparsers(metavar=of, required=False)

    def list_verbs(settings: "Settings", options: argparse.Namespace) -> int:
        del settings, options
        *most, last = group.choices
        known = f"{', '.join(most)} or {last}" if most else last
        print(f"Say what to do: newsbot {name} {known}. newsbot {name} --help explains each.", file=sys.stderr)
        return 2

    parser.set_defaults(verb=list_verbs)
    return group


def print_lines(lines: Iterable[str]) -> None:
    """Print these lines."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows in columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
