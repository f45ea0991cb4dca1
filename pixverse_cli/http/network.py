"""The network settings of the environment: proxies and certificate files.

Variables: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY`` (in either case), and
``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``, ``SSL_CERT_FILE``, ``SSL_CERT_DIR``; the first
that is set is used, and the last two are used together.
"""

import importlib.util
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pixverse_cli.disk.files import append, is_directory, reason
from pixverse_cli.domain.errors import NetworkSettingsError
from pixverse_cli.domain.extras import install_command
from pixverse_cli.domain.hosts import host_of, is_loopback

_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_FILE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_FOLDERS_VARIABLE = "SSL_CERT_DIR"
_KEY_LOG_VARIABLE = "SSLKEYLOGFILE"  # urllib3 opens it for every TLS connection
_CERTIFICATE_VARIABLES = (*_FILE_VARIABLES, _FOLDERS_VARIABLE)

# How OpenSSL finds a certificate or a revocation list in a folder: by a hash of its subject.
_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.r?\d+")

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

# An entry of NO_PROXY: a name, an address or a network, perhaps with a port.
_EXCEPTION = re.compile(r"\*?([^:\[\]]*|\[[^\]]*\])(?::(\d+))?")
_PORTS = {"http": 80, "https": 443}


class Proxy(NamedTuple):
    """The proxy for a URL; ``address`` may hold a password, the other fields never do."""

    address: str
    host: str
    variable: str


class Trusted(NamedTuple):
    """The certificates that are trusted: a file, folders as OpenSSL separates them, or both.

    ``variable`` is the name of the variable, or the names, that set them.
    """

    variable: str
    file: str | None = None
    folders: str | None = None

    def __str__(self) -> str:
        return ", ".join(part for part in (self.file, self.folders) if part)


def check_environment(url: str) -> None:
    """Check the proxy and the files that calls to a URL will use, before the first call is made.

    :raises NetworkSettingsError: one cannot be used; the message has the variable's name.
    """
    proxy_of(url)
    if urlsplit(url).scheme == "https":
        certificates()
        if path := os.environ.get(_KEY_LOG_VARIABLE):
            _check(_KEY_LOG_VARIABLE, path, _check_key_log)


def proxies_for(url: str) -> dict[str, str]:
    """Return the proxy for a URL, by scheme, as requests expects it; empty: connect directly.

    :raises NetworkSettingsError: as :func:`proxy_of`.
    """
    proxy = proxy_of(url)
    if proxy is None:
        return {}
    # requests takes a user for a scheme if there is none
    address = proxy.address if "://" in proxy.address else f"http://{proxy.address}"
    # and sends a user without a password only with the colon between them
    return {urlsplit(url).scheme: re.sub(r"^([^/:@]*://)([^/:@]+)@", r"\1\2:@", address)}


def proxy_of(url: str) -> Proxy | None:
    """Return the proxy that the environment sets for a URL, or None.

    A proxy is never used for this machine: the request would leave it.

    :raises NetworkSettingsError: the proxy's address cannot be used; the message does not show it.
    """
    address = _proxy_address(url)
    if address is None:
        return None
    match, variable = _PROXY.fullmatch(address), _variable(address)
    scheme = (match["scheme"] or "http").lower() if match else ""
    if scheme == "socks":
        raise NetworkSettingsError(
            f"{variable}: socks:// does not say which version of SOCKS",
            hint="write socks5h:// instead",
        )
    if scheme in _SOCKS and importlib.util.find_spec("socks") is None:
        raise NetworkSettingsError(
            f"{variable} is a SOCKS proxy, which needs the extra `socks`",
            hint=f"{install_command('socks')}, or use an http proxy",
        )
    if match is None or scheme not in _SCHEMES or not _is_place(match["host"], match["port"]):
        raise NetworkSettingsError(
            f"{variable}: the proxy's address is not valid",
            hint="use the form http://host:port or http://user:password@host:port; in a password"
            " write %40 for @, %23 for #, %2F for /",
        )
    return Proxy(address=address, host=match["host"], variable=variable)


def _is_place(host: str, port: str | None) -> bool:
    """Return whether a host and a port can be connected to, by the rules of names and addresses."""
    from urllib3.util import parse_url  # noqa: PLC0415  only where there is a proxy

    try:
        host.encode("idna")  # no part of a name is empty or long
        parse_url(f"http://{host}")  # as at the connect; stricter about letters
    except ValueError:
        return False
    return port is None or int(port) <= _HIGHEST_PORT


def _proxy_address(url: str) -> str | None:
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415  most commands need neither

    from requests.utils import select_proxy  # noqa: PLC0415  costs 160 ms

    parts = urlsplit(url)
    host = host_of(url).rstrip(".")
    if _is_this_machine(host) or _is_excepted(host, parts.port or _PORTS.get(parts.scheme)):
        return None
    if proxy_bypass(host):  # not by requests: before 2.34 `ar.example` excepted far.example
        return None
    return (select_proxy(url, getproxies()) or "").strip() or None


def _is_this_machine(host: str) -> bool:
    """Return whether connecting to a host, in any spelling, stays on this machine.

    A name below localhost does (RFC 6761, section 6.3), and so do 0.0.0.0, 127.1 and ::.
    """
    if is_loopback(host) or host == "::" or host.endswith(".localhost"):
        return True
    try:
        number = socket.inet_aton(host)
    except OSError:  # a name
        return False
    return number[0] == 127 or number == bytes(4)


def _is_excepted(host: str, port: int | None) -> bool:
    """Return whether NO_PROXY lists a host, in the forms that Python does not know.

    They are ``*.example.com``, IPv6 networks, addresses in brackets, and entries that blanks
    or semicolons separate. Other programs take them.
    """
    entries = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    for entry in filter(None, re.split(r"[\s,;]+", entries.lower())):
        match = _EXCEPTION.fullmatch(entry)
        name, wanted = match.groups() if match else (entry, None)  # IPv6 without brackets
        if entry == "*" or (wanted in (None, str(port)) and _covers(name.strip("[]"), host)):
            return True
    return False


def _covers(name: str, host: str) -> bool:
    from ipaddress import ip_address, ip_network  # noqa: PLC0415  few machines set NO_PROXY

    domain = name.removeprefix(".")
    if f".{host}".endswith(f".{domain}"):
        return True
    try:
        return ip_address(host) in ip_network(name, strict=False)
    except ValueError:  # one of them is a name
        return False


def _variable(address: str) -> str:
    """Return the name of the variable with this proxy address."""
    names = (name for spelt in _PROXY_VARIABLES for name in (spelt, spelt.lower()))
    found = (name for name in names if os.environ.get(name, "").strip() == address)
    return next(found, "the proxy setting")


def certificates() -> Trusted | None:
    """Return the trusted certificates that the environment sets.

    None if it sets none: then the bundle that comes with requests is used.

    :raises NetworkSettingsError: there are no certificates; the message has the variable's name.
    """
    name = next((name for name in _CERTIFICATE_VARIABLES if os.environ.get(name)), None)
    if name is None:
        return None
    path = os.environ[name]
    if name == _FOLDERS_VARIABLE or is_directory(Path(path)):
        _check(name, path, _check_folders)
        return Trusted(name, folders=path)
    _check(name, path, _check_file)
    folders = os.environ.get(_FOLDERS_VARIABLE) if name == "SSL_CERT_FILE" else None
    names = f"{name} and {_FOLDERS_VARIABLE}" if folders else name
    return Trusted(names, file=path, folders=folders)


def _check(name: str, path: str, check: Callable[[str], str | None]) -> None:
    problem = check(path)
    if problem:
        raise NetworkSettingsError(f"{name}={path}: {problem}", hint=f"correct {name}, or unset it")


def _check_key_log(path: str) -> str | None:
    """Return why OpenSSL cannot append to a file of TLS keys; None if it can."""
    try:
        append(Path(path), b"")
    except OSError as error:
        return reason(error)
    return None


def _check_file(path: str) -> str | None:
    """Return what is wrong with a file of certificates; None if it can be used."""
    import ssl  # noqa: PLC0415  few machines set one of the variables

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return "contains no certificates"
    except OSError as error:
        return reason(error)
    return None


def _check_folders(paths: str) -> str | None:
    """Return what is wrong with folders of certificates; None if one of them can be used."""
    problem = ""
    for path in filter(None, paths.split(os.pathsep)):
        try:
            if any(_HASHED_NAME.fullmatch(each.name) for each in Path(path).iterdir()):
                return None
            fault = "contains no certificate under its hash: run `openssl rehash` on it"
        except OSError as error:
            fault = reason(error)
        problem = problem or fault
    return problem
