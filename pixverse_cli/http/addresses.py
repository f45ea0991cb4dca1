"""URLs and hosts: how a URL may be shown, and which hosts are this machine or its network."""

import re
import socket
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

Resolve = Callable[[str, None], Sequence[tuple[Any, ...]]]

_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa")


def host_of(url: str) -> str:
    """Return the host of a URL in small letters; empty where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # brackets without a partner
        return ""


def without_secrets(url: str) -> str:
    """Return the URL as it may be shown and kept: without user, password and query.

    A query may hold a signature that lets anybody fetch the file.
    """
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    return re.sub(r"(?<=//)[^/]*@", "", bare)


def is_loopback(host: str) -> bool:
    """Return whether a host, as a URL names it, is this very machine."""
    if host == "localhost":
        return True
    from ipaddress import ip_address  # noqa: PLC0415  few commands meet an address in digits

    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return False


def is_private(host: str) -> bool:
    """Return whether a host itself says that it is private: loopback, LAN, link-local, .local."""
    from ipaddress import IPv6Address, ip_address  # noqa: PLC0415  as above

    if host == "localhost" or host.endswith(_LOCAL_NAMES):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:  # a name
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return not (mapped or address).is_global


def leads_inside(url: str, resolve: Resolve | None = socket.getaddrinfo) -> bool:
    """Return whether a URL's host is private by its name, or by what the name resolves to.

    Behind a proxy names are the proxy's to resolve: ``resolve`` is None then.
    """
    host = host_of(url)
    if is_private(host) or resolve is None:
        return is_private(host)
    try:
        found = resolve(host, None)
    except (OSError, UnicodeError):  # no such name: connecting will say so
        return False
    return any(is_private(str(entry[4][0])) for entry in found)
