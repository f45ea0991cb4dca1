"""Isolation of the tests from the machine: its environment variables and its network."""

import ipaddress
import os
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

_REMOVED = re.compile(
    r"PIXVERSE_|DASHSCOPE_|GITHUB_|XDG_|LC_|LANG$|LANGUAGE$|CI$|NETRC$"
    r"|(HTTPS?|FTP|ALL|NO)_PROXY$|(REQUESTS|CURL)_CA_BUNDLE$|SSL_CERT_(FILE|DIR)$|SSLKEYLOGFILE$"
    r"|NO_COLOR$|FORCE_COLOR$|CLICOLOR|TERM$|COLUMNS$|LINES$|TTY_|JUPYTER_"
    r"|PYTHON(?!HASHSEED$)|_?TYPER_",
    re.IGNORECASE,
)


def isolated(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return an environment without the user's settings, and with this home."""
    kept = {name: value for name, value in environ.items() if not _REMOVED.match(name)}
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_RUNTIME_DIR": str(home / ".run"),
        "LANG": "C.UTF-8",
    }


def isolate(home: Path) -> Iterator[None]:
    """Use an isolated environment in this process, and restore the old one afterwards."""
    before = dict(os.environ)
    set_environ(isolated(before, home))
    yield
    set_environ(before)


def set_environ(environ: Mapping[str, str]) -> None:
    """Make this the environment of this process, by as few changes as possible.

    Coverage and pytest keep a reference to ``os.environ``, and each change takes microseconds.
    """
    now = dict(os.environ)
    for name in now.keys() - environ.keys():
        del os.environ[name]
    for name, value in environ.items():
        if now.get(name) != value:
            os.environ[name] = value


class OutsideError(AssertionError):
    """A test tried to connect to another machine."""


def _is_loopback(host: object) -> bool:
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return host in ("localhost", "", None)


class LoopbackSocket(socket.socket):
    """A socket that connects only to this machine."""

    def connect(self, address: object) -> None:
        self._check(address)
        super().connect(address)  # type: ignore[arg-type]

    def connect_ex(self, address: object) -> int:
        self._check(address)
        return super().connect_ex(address)  # type: ignore[arg-type]

    def _check(self, address: object) -> None:
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and isinstance(address, tuple) and not _is_loopback(address[0]):
            self.close()
            raise OutsideError(f"a test connects to {address!r}")


def resolver(real):
    """Return ``getaddrinfo`` for a machine without a name server."""

    def getaddrinfo(host, *arguments, **options):
        name = host.decode() if isinstance(host, bytes) else host
        try:
            ipaddress.ip_address(str(name))
        except ValueError:
            if not _is_loopback(name):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
        return real(host, *arguments, **options)

    return getaddrinfo
