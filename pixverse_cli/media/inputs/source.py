"""The input that an argument names: a URL that the service fetches, a local file, or stdin.

A file's path is not trusted: it is opened once, hashed, and uploaded unchanged.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from pixverse_cli.disk.files import (
    CheckedFile,
    Kind,
    NotRegularError,
    open_regular,
    reason,
    with_home,
)
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.hosts import host_of, is_private, without_secrets
from pixverse_cli.domain.plan import InputFile

STDIN = "-"

_URL_START = re.compile(r"([a-z][a-z0-9+.-]*)://|(data|file|javascript):", re.IGNORECASE)


def remote(argument: str) -> str | None:
    """Return an input if it is a URL that the service fetches itself; None for ``-`` and files.

    :raises UsageError: it is a URL that the service does not accept, or not a valid one.
    """
    found = _URL_START.match(argument)
    scheme = found and (found[1] or found[2]).lower()
    if scheme is None or scheme == "file":
        return None
    if scheme not in {"http", "https", "oss"}:
        raise UsageError(
            f"{scheme}: the service does not accept such URLs",
            hint="give a file, or an http(s):// or oss:// URL",
        )
    if not host_of(argument) or not argument.isprintable() or " " in argument:
        raise UsageError(
            f"{without_secrets(argument)!r} is not a valid URL",
            hint="it needs a host, and %20 in place of a blank; quote it for the shell",
        )
    return argument


def local_path(argument: str) -> str:
    """Return the path of a local input, which may be written as ``file:///…`` or ``~/…``.

    :raises UsageError: a ``file:`` URL names another machine, or there is no home directory.
    """
    if not argument.lower().startswith("file:"):
        try:
            return with_home(argument)
        except OSError as error:
            raise UsageError(f"{argument}: {reason(error)}") from error
    parts = urlsplit(argument)
    if parts.netloc.lower() not in {"", "localhost"}:
        raise UsageError(f"{argument}: is a file on another machine ({parts.netloc})")
    return unquote(parts.path, errors="surrogateescape")


def private_note(url: str) -> str | None:
    """Return a note if the URL is on a private network, which the service cannot reach."""
    if url.lower().startswith("oss:") or not is_private(host_of(url)):
        return None
    return f"{without_secrets(url)} is on a private network; the service probably cannot reach it"


class HeaderError(ValueError):
    """A problem of the file; the message continues a sentence that starts with its name."""


def open_input(path: Path, label: str) -> BinaryIO:
    """Open a regular file.

    :raises UsageError: it is missing, no file, or may not be read.
    """
    with translating_errors(label):
        return open_regular(path)


@contextmanager
def translating_errors(label: str) -> Iterator[None]:
    """Raise what the system refuses as a :class:`UsageError` that starts with the label."""
    try:
        yield
    except NotRegularError as error:
        pipe = error.kind is Kind.PIPE  # such as the /dev/fd/63 of <(command)
        way_out = "; pipe it into pixverse, and give - in its place" if pipe else ""
        raise UsageError(f"{label}: {error}{way_out}") from error
    except OSError as error:  # missing, no permission to read it, or reading failed
        raise UsageError(f"{label}: {reason(error)}") from error
    except ValueError as error:  # a NUL, or text that is not a valid file name
        raise UsageError(f"{label!r} is not a valid file name") from error


@contextmanager
def open_for_upload(source: InputFile) -> Iterator[CheckedFile]:
    """Open a checked file for one upload; a second upload needs a second call.

    :raises UsageError: it is missing, or no longer a file.
    """
    with open_input(source.path, source.label) as file:
        yield CheckedFile(file, source.size, source.sha256, source.label)
