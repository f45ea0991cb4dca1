"""Writing to stdout and stderr; no closed pipe and no code page can break a run."""

import codecs
import io
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from itertools import islice
from typing import Protocol, TextIO

from pixverse_cli.domain.errors import ClosedPipe, UnexpectedError

_BLOCK = 200  # lines
BOLD, RED, GREEN, YELLOW, CYAN, DIM = "1", "1;31", "32", "33", "36", "2"
_EXACT = "pixverse-exact"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def prepare() -> None:
    """Escape what a code page cannot show, and treat a closed stdin as an empty one."""
    for descriptor in range(3):
        _open_if_closed(descriptor)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123  for the whole run
    codecs.register_error(_EXACT, _exact)
    for stream, errors in ((sys.stdout, _EXACT), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _exact(error: UnicodeError) -> tuple[bytes | str, int]:
    """Write the bytes of a file name unchanged, even if they are not UTF-8; escape the rest."""
    if isinstance(error, UnicodeEncodeError):
        item = error.object[error.start : error.end]
        if all("\udc80" <= char <= "\udcff" for char in item):
            return bytes(ord(char) - 0xDC00 for char in item), error.end
    return codecs.backslashreplace_errors(error)


def _open_if_closed(descriptor: int) -> None:
    """Open a closed standard stream on the null device, so that no other file gets its number."""
    try:
        os.fstat(descriptor)
    except OSError:
        os.open(os.devnull, os.O_RDWR)


class LiveLines(Protocol):
    """The last lines of a terminal, which are drawn again and again while a command runs."""

    def write_above(self, line: str) -> None:
        """Write a line above them; any thread may call it."""

    def hidden(self) -> AbstractContextManager[None]:
        """Remove them while something else writes to the terminal."""


_live: list[LiveLines] = []  # those on stderr; at most one


@contextmanager
def writing_above(lines: LiveLines) -> Iterator[None]:
    """Write above these live lines whatever goes to the terminal meanwhile."""
    _live.append(lines)
    try:
        yield
    finally:
        _live.remove(lines)


def put(line: str) -> None:
    """Write one line of result to stdout, at once.

    :raises ClosedPipe: the reader closed the pipe.
    :raises UnexpectedError: stdout cannot be written.
    """
    try:
        if sys.stdout is None:
            raise ValueError("it was closed before the program started")
        with _live[-1].hidden() if _live and _may_show(sys.stdout) else nullcontext():
            print(line, flush=True)  # noqa: T201  the one place that writes results
    except BrokenPipeError as error:
        raise ClosedPipe from error
    except (OSError, ValueError) as error:
        discard_stdout()  # else Python tries again at exit and exits with 120
        raise UnexpectedError(
            f"stdout cannot be written: {error}",
            hint=f"nothing is lost; the line was: {line}",
        ) from error


def put_all(lines: Iterable[str]) -> None:
    """Write many lines to stdout, in blocks: one call of the system for each line is slow.

    :raises ClosedPipe, UnexpectedError: as :func:`put`.
    """
    rest = iter(lines)
    while block := "\n".join(islice(rest, _BLOCK)):
        try:
            put(block)
        except UnexpectedError as error:
            raise error.but(hint="nothing is lost: the same command shows it again") from error


def say(line: str) -> None:
    """Write one line for people to stderr; if stderr cannot be written, do nothing."""
    if _live:
        _live[-1].write_above(line)
        return
    if sys.stderr is None:
        return  # closed before the program started; print would use stdout instead
    with suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)  # noqa: T201  the one place that writes notes


def tell(line: str) -> None:
    """Write one line of text to stderr; on a terminal, no command in it is broken over two rows."""
    if is_terminal(sys.stderr):
        from pixverse_cli.reporting.terminal.commands import with_whole_commands  # noqa: PLC0415  only there
        from pixverse_cli.reporting.terminal.page import size_of  # noqa: PLC0415  as above

        line = with_whole_commands(line, size_of(sys.stderr)[0])
    say(line)


def paint(word: str, colour: str) -> str:
    """Return a word for stderr, coloured if the environment and the terminal allow it.

    ``NO_COLOR`` switches colour off; else ``FORCE_COLOR`` or a terminal switches it on.
    """
    forced = bool(os.environ.get("FORCE_COLOR"))
    if not word or os.environ.get("NO_COLOR") or not (forced or takes_colour(sys.stderr)):
        return word
    return coloured(word, colour)


def takes_colour(stream: TextIO | None) -> bool:
    """Return whether a stream is a terminal that shows colours, and the user wants them."""
    dumb = os.environ.get("TERM") == "dumb" and not os.environ.get("FORCE_COLOR")
    return is_terminal(stream) and not dumb and not os.environ.get("NO_COLOR")


def coloured(text: str, colour: str) -> str:
    """Return text in a colour; ``colour`` holds numbers of ANSI's SGR."""
    return f"\x1b[{colour}m{text}\x1b[0m"


def without_colour(line: str) -> str:
    """Return a line of ours without its colours."""
    return _COLOUR.sub("", line)


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


def _may_show(stream: TextIO) -> bool:
    """Return whether what is written may come to the terminal: the reader of a pipe may show it."""
    with suppress(ValueError, OSError):
        return is_terminal(stream) or stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    return False


def discard_stdout() -> None:
    """Point stdout at the null device, so that closing it at exit cannot fail."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
