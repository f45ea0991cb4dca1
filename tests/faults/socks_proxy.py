"""A little SOCKS5 proxy on loopback (RFC 1928, RFC 1929): it knows where names really are."""

import contextlib
import socket
import threading

from tests.servers import ScriptedServer

NO_PASSWORD, PASSWORD, REFUSED = 0, 2, 255
BY_NAME = 3


class SocksProxy(ScriptedServer):
    """Connects every name to ``port`` of this machine; ``asked`` has the (name, port) pairs.

    With ``login`` (user, password) it demands them. ``code`` is what it answers to a request
    to connect: 0 for success, others as in RFC 1928.
    """

    def __init__(self, port=0, *, login=None, code=0):
        super().__init__()
        self._target, self._login, self._code = port, login, code
        self.asked = []

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def __exit__(self, *_):
        super().__exit__(SocksProxy, *_)

    def _serve(self, connection, number):
        connection.settimeout(10)
        with contextlib.suppress(OSError), connection:
            self.requests[number] = b"connected"
            if self._admits(connection):
                self._connect(connection)

    def _admits(self, connection):
        """Agree on how the client proves who it is, and check it."""
        methods = _exactly(connection, _exactly(connection, 2)[1])
        method = NO_PASSWORD if self._login is None else PASSWORD
        connection.sendall(bytes([5, method if method in methods else REFUSED]))
        if method not in methods or method == NO_PASSWORD:
            return method in methods
        user = _exactly(connection, _exactly(connection, 2)[1]).decode()
        password = _exactly(connection, _exactly(connection, 1)[0]).decode()
        right = (user, password) == self._login
        connection.sendall(bytes([1, not right]))
        return right

    def _connect(self, connection):
        _, _, _, kind = _exactly(connection, 4)
        size = _exactly(connection, 1)[0] if kind == BY_NAME else 4
        name = _exactly(connection, size)
        shown = name.decode() if kind == BY_NAME else socket.inet_ntoa(name)
        self.asked.append((shown, int.from_bytes(_exactly(connection, 2))))
        connection.sendall(bytes([5, self._code, 0, 1, 0, 0, 0, 0, 0, 0]))
        if self._code == 0:
            with socket.create_connection(("127.0.0.1", self._target)) as other:
                _relay(connection, other)


def _exactly(connection, count):
    data = b""
    while len(data) < count:
        received = connection.recv(count - len(data))
        if not received:
            raise ConnectionError("closed")
        data += received
    return data


def _relay(one, other):
    """Pass bytes on in both directions until one side closes."""
    back = threading.Thread(target=_pass_on, args=(other, one), daemon=True)
    back.start()
    _pass_on(one, other)
    back.join()


def _pass_on(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
