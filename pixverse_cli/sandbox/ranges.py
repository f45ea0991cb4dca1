"""Which bytes of a file a GET asks for (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Mapping

_ONE_RANGE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*")


class Unsatisfiable(Exception):  # noqa: N818  an answer (416), not an error of ours
    """The range begins behind the end of the file."""


def asked(headers: Mapping[str, str], *, length: int, etag: str) -> range | None:
    """Return the bytes asked for, or None for the whole file.

    A range that is malformed, one of several, or of another file by If-Range counts for
    nothing.

    :raises Unsatisfiable: well-formed, and not one byte of it is there.
    """
    found = _ONE_RANGE.fullmatch(headers.get("range", ""))
    if found is None or headers.get("if-range", etag) != etag:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        return _suffix(int(last), length)
    end = min(int(last), length - 1) if last else length - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= length:
        raise Unsatisfiable
    return range(int(first), end + 1)


def _suffix(count: int, length: int) -> range:
    if not count or not length:
        raise Unsatisfiable
    return range(max(0, length - count), length)
