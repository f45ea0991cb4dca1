"""Every exit code with its name and meaning, read from the error tree."""

from collections.abc import Iterator
from inspect import getdoc

from pixverse_cli.domain import errors
from pixverse_cli.manual.outline import first_sentence

_DONE = ("0", "ok", "Done as asked")
_STOPPED = (
    "129, 130, 143",
    "interrupted",
    "Stopped by SIGHUP, SIGINT or SIGTERM; tasks keep running",
)
_CLOSED = ("141", "closed-pipe", "The reader of stdout closed the pipe; tasks keep running")


def exit_codes() -> dict[str, tuple[str, str]]:
    """Return each exit code by its name: the code as text, and what it means."""
    rows = (_DONE, *_failures(), _STOPPED, _CLOSED)
    return {name: (code, meaning) for code, name, meaning in rows}


def _failures() -> Iterator[tuple[str, str, str]]:
    for error in errors.PixverseError.__subclasses__():
        if error.__module__ == errors.__name__:
            yield str(error.exit_code), error.code, first_sentence(getdoc(error) or "")
