"""The command line: builds the parser and dispatches to the verbs, one a file."""

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from importlib import import_module
from typing import TextIO

from newsbot import __version__
from newsbot.errors import NewsbotError
from newsbot.settings import load_settings

# Each is a module of its own beside this one.
_VERBS = (
    "run",
    "say",
    "figure",
    "check",
    "discord",
    "slack",
    "doctor",
    "digest",
    "quiz",
    "content",
    "reports",
    "deliveries",
    "db",
    "news",
    "sources",
)
_NO_OUTPUT = "newsbot has nowhere to write: its output is closed."


def main(
    arguments: Sequence[str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Run one verb; returns the exit code. A mistake of ours to mend is one clear sentence, never a traceback.

    Arguments, environment and streams are those of this process where none are given.
    """
    with ExitStack() as stack:
        if stdout is not None:
            stack.enter_context(redirect_stdout(stdout))
        if stderr is not None:
            stack.enter_context(redirect_stderr(stderr))
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal need not know every sign
        return _guard_output(arguments, environment)


def _guard_output(arguments: Sequence[str] | None, environment: Mapping[str, str] | None) -> int:
    """Run a verb; output that cannot be written is one line, and output that nobody reads any more is none."""
    try:
        try:
            return _run_verb(arguments, environment)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:  # `newsbot say … | head`
        _drop_output()
        return 0
    except OSError as error:
        if error.filename is not None:  # of something else than a stream
            raise
        _drop_output()
        print(f"newsbot cannot write its output: {error.strerror}.", file=sys.stderr)
        return 1


def _run_verb(arguments: Sequence[str] | None, environment: Mapping[str, str] | None) -> int:
    from newsbot import logs

    try:
        options = _parser(sys.argv[1:] if arguments is None else arguments).parse_args(arguments)
    except SystemExit as error:  # after --help, or a sentence about what is wrong
        return error.code if isinstance(error.code, int) else 2
    if sys.stdout is None and getattr(options, "needs_output", True):
        print(_NO_OUTPUT, file=sys.stderr)
        return 1
    try:
        settings = load_settings(environment)
        logs.set_up(settings.log.level, settings.log.format)
        code: int = options.verb(settings, options)
    except NewsbotError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return code


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of these arguments: of one verb where they name it first, as the others need not be loaded then."""
    parser = argparse.ArgumentParser(prog="newsbot", description="Explains AI market events, with sources.")
    parser.add_argument("--version", action="version", version=f"newsbot {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for name in arguments[:1] if {*arguments[:1]} & {*_VERBS} else _VERBS:
        import_module(f"newsbot.cli.{name}").add_verb(verbs)
    return parser


def _drop_output() -> None:
    """Let what is left of the output go nowhere: the interpreter would try to write it once more, and complain."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
