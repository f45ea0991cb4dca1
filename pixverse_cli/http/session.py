"""A requests session of ours: nothing of the environment but proxies and certificates.

No ``~/.netrc`` (it would replace the API key), no cookies, no redirects by itself, and for
each exchange a mark that tells whether its first byte was written.
"""

import threading
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from pixverse_cli import __version__

USER_AGENT = f"pixverse-cli/{__version__}"


class FirstByte:
    """Whether the first byte of a request was written, and a way to forbid that it ever is.

    Money hangs on it: before that byte the service certainly saw nothing. Whoever stops
    waiting for a call that runs on another thread forbids it first, and so knows for certain.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forbidden = False
        self.written = False

    def write(self) -> None:
        """Note that the next thing to happen is the write.

        :raises ConnectionAbortedError: it was forbidden.
        """
        with self._lock:
            if self._forbidden:
                raise ConnectionAbortedError("given up before anything was sent")
            self.written = True

    def forbid(self) -> bool:
        """Return whether nothing was written; from now on nothing will be."""
        with self._lock:
            self._forbidden = True
            return not self.written


class Session(requests.Session):
    """One exchange at a time; ``first_byte`` belongs to the one under way.

    ``stall`` is how many seconds the other side may take no further byte of a body; ``key``
    travels with every request.
    """

    def __init__(self, *, stall: float = 30.0, key: str = "") -> None:
        super().__init__()
        self.first_byte = FirstByte()
        self.stall = stall
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
    """Stand where credentials would: without this requests takes some from the URL."""
    return request


class _Adapter(HTTPAdapter):
    """Lets every connection, direct or through a proxy, tell its session about the first byte."""

    def __init__(self, session: Session) -> None:
        self._session = session
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  requests' own
        super().init_poolmanager(*arguments, **options)
        _mark(self.poolmanager, self._session)

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  as above
        manager = super().proxy_manager_for(*arguments, **options)
        _mark(manager, self._session)
        return manager


def _mark(manager: Any, session: Session) -> None:  # noqa: ANN401  urllib3's kinds of manager differ
    manager.pool_classes_by_scheme = {
        scheme: _marked_pool(pool, session)
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _marked_pool(pool: Any, session: Session) -> Any:  # noqa: ANN401  classes are made here
    """Return a kind of pool whose connections are watched; one that is watched already stays."""
    if issubclass(pool.ConnectionCls, _WatchedConnection):
        return pool
    names = {"session": session}
    connection = type("Watched", (_WatchedConnection, pool.ConnectionCls), names)
    return type("WatchedPool", (pool,), {"ConnectionCls": connection})


class _WatchedConnection:
    """Put before urllib3's connection: what it sends once connected is the request itself.

    What goes out while it connects (``CONNECT`` to a proxy, a TLS handshake) is not.
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
        # urllib3 leaves the connect time-out in place while a body is sent
        self.sock.settimeout(self.session.stall)

    def send(self, data: Any) -> None:  # noqa: ANN401  bytes, or what is read piece by piece
        if self.sock is None:
            self.connect()
        if not self._connecting:
            self.session.first_byte.write()
        super().send(data)  # type: ignore[misc]
