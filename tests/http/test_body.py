"""A body's Content-Encoding, undone piece by piece."""

import gzip
import io
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.http.body import DecodedBody, is_compressed

DATA = bytes(range(250)) * 12


def bare_deflate(data):
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def unchanged(data):
    return data


ENCODERS = (gzip.compress, zlib.compress, bare_deflate)


def decoded(data, length=None, size=1000):
    """Decode data that arrives in chunks of ``size`` bytes."""

    class Slow(io.BytesIO):
        def read(self, count=-1):
            return super().read(min(count, size))

    body = DecodedBody(Slow(data), length)
    return b"".join(iter(lambda: body.read(100), b""))


@pytest.mark.parametrize("encode", [*ENCODERS, unchanged])
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_every_form_of_compression_is_decoded_101(encode, size):
    data = DATA
    assert decoded(encode(data), len(encode(data)), size) == data


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=4), st.integers(1, 30))
def test_several_compressed_parts_are_one_body_101(parts, size):
    data = b"".join(gzip.compress(part) for part in parts)
    assert decoded(data, size=size) == b"".join(parts)


def test_a_body_of_nothing_is_nothing_101():
    assert decoded(b"") == decoded(b"", 0) == b""
    with pytest.raises(OSError, match="only 0 of 1 bytes were sent"):
        decoded(b"", 1)


def test_bytes_behind_the_compressed_data_are_ignored_101():
    for encode in ENCODERS:
        for size in (1, 1000):
            assert decoded(encode(b"\0video") + b"behind", size=size) == b"\0video"


def test_a_piece_is_small_however_much_is_compressed_101():
    body = DecodedBody(io.BytesIO(gzip.compress(bytes(10_000_000))), None)
    pieces = list(iter(lambda: body.read(100), b""))
    assert sum(map(len, pieces)) == 10_000_000
    assert max(map(len, pieces)) <= 256 * 1024


@pytest.mark.parametrize("encode", ENCODERS)
def test_a_compressed_body_that_ends_too_early_is_an_error_101(encode):
    data = encode(DATA)
    for cut in (2, len(data) // 2, len(data) - 1):
        with pytest.raises(OSError, match=r"in the middle|damaged"):
            decoded(data[:cut])
        with pytest.raises(OSError, match=r"bytes were sent|in the middle|damaged"):
            decoded(data[:cut], len(data))
    with pytest.raises(OSError, match=f"only {len(data)} of {len(data) + 1} bytes were sent"):
        decoded(data, len(data) + 1)


@given(st.binary())
def test_hostile_bytes_are_decoded_or_an_error_101(data):
    for body in (data, gzip.compress(b"x")[:10] + data):
        with suppress(OSError):
            decoded(body)


def test_only_known_encodings_are_decoded_101():
    assert all(is_compressed(name) for name in ("gzip", " GZIP ", "x-gzip", "deflate"))
    assert not any(is_compressed(name) for name in ("", "identity", "br", "zstd", "gzip, br"))
