"""Hand-made MP4 files: the smallest valid ones, and larger ones to download."""

import random

FTYP = b"isom\0\0\2\0isomiso2avc1mp41"


def box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4) + kind + content


def long_box(kind: bytes, content: bytes = b"") -> bytes:
    """A box whose length is written in 64 bits."""
    return b"\0\0\0\1" + kind + (16 + len(content)).to_bytes(8) + content


def endless_box(kind: bytes, content: bytes = b"") -> bytes:
    """A box without a length: it ends at the end of the file."""
    return b"\0\0\0\0" + kind + content


def track(handler: bytes = b"vide") -> bytes:
    return box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(13))))


def moov(*tracks: bytes) -> bytes:
    return box(b"moov", box(b"mvhd", bytes(100)) + b"".join(tracks or (track(),)))


def video(size: int = 5_000) -> bytes:
    """A complete MP4 of about ``size`` bytes, with random data, so that a shift shows."""
    return box(b"ftyp", FTYP) + moov() + box(b"mdat", random.Random(size).randbytes(size))
