"""What the environment says about the network: proxies and certificate files.

Variables: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY`` (in either case), and
``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``, ``SSL_CERT_FILE``, ``SSL_CERT_DIR``, first found.
"""

import importlib.util
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from pixverse_cli.disk.files import is_directory, reason
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.http.addresses import host_of, is_loopback

PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
CERTIFICATE_VARIABLES = (
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)

# A user and a password may hold anything but these; else nobody can tell where they end.
_PROXY = re.compile(
    r"(?:(?P<scheme>[a-z0-9]+)://)?(?:[^/?#@\s]*@)?(?P<host>[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?/?",
    re.IGNORECASE,
)
_SOCKS = {"socks4", "socks4a", "socks5", "socks5h"}


def proxies_for(url: str) -> dict[str, str]:
    """Return the proxy for a URL by its scheme, as requests takes it; empty: connect directly.

    This machine is never reached through a proxy: what runs here would leave it that way.

    :raises UsageError: the proxy's address cannot be used; the sentence holds nothing of it.
    """
    address = _proxy_address(url)
    if address is None:
        return {}
    found = _PROXY.fullmatch(address)
    scheme = (found["scheme"] or "http").lower() if found else ""
    if scheme in _SOCKS and importlib.util.find_spec("socks") is None:
        raise UsageError(
            f"{_variable(address)} names a SOCKS proxy, which needs the extra `socks`",
            hint="pip install 'pixverse-cli[socks]', or use an http proxy",
        )
    if scheme not in {"http", "https"} | _SOCKS:
        raise UsageError(
            f"{_variable(address)}: the proxy's address cannot be understood",
            hint="it must be such as http://host:port or http://user:password@host:port;"
            " write %40 for @ and %23 for # in a password",
        )
    return {urlsplit(url).scheme: address}


def proxy_host(url: str) -> str:
    """Return the host of the proxy for a URL, for a sentence; its address may hold a password."""
    found = _PROXY.fullmatch(_proxy_address(url) or "")
    return found["host"] if found else ""


def _proxy_address(url: str) -> str | None:
    from requests.utils import get_environ_proxies, select_proxy  # noqa: PLC0415  costs 160 ms

    if is_loopback(host_of(url)):
        return None
    return select_proxy(url, get_environ_proxies(url)) or None


def _variable(address: str) -> str:
    """Return which variable holds this proxy's address."""
    names = (name for spelt in PROXY_VARIABLES for name in (spelt, spelt.lower()))
    return next((name for name in names if os.environ.get(name) == address), "the proxy setting")


def certificates() -> str | bool:
    """Return the file or directory of trusted certificates that the environment names.

    True where it names none: then the bundle that comes with requests is used.

    :raises UsageError: naming the variable, where its file holds no certificates.
    """
    for name in CERTIFICATE_VARIABLES:
        if place := os.environ.get(name):
            _check_certificates(name, place)
            return place
    return True


def _check_certificates(name: str, place: str) -> None:
    import ssl  # noqa: PLC0415  few machines set one of the variables

    try:
        if name == "SSL_CERT_DIR" or is_directory(Path(place)):
            os.scandir(place).close()
        else:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(place)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        why = "holds no certificates" if isinstance(error, ssl.SSLError) else why
        raise UsageError(f"{name}={place}: {why}", hint=f"correct {name}, or unset it") from error
