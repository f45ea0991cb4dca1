"""The events that the flows yield on the way to a video, as frozen values.

``name`` is the event's name in the ``--events`` stream, None if only people see the event.
:class:`Ended` is the last event of a task, with its error, if any.
"""

from dataclasses import dataclass
from typing import ClassVar

from pixverse_cli.domain.errors import PixverseError
from pixverse_cli.domain.task import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The first event of a command that knows how many tasks it will end: ``total``."""

    name: ClassVar[str | None] = None
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploading:
    """``sent`` of ``total`` bytes of the image were sent to the temporary store."""

    name: ClassVar[str] = "uploading"
    image: str
    sent: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """The image has a URL; ``cached`` if it is from an earlier upload of the same bytes."""

    name: ClassVar[str] = "uploaded"
    image: str
    url: str
    cached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The record from the store, before the service is asked.

    With it, a command that a signal stops can report its tasks. ``position`` is the order's
    place on the command line, if the record belongs to an equal request.
    """

    name: ClassVar[str | None] = None
    record: Record
    position: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The service accepted the task, and the store holds its id.

    ``position`` is the order's place on the command line, counted from 1.
    """

    name: ClassVar[str] = "submitted"
    record: Record
    position: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How long such a task usually runs: eight of ten run ``low`` to ``high`` seconds.

    Learnt from ``count`` earlier tasks of the same kind in this store.
    """

    name: ClassVar[str | None] = None
    record: Record
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The service reported a task's status, and the store holds it.

    ``note`` describes something unusual in the answer, once (an unknown status).
    """

    name: ClassVar[str] = "status"
    record: Record
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """A call failed and is retried in ``delay`` seconds."""

    name: ClassVar[str] = "retrying"
    reason: str
    delay: float
    task_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloading:
    """``received`` of ``total`` bytes of the video are on disk; ``total`` may be unknown."""

    name: ClassVar[str] = "downloading"
    record: Record
    received: int
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The video is complete, checked, and under its final name."""

    name: ClassVar[str] = "saved"
    record: Record
    already: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRunning:
    """The command stops watching the task, which keeps running at the service."""

    name: ClassVar[str | None] = None
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A remark for people; it changes nothing."""

    name: ClassVar[str | None] = None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The last event of one task: done as requested, or failed with ``error``.

    ``record`` is None if there is nothing to keep (the request was never sent). ``label`` is
    then the image, or the output, as the user gave it.
    """

    name: ClassVar[str] = "failed"
    record: Record | None
    error: PixverseError | None = None
    label: str | None = None


Event = (
    Planned
    | Uploading
    | Uploaded
    | Known
    | Submitted
    | Expected
    | Seen
    | Retrying
    | Downloading
    | Saved
    | LeftRunning
    | Note
    | Ended
)
