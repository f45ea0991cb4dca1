"""The kinds of IMAGE arguments: a URL that the service fetches, a local file, or stdin."""

import re
from urllib.parse import unquote, urlsplit

from pixverse_cli.disk.files import reason, with_home
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.http.addresses import host_of, is_private, without_secrets

STDIN = "-"

_URL_START = re.compile(r"([a-z][a-z0-9+.-]*)://|(data|file|javascript):", re.IGNORECASE)


def remote(argument: str) -> str | None:
    """Return IMAGE if it is a URL that the service fetches itself; None for ``-`` and files.

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
        raise UsageError(f"{argument!r} is not a valid URL")
    return argument


def local_path(argument: str) -> str:
    """Return the path of a local IMAGE, which may be written as ``file:///…`` or ``~/…``.

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
