"""Undoing the ``Content-Encoding`` of a response's body, piece by piece.

Some gateways compress without being asked to (RFC 9110, section 8.4). ``deflate`` means zlib's
format there, but some servers send bare deflate data, and some send the header for data that
is not compressed: the first two bytes decide.
"""

import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Protocol

from pixverse_cli.disk.files import CHUNK

_CODINGS = ("gzip", "x-gzip", "deflate")
_GZIP = b"\x1f\x8b"


class Readable(Protocol):
    """An object whose bytes are read in pieces, such as an open file or the body of a response."""

    def read(self, count: int, /) -> bytes:
        """Return at most ``count`` bytes; b"" at the end.

        :raises OSError: reading failed, or the connection was interrupted.
        """


def is_compressed(encoding: str) -> bool:
    """Return whether :class:`DecodedBody` can undo a ``Content-Encoding``."""
    return encoding.strip().lower() in _CODINGS


class DecodedBody:
    """A compressed body, decoded; ``length`` is its promised length as sent, if known."""

    def __init__(self, body: Readable, length: int | None) -> None:
        self._pieces = _decoded(_received(body, length))

    def read(self, _count: int, /) -> bytes:
        """Return up to 256 KiB of decoded bytes; b"" at the end.

        :raises OSError: the connection was interrupted, the body ends too early or is damaged.
        """
        try:
            return next(self._pieces, b"")
        except zlib.error as error:
            raise OSError("the compressed data is damaged") from error


def _received(body: Readable, length: int | None) -> Iterator[bytes]:
    count = 0
    while chunk := body.read(CHUNK):
        count += len(chunk)
        yield chunk
    if count < (length or 0):
        raise OSError(f"only {count} of {length} bytes were sent")


def _decoded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield decoded pieces of at most 256 KiB, however much a chunk decodes to."""
    start = b""
    while len(start) < len(_GZIP) and (chunk := next(chunks, b"")):
        start += chunk
    window_bits = _window_bits(start)
    if window_bits is None:
        yield from chain((start,), chunks)
        return
    decoder, data = zlib.decompressobj(window_bits), b""
    for chunk in chain((start,), chunks):
        data += chunk
        while data:
            if decoder.eof and len(data) < len(_GZIP):
                break  # too little to say what follows
            if decoder.eof and not data.startswith(_GZIP):
                return  # what follows the compressed data is ignored
            if decoder.eof:  # one compressed part follows another
                decoder = zlib.decompressobj(window_bits)
            yield from _inflated(decoder, data)
            data = decoder.unused_data
    if not decoder.eof:
        raise OSError("it ends in the middle of its compressed data")


def _inflated(decoder: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    while piece := decoder.decompress(data, CHUNK):
        yield piece
        data = decoder.unconsumed_tail


def _window_bits(start: bytes) -> int | None:
    """Return zlib's argument for a compressed format; None if the data is not compressed."""
    if start.startswith(_GZIP):
        return zlib.MAX_WBITS | 16
    if len(start) < len(_GZIP) or start.startswith((b"\0", b"<", b"{")):  # an MP4, or an error page
        return None
    has_header = start[0] & 0x0F == 8 and int.from_bytes(start[:2]) % 31 == 0  # RFC 1950
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
