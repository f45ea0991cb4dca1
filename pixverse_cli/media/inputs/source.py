"""What an IMAGE argument points at: a URL that the service fetches, a local file, or stdin."""

import re
from urllib.parse import unquote, urlsplit

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.http.addresses import host_of, is_private, without_secrets

STDIN = "-"

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://|(data|file|javascript):", re.IGNORECASE)


def remote(argument: str) -> str | None:
    """Return IMAGE if it is a URL that the service fetches itself; None for ``-`` and files.

    :raises UsageError: when it is a URL that the service does not take.
    """
    found = _SCHEME.match(argument)
    scheme = found and (found[1] or found[2]).lower()
    if scheme is None or scheme == "file":
        return None
    if scheme not in {"http", "https", "oss"}:
        raise UsageError(
            f"{scheme}: the service takes no such URL",
            hint="give a file, or an http(s):// or oss:// URL",
        )
    if not host_of(argument) or not argument.isprintable() or " " in argument:
        raise UsageError(f"{argument!r} is no URL")
    return argument


def local_path(argument: str) -> str:
    """Return the path that a local IMAGE names, which may be spelt ``file:///…``.

    :raises UsageError: when a ``file:`` URL names another machine.
    """
    if not argument.lower().startswith("file:"):
        return argument
    parts = urlsplit(argument)
    if parts.netloc.lower() not in {"", "localhost"}:
        raise UsageError(f"{argument}: names a file on another machine ({parts.netloc})")
    return unquote(parts.path, errors="surrogateescape")


def private_note(url: str) -> str | None:
    """Return a sentence if the service, out on the internet, will hardly reach the URL."""
    if url.lower().startswith("oss:") or not is_private(host_of(url)):
        return None
    return f"{without_secrets(url)} is on a private network, which the service will hardly reach"
