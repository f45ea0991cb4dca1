"""The Range and If-Range headers of a GET (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Mapping

_ONE_RANGE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*")


class Unsatisfiable(Exception):  # noqa: N818  becomes a reply (416), not a program error
    """The range starts after the end of the file."""


def requested(headers: Mapping[str, str], *, length: int, etag: str) -> range | None:
    """Return the requested bytes, or None for the whole file.

    The header is ignored if it is malformed, names several ranges, or If-Range names another
    file.

    :raises Unsatisfiable: the range is well-formed, but the file has no byte of it.
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
