"""What a server's answer to a (range) request means for the bytes that are there already.

Rules: RFC 9110, sections 13.1.5 (If-Range), 14.4 (Content-Range), 15.3.7 (206), 15.5.17 (416).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum

from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.media.address import shown
from pixverse_cli.media.video.failures import BrokenOffError, LinkDeadError, WrongContentError
from pixverse_cli.media.video.part_file import Origin

_FOR_THE_MOMENT = {408, 425, 429}
_SURE_SECONDS = 60  # a Last-Modified as fresh as its answer may name two contents


class Verdict(StrEnum):
    """What to do with an answer's body."""

    APPEND = "append"
    START_OVER = "start over"
    COMPLETE = "complete"
    ASK_FOR_ALL = "ask again, without a range"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
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
        return Origin(url=shown(self.url), validator=self.validator, total=self.length)


def judge(answer: Answer, *, held: int, origin: Origin | None) -> Verdict:
    """Judge the answer to a request that asked for the bytes from ``held`` on.

    ``origin`` is None when everything was asked for.

    :raises LinkDeadError: a fresh URL may help.
    :raises BrokenOffError: time may help.
    :raises WrongContentError: a success that is none.
    """
    match answer.status:
        case 200:
            return Verdict.START_OVER
        case 206 if origin is not None:
            return Verdict.APPEND if _fits(answer, held, origin) else Verdict.ASK_FOR_ALL
        case 416 if origin is not None:
            whole = answer.headers.get("Content-Range") == f"bytes */{held}"
            return Verdict.COMPLETE if whole else Verdict.ASK_FOR_ALL
        case _:
            raise refusal(answer)


def _fits(answer: Answer, held: int, origin: Origin) -> bool:
    """Return whether a 206 begins where we end, runs to the end, and is of the same content."""
    if answer.range is None:
        return False
    first, last, total = answer.range
    return (
        first == held
        and last == total - 1
        and answer.length in {None, total - held}
        and origin.total in {None, total}
        and _is_unchanged(answer, origin)
    )


def _is_unchanged(answer: Answer, origin: Origin) -> bool:
    name = "ETag" if origin.validator.startswith('"') else "Last-Modified"
    return answer.headers.get(name, origin.validator) == origin.validator


def refusal(answer: Answer) -> NotSavedError:
    """Return the error for an answer that brings no video."""
    status, said = answer.status, f"{shown(answer.url)} answers {answer.status}"
    if status >= 500 or status in _FOR_THE_MOMENT:
        error = BrokenOffError(f"{said}: not available for the moment", http_status=status)
        error.retry_after = _number(answer.headers.get("Retry-After", ""))
        return error
    if status >= 400:
        return LinkDeadError(f"{said}: the link does not work (any more)", http_status=status)
    return WrongContentError(f"{said}, which is no video", http_status=status)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,18}", text) else None
