"""Every exit code, out of the error tree itself."""

from collections.abc import Iterator
from inspect import getdoc

from pixverse_cli.domain import errors
from pixverse_cli.manual.outline import first_sentence

_DONE = ("0", "ok", "Done as asked")
_STOPPED = ("129, 130, 143", "interrupted", "Stopped by SIGHUP, SIGINT or SIGTERM; tasks go on")
_CLOSED = ("141", "closed-pipe", "Whoever read stdout has gone away; tasks go on")


def endings() -> dict[str, tuple[str, str]]:
    """Return by name each exit code, as text, and what it means."""
    return {name: (code, told) for code, name, told in (_DONE, *_failures(), _STOPPED, _CLOSED)}


def _failures() -> Iterator[tuple[str, str, str]]:
    for error in errors.PixverseError.__subclasses__():
        if error.__module__ == errors.__name__:
            yield str(error.exit_code), error.code, first_sentence(getdoc(error) or "")
