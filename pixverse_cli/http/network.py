"""The network settings of the environment: proxies and certificate files.

Variables: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY`` (in either case), and
``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``, ``SSL_CERT_FILE``, ``SSL_CERT_DIR``; the first
that is set is used.
"""

import importlib.util
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pixverse_cli.disk.files import is_directory, reason
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.extras import install_command
from pixverse_cli.domain.hosts import host_of, is_loopback

PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
CERTIFICATE_VARIABLES = (
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)

# Between scheme and host a user and password may stand, in the characters that RFC 3986 allows
# there: with others, parsers disagree about where the password ends.
_PROXY = re.compile(
    r"(?:(?P<scheme>[a-z0-9]+)://)?(?:[\w.~!$&'()*+,;=:%-]*@)?"
    r"(?P<host>[\w.-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?/?",
    re.IGNORECASE,
)
_SOCKS = {"socks4", "socks4a", "socks5", "socks5h"}
_SCHEMES = {"http", "https"} | _SOCKS
_HIGHEST_PORT = 65_535


class Proxy(NamedTuple):
    """The proxy for a URL; ``address`` may hold a password, the other fields never do."""

    address: str
    host: str
    variable: str


def proxies_for(url: str) -> dict[str, str]:
    """Return the proxy for a URL, by scheme, as requests expects it; empty: connect directly.

    :raises UsageError: as :func:`proxy_of`.
    """
    proxy = proxy_of(url)
    return {} if proxy is None else {urlsplit(url).scheme: proxy.address}


def proxy_of(url: str) -> Proxy | None:
    """Return the proxy that the environment sets for a URL, or None.

    A proxy is never used for this machine: the request would leave it.

    :raises UsageError: the proxy's address cannot be used; the message does not show it.
    """
    address = _proxy_address(url)
    if address is None:
        return None
    match, variable = _PROXY.fullmatch(address), _variable(address)
    scheme = (match["scheme"] or "http").lower() if match else ""
    if scheme in _SOCKS and importlib.util.find_spec("socks") is None:
        raise UsageError(
            f"{variable} is a SOCKS proxy, which needs the extra `socks`",
            hint=f"{install_command('socks')}, or use an http proxy",
        )
    if match is None or scheme not in _SCHEMES or int(match["port"] or 1) > _HIGHEST_PORT:
        raise UsageError(
            f"{variable}: the proxy's address is not valid",
            hint="use the form http://host:port or http://user:password@host:port; in a password"
            " write %40 for @, %23 for #, %2F for /",
        )
    return Proxy(address=address, host=match["host"], variable=variable)


def _proxy_address(url: str) -> str | None:
    from requests.utils import get_environ_proxies, select_proxy  # noqa: PLC0415  costs 160 ms

    if is_loopback(host_of(url)):
        return None
    return select_proxy(url, get_environ_proxies(url)) or None


def _variable(address: str) -> str:
    """Return the name of the variable with this proxy address."""
    names = (name for spelt in PROXY_VARIABLES for name in (spelt, spelt.lower()))
    return next((name for name in names if os.environ.get(name) == address), "the proxy setting")


def certificates_for(url: str, proxies: Mapping[str, str]) -> str | bool:
    """Return :func:`certificates` for a request; True, unread, for plain http without a proxy."""
    return certificates() if proxies or urlsplit(url).scheme == "https" else True


def certificates() -> str | bool:
    """Return the file or directory of trusted certificates that the environment sets.

    True if it sets none: then the bundle that comes with requests is used.

    :raises UsageError: the file contains no certificates; the message has the variable's name.
    """
    name = certificate_variable()
    if name is None:
        return True
    path = os.environ[name]
    _check_certificates(name, path)
    return path


def certificate_variable() -> str | None:
    """Return the variable that sets the trusted certificates; None if none does."""
    return next((name for name in CERTIFICATE_VARIABLES if os.environ.get(name)), None)


@cache  # reading a usual file takes as long as importing half of requests
def _check_certificates(name: str, path: str) -> None:
    import ssl  # noqa: PLC0415  few machines set one of the variables

    try:
        if name == "SSL_CERT_DIR" or is_directory(Path(path)):
            os.scandir(path).close()
        else:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except (OSError, ValueError) as error:
        problem = reason(error) if isinstance(error, OSError) else str(error)
        problem = "contains no certificates" if isinstance(error, ssl.SSLError) else problem
        raise UsageError(
            f"{name}={path}: {problem}", hint=f"correct {name}, or unset it"
        ) from error
