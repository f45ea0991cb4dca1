"""A requests session that takes only proxies and certificates from the environment.

No ``~/.netrc`` (it would replace the API key), no cookies, no automatic redirects. For each
exchange it records whether the first byte was written.
"""

import threading
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from pixverse_cli import __version__

USER_AGENT = f"pixverse-cli/{__version__}"


class FirstByte:
    """Whether the first byte of a request was written, and a way to forbid writing it.

    Before that byte the service certainly received nothing, so nothing can cost money. A
    caller that stops waiting for a call on another thread forbids the byte first: then the
    answer is final.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forbidden = False
        self.written = False

    def write(self) -> None:
        """Note that the first byte is about to be written.

        :raises ConnectionAbortedError: writing is forbidden.
        """
        with self._lock:
            if self._forbidden:
                raise ConnectionAbortedError("given up before anything was sent")
            self.written = True

    def forbid(self) -> bool:
        """Forbid writing from now on, and return whether nothing was written."""
        with self._lock:
            self._forbidden = True
            return not self.written


class Session(requests.Session):
    """A session for one exchange at a time; ``first_byte`` belongs to the current one.

    ``stall`` is the timeout in seconds for sending further bytes of a body; ``key`` is sent
    with every request.
    """

    def __init__(self, *, stall: float = 30.0, key: str = "") -> None:
        super().__init__()
        self.first_byte = FirstByte()
        self.stall = stall
        self.sock: Any = None  # of the newest connection
        self.trust_env = False
        self.auth = _no_credentials
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.clear()
        self.headers.update(
            {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
        )
        if key:
            self.headers["Authorization"] = f"Bearer {key}"
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(self))


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add no credentials: without an auth object requests takes them from the URL."""
    return request


class _Adapter(HTTPAdapter):
    """Makes every connection, direct or through a proxy, report its first byte to the session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  as in requests
        super().init_poolmanager(*arguments, **options)
        _watch(self.poolmanager, self._session)

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  as above
        manager = super().proxy_manager_for(*arguments, **options)
        _watch(manager, self._session)
        return manager


def _watch(manager: Any, session: Session) -> None:  # noqa: ANN401  urllib3 has several types
    manager.pool_classes_by_scheme = {
        scheme: _watched_pool(pool, session)
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _watched_pool(pool: Any, session: Session) -> Any:  # noqa: ANN401  returns a new class
    """Return a pool class whose connections are watched; the same one if they already are."""
    if issubclass(pool.ConnectionCls, _WatchedConnection):
        return pool
    names = {"session": session}
    connection = type("Watched", (_WatchedConnection, pool.ConnectionCls), names)
    return type("WatchedPool", (pool,), {"ConnectionCls": connection})


class _WatchedConnection:
    """A mixin for urllib3's connections that reports the first byte of the request.

    Bytes that are sent during the connect (``CONNECT`` to a proxy, a TLS handshake) are not
    part of the request.
    """

    session: Session
    sock: Any
    _connecting = False

    def connect(self) -> None:
        self._connecting = True
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._connecting = False
        self.session.sock = self.sock

    def send(self, data: Any) -> None:  # noqa: ANN401  bytes, or an object to read from
        if self.sock is None:
            self.connect()
        if not self._connecting:
            self.session.first_byte.write()
            # urllib3 keeps the connect timeout while it sends; it sets the read timeout later
            self.sock.settimeout(self.session.stall)
        super().send(data)  # type: ignore[misc]
