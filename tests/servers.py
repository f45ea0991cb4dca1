"""A server that sends exactly the given bytes: one script for each connection.

A script is a sequence of steps: ``bytes`` are sent, a :class:`Pause` waits, :data:`RESET`
ends the connection with a TCP reset, :data:`HANG` keeps it open and silent until the server
closes, :data:`READ` reads the rest of the request, a function takes the request's bytes and
returns further steps. After the last step
the connection is closed. Each connection's request is read completely first, unless the script
says how many bytes are read (``Script(..., reads=0)``).

At the end of the ``with`` block the test fails if there were more or fewer connections than
scripts.
"""

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ssl import SSLContext
from typing import Self


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait for ``seconds`` seconds."""

    seconds: float


class _Reset:
    """End with a TCP reset."""


class _Hang:
    """Stay open and silent."""


class _Read:
    """Read the rest of the request."""


RESET = _Reset()
HANG = _Hang()
READ = _Read()

Step = bytes | Pause | _Reset | _Hang | _Read | Callable[[bytes], "Sequence[Step]"]


@dataclass(frozen=True)
class Script:
    """Steps, and how many bytes of the request are read before them (None: all)."""

    steps: Sequence[Step]
    reads: int | None = None


class ScriptedServer:
    """Listens on loopback; ``requests`` has the bytes that each connection sent, in order."""

    def __init__(self, *scripts: Script | Sequence[Step], tls: SSLContext | None = None):
        self._scripts = [s if isinstance(s, Script) else Script(s) for s in scripts]
        self._tls = tls
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.01)
        self.port = self._socket.getsockname()[1]
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def url(self, path: str = "/video.mp4") -> str:
        return self.origin + path

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()
        if kind is None:
            assert self.connections == len(self._scripts), "scripts and connections differ"

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._socket.accept()
                number = self.connections
                self.connections += 1
                self.requests.append(b"")
                self._start(self._serve, connection, number)

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(10)
        # some tests close the connection, or do not trust the certificate
        with contextlib.suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            if number < len(self._scripts):
                script = self._scripts[number]
                self._read(connection, number, script.reads)
                self._play(connection, script.steps, number)
        connection.close()

    def _read(self, connection: socket.socket, number: int, count: int | None) -> None:
        while self._wants_more(self.requests[number], count):
            received = connection.recv(65536 if count is None else count)
            if not received:
                break
            self.requests[number] += received

    @staticmethod
    def _wants_more(request: bytes, count: int | None) -> bool:
        if count is not None:
            return len(request) < count
        end = request.find(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: *(\d+)", request[: end + 2], re.IGNORECASE)
        return end < 0 or len(request) - end - 4 < int(length[1] if length else 0)

    def _play(self, connection: socket.socket, steps: Sequence[Step], number: int) -> None:
        for step in steps:
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, Pause):
                self._closing.wait(step.seconds)
            elif step is HANG:
                self._closing.wait()
            elif step is READ:
                self._read(connection, number, None)
            elif step is RESET:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            else:
                self._play(connection, step(self.requests[number]), number)


def answer(body: bytes = b"", *, status: str = "200 OK", **headers: str | None) -> bytes:
    """Return an HTTP/1.1 answer; ``content_length=None`` leaves that header out."""
    fields = {"content_length": str(len(body))} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1") + body
