"""Addresses: what an IMAGE argument points at, and which hosts are nobody else's business."""

import re
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from pixverse_cli.domain.errors import UsageError

Resolve = Callable[[str, None], Sequence[tuple[Any, ...]]]

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://|(data|file|javascript):", re.IGNORECASE)
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa")


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
    if not _host(argument) or not argument.isprintable() or " " in argument:
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
    if url.lower().startswith("oss:") or not is_private(_host(url)):
        return None
    return f"{shown(url)} is on a private network, which the service will hardly reach"


def shown(url: str) -> str:
    """Return the URL as it may be shown and kept: without credentials and query (signatures)."""
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    return re.sub(r"(?<=//)[^/]*@", "", bare)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # brackets without a partner
        return ""


def is_private(host: str) -> bool:
    """Return whether the name itself says so: loopback, private, link-local, ``.local``."""
    if host == "localhost" or host.endswith(_LOCAL_NAMES):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:  # a name
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return not (mapped or address).is_global


def leads_inside(url: str, resolve: Resolve | None = socket.getaddrinfo) -> bool:
    """Return whether the URL's host is private by its name, or by what the name resolves to.

    Behind a proxy names are the proxy's to resolve: ``resolve`` is None then.
    """
    host = _host(url)
    if is_private(host) or resolve is None:
        return is_private(host)
    try:
        found = resolve(host, None)
    except (OSError, UnicodeError):  # no such name: connecting will say so
        return False
    return any(is_private(str(entry[4][0])) for entry in found)
