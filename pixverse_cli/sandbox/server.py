"""Sockets: Werkzeug's threaded server, extended to keep connections alive or to break them.

Werkzeug parses the requests. The replies are written here, because its own writer closes each
connection, and because some scenarios (half a body, a reset) work below HTTP.
"""

import selectors
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from email.utils import format_datetime
from http import HTTPStatus
from typing import IO, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.sandbox.exchange import Call, Delivery, Reply, Request

_ADDRESS = "127.0.0.1"

_IDLE_SECONDS = 75.0  # that a connection may wait for its next request
_CHUNK = 256 * 1024
_MAX_DRAIN = 256 * 1024 * 1024  # bytes of a too large body: read so that the client gets the reply
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST

Site = Callable[[Request], Reply]


class Host(ThreadedWSGIServer):
    """One listening port; ``site`` answers its requests.

    ``banner`` is its Server header, ``max_body`` the largest body that it accepts, in bytes.
    ``on_call`` gets each exchange before its reply is written.
    ``stall`` returns for how many seconds it stops in the middle of reading a body.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        name: str,
        *,
        port: int,
        banner: str,
        max_body: int,
        clock: Clock,
        on_call: Callable[[Call], None],
    ) -> None:
        super().__init__(_ADDRESS, port, app=_no_app, handler=_Handler)
        self.name = name
        self.banner = banner
        self.max_body = max_body
        self.clock = clock
        self.on_call = on_call
        self.site: Site
        self.stall: Callable[[], float] = float
        self.connections: set[socket.socket] = set()

    def server_bind(self) -> None:
        """Bind without a reverse name lookup, which can take seconds.

        :raises UsageError: the port is taken or not permitted; Werkzeug would print and exit.
        """
        try:
            socketserver.TCPServer.server_bind(self)
        except (OSError, OverflowError) as error:
            port = self.server_address[1]
            raise UsageError(
                f"cannot listen on port {port} of {_ADDRESS}: {error}",
                hint="choose another port, or 0 for a free one",
            ) from error
        self.server_name, self.server_port = _ADDRESS, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  as socketserver has it
        """Serve a connection in a new thread."""
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401  as socketserver has it
        """End a connection; one that is to be reset is closed without a shutdown."""
        self.connections.discard(request)
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET)) != _RESET:
            super().shutdown_request(request)
        else:
            self.close_request(request)

    @property
    def origin(self) -> str:
        """Scheme, address and port."""
        return f"http://{_ADDRESS}:{self.server_port}"

    def close_all(self) -> None:
        """Close the port and every connection."""
        self.server_close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # already closed
                continue


def _no_app(_environ: object, _start: object) -> list[bytes]:
    return []


class Listener:
    """One thread that accepts the connections of all hosts, and stops at once on ``close``."""

    def __init__(self, hosts: Sequence[Host]) -> None:
        self._hosts = hosts
        self._wakeup, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._listen, daemon=True, name="sandbox")
        self._thread.start()

    def _listen(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wakeup, selectors.EVENT_READ)
            for host in self._hosts:
                selector.register(host, selectors.EVENT_READ, host)
            while True:
                ready = [key.data for key, _ in selector.select()]
                if None in ready:
                    return
                for host in ready:
                    host.handle_request()

    def close(self) -> None:
        """Stop listening and close all connections; calling it again does nothing."""
        if not self._thread.is_alive():
            return
        self._waker.send(b"x")
        self._thread.join()
        for host in self._hosts:
            host.close_all()
        self._wakeup.close()
        self._waker.close()


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    server: Host

    def version_string(self) -> str:
        return self.server.banner

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002  taken from the sandbox's clock
        return format_datetime(self.server.clock.now(), usegmt=True)

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  Werkzeug's name
        """Print nothing: ``Sandbox.calls`` is the log."""

    def run_wsgi(self) -> None:
        """Answer one request; Werkzeug calls this for every method."""
        request = self._request()
        reply = self.server.site(request)
        unsent = reply.delivery in (Delivery.CLOSED, Delivery.RESET)
        self.server.on_call(
            Call(
                host=self.server.name,
                method=request.method,
                target=request.target,
                status=0 if unsent else reply.status,
                headers=request.headers,
                at=self.server.clock.now(),
            )
        )
        if not unsent:
            self._write(reply)
        if reply.delivery is not Delivery.WHOLE:
            self.close_connection = True
        if reply.delivery is Delivery.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _request(self) -> Request:
        environ = self.make_environ()
        return Request(
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._read(environ["wsgi.input"], chunked="wsgi.input_terminated" in environ),
        )

    def _read(self, stream: IO[bytes], *, chunked: bool) -> bytes | None:
        """Return the body, or None if it is too large; its bytes are then read and dropped."""
        announced = self.headers.get("Content-Length", "0")
        left = int(announced) if announced.isascii() and announced.isdigit() else 0
        left = _MAX_DRAIN if chunked else left
        if left > _MAX_DRAIN:
            self.close_connection = True
            return None
        body, size = bytearray(), 0
        while left and (data := stream.read(min(left, _CHUNK))):
            if not size and (seconds := self.server.stall()):
                self.server.clock.sleep(seconds)
            left, size = left - len(data), size + len(data)
            if size <= self.server.max_body:
                body += data
        return bytes(body) if size <= self.server.max_body else None

    def _write(self, reply: Reply) -> None:
        chunked = reply.chunked and self.request_version != "HTTP/1.0"
        self.send_response_only(reply.status, HTTPStatus(reply.status).phrase)
        for name, value in self._headers(reply, chunked=chunked):
            self.send_header(name.lower() if reply.lower_case else name, value)
        self.end_headers()
        if self.command != "HEAD":
            half = len(reply.body) // 2 if reply.delivery is Delivery.CUT else len(reply.body)
            self.wfile.write(_in_chunks(reply.body) if chunked else memoryview(reply.body)[:half])
        self.wfile.flush()

    def _headers(self, reply: Reply, *, chunked: bool) -> Iterator[tuple[str, str]]:
        yield "Server", self.version_string()
        yield "Date", self.date_time_string()
        yield from reply.headers
        if chunked:
            yield "Transfer-Encoding", "chunked"
        elif reply.status != 204:
            yield "Content-Length", str(len(reply.body))


def _in_chunks(body: bytes) -> bytes:
    """Return a body in two chunks, so that a client that reads only the first one fails."""
    parts = (body[: len(body) // 2], body[len(body) // 2 :])
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part) + b"0\r\n\r\n"
