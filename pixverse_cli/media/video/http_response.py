"""What a server's answer to a (range) request means for the bytes that are there already.

Rules: RFC 9110, sections 13.1.5 (If-Range), 14.4 (Content-Range), 15.3.7 (206), 15.5.17 (416).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum

from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.http.addresses import without_secrets
from pixverse_cli.media.video.failures import BrokenOffError, LinkDeadError, WrongContentError
from pixverse_cli.media.video.part_file import Origin

_FOR_THE_MOMENT = {408, 425, 429}
_SURE_SECONDS = 60  # a Last-Modified as fresh as its answer may name two contents


class Decision(StrEnum):
    """What to do with a response's body."""

    APPEND = "append"
    START_OVER = "start over"
    COMPLETE = "complete"
    ASK_FOR_ALL = "ask again, without a range"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoResponse:
    """A status line and its headers (names in any case), for the ``url`` that was asked for."""

    url: str
    status: int
    headers: Mapping[str, str]

    @property
    def length(self) -> int | None:
        """The length of the body in bytes, if it is promised."""
        if "Transfer-Encoding" in self.headers:  # it overrides (RFC 9112, section 6.3)
            return None
        return _number(self.headers.get("Content-Length", ""))

    @property
    def range(self) -> tuple[int, int, int] | None:
        """First byte, last byte and whole length of a 206, if told."""
        found = re.fullmatch(
            r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", self.headers.get("Content-Range", "")
        )
        return (int(found[1]), int(found[2]), int(found[3])) if found else None

    @property
    def whole_length(self) -> int | None:
        """The length of the whole content, of which a 206 brings a part."""
        return self.range[2] if self.range else self.length

    @property
    def validator(self) -> str | None:
        """What can stand in If-Range: a strong ETag, or a Last-Modified that is sure."""
        etag = self.headers.get("ETag", "")
        if re.fullmatch(r'"[\x21\x23-\x7e]+"', etag):
            return etag
        try:
            changed = parsedate_to_datetime(self.headers["Last-Modified"])
            answered = parsedate_to_datetime(self.headers["Date"])
            sure = (answered - changed).total_seconds() >= _SURE_SECONDS
        except (KeyError, ValueError, TypeError):  # not told, no date, or one without a zone
            return None
        return self.headers["Last-Modified"] if sure else None

    @property
    def origin(self) -> Origin | None:
        """What to remember, to go on later; None when going on would be a gamble."""
        if self.validator is None:
            return None
        return Origin(url=without_secrets(self.url), validator=self.validator, total=self.length)


def decide(response: VideoResponse, *, held: int, origin: Origin | None) -> Decision:
    """Decide about the response to a request that asked for the bytes from ``held`` on.

    ``origin`` is None when everything was asked for.

    :raises LinkDeadError: a fresh URL may help.
    :raises BrokenOffError: time may help.
    :raises WrongContentError: a success that is none.
    """
    match response.status:
        case 200:
            return Decision.START_OVER
        case 206 if origin is not None:
            return Decision.APPEND if _fits(response, held, origin) else Decision.ASK_FOR_ALL
        case 416 if origin is not None:
            whole = response.headers.get("Content-Range") == f"bytes */{held}"
            return Decision.COMPLETE if whole else Decision.ASK_FOR_ALL
        case _:
            raise refusal(response)


def _fits(response: VideoResponse, held: int, origin: Origin) -> bool:
    """Return whether a 206 begins where we end, runs to the end, and is of the same content."""
    if response.range is None:
        return False
    first, last, total = response.range
    return (
        first == held
        and last == total - 1
        and response.length in {None, total - held}
        and origin.total in {None, total}
        and _is_unchanged(response, origin)
    )


def _is_unchanged(response: VideoResponse, origin: Origin) -> bool:
    name = "ETag" if origin.validator.startswith('"') else "Last-Modified"
    return response.headers.get(name, origin.validator) == origin.validator


def refusal(response: VideoResponse) -> NotSavedError:
    """Return the error for a response that brings no video."""
    status, said = response.status, f"{without_secrets(response.url)} answers {response.status}"
    if status >= 500 or status in _FOR_THE_MOMENT:
        return BrokenOffError(
            f"{said}: not available for the moment",
            http_status=status,
            retry_after=_number(response.headers.get("Retry-After", "")),
        )
    if status >= 400:
        return LinkDeadError(f"{said}: the link does not work (any more)", http_status=status)
    return WrongContentError(f"{said}, which is no video", http_status=status)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,18}", text) else None
