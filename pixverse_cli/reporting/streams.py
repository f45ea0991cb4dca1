"""Writing to stdout and stderr so that no reader and no code page can break a run."""

import codecs
import io
import os
import sys
from contextlib import suppress

from pixverse_cli.domain.errors import ClosedPipe, UnexpectedError

RED, CYAN = "1;31", "36"
_EXACT = "pixverse-exact"


def prepare() -> None:
    """Escape what a code page cannot show, and let a closed stdin be an empty one."""
    for descriptor in range(3):
        _occupy(descriptor)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123  for the whole run
    codecs.register_error(_EXACT, _exact)
    for stream, errors in ((sys.stdout, _EXACT), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _exact(error: UnicodeError) -> tuple[bytes | str, int]:
    """Write the bytes of a file name as they are, even if they are no UTF-8; escape the rest."""
    if isinstance(error, UnicodeEncodeError):
        item = error.object[error.start : error.end]
        if all("\udc80" <= char <= "\udcff" for char in item):
            return bytes(ord(char) - 0xDC00 for char in item), error.end
    return codecs.backslashreplace_errors(error)


def _occupy(descriptor: int) -> None:
    """Keep a standard stream that was closed from becoming the next file that is opened."""
    try:
        os.fstat(descriptor)
    except OSError:
        os.open(os.devnull, os.O_RDWR)


def put(line: str) -> None:
    """Write one line of result to stdout, at once.

    :raises ClosedPipe: the reader has gone. :raises UnexpectedError: stdout takes nothing.
    """
    try:
        if sys.stdout is None:
            raise ValueError("it was closed before we started")
        print(line, flush=True)  # noqa: T201  the one place where results leave
    except BrokenPipeError as error:
        raise ClosedPipe from error
    except (OSError, ValueError) as error:
        discard_stdout()  # at exit Python would try once more, and end with 120
        raise UnexpectedError(
            f"stdout cannot be written: {error}",
            hint=f"nothing is lost; the line was: {line}",
        ) from error


def say(line: str) -> None:
    """Write one line for people to stderr; if nobody can read it, go on without."""
    if sys.stderr is None:
        return  # closed before we started; print would take stdout instead
    with suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)  # noqa: T201  the one place where notes leave


def paint(word: str, colour: str) -> str:
    """Return a word for stderr, coloured if a person reads it there and wants colours.

    ``NO_COLOR`` wins over ``FORCE_COLOR``, that over whether stderr is a terminal.
    """
    forced = bool(os.environ.get("FORCE_COLOR"))
    able = is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
    if not word or os.environ.get("NO_COLOR") or not (forced or able):
        return word
    return f"\x1b[{colour}m{word}\x1b[0m"


def can_show(line: str) -> bool:
    """Return whether both streams can write every character as it is."""
    try:
        for stream in (sys.stdout, sys.stderr):
            line.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_terminal(stream: object) -> bool:
    """Return whether a stream is an open terminal."""
    with suppress(AttributeError, ValueError, OSError):
        return bool(stream.isatty())  # type: ignore[attr-defined]
    return False


def discard_stdout() -> None:
    """Point stdout at nothing, so that closing it at exit cannot fail on a closed pipe."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
