"""URLs and hosts: how to show a URL without secrets, and which hosts are local or private."""

import re
import socket
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

Resolve = Callable[[str, None], Sequence[tuple[Any, ...]]]

_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa")


def host_of(url: str) -> str:
    """Return the host of a URL in lower case; empty if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # unbalanced brackets
        return ""


def without_secrets(url: str) -> str:
    """Return the URL without user, password and query, so that it may be shown and stored.

    A query may contain a signature that lets anyone download the file.
    """
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    return re.sub(r"(?<=//)[^/]*@", "", bare)


def is_private(host: str) -> bool:
    """Return whether a host is private by its text: loopback, LAN, link-local, .local."""
    from ipaddress import IPv6Address, ip_address  # noqa: PLC0415  few commands see a numeric address

    if host == "localhost" or host.endswith(_LOCAL_NAMES):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:  # a name
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return not (mapped or address).is_global


def is_private_url(url: str, resolve: Resolve | None = socket.getaddrinfo) -> bool:
    """Return whether a URL's host is private by its text, or by the addresses it resolves to.

    ``resolve`` is None behind a proxy, which resolves names itself.
    """
    host = host_of(url)
    if is_private(host) or resolve is None:
        return is_private(host)
    try:
        addresses = resolve(host, None)
    except (OSError, UnicodeError):  # the name does not resolve: connecting will report it
        return False
    return any(is_private(str(entry[4][0])) for entry in addresses)
