"""Hand-made MP4 files: the smallest that are whole, and larger ones to download."""

import random

FTYP = b"isom\0\0\2\0isomiso2avc1mp41"


def box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4) + kind + content


def long_box(kind: bytes, content: bytes = b"") -> bytes:
    """A box whose length is told in 64 bits."""
    return b"\0\0\0\1" + kind + (16 + len(content)).to_bytes(8) + content


def endless_box(kind: bytes, content: bytes = b"") -> bytes:
    """A box that goes on to the end of the file."""
    return b"\0\0\0\0" + kind + content


def track(handler: bytes = b"vide") -> bytes:
    return box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(13))))


def moov(*tracks: bytes) -> bytes:
    return box(b"moov", box(b"mvhd", bytes(100)) + b"".join(tracks or (track(),)))


def video(size: int = 5_000) -> bytes:
    """A whole MP4 of about ``size`` bytes, with data that no shift leaves equal."""
    return box(b"ftyp", FTYP) + moov() + box(b"mdat", random.Random(size).randbytes(size))
