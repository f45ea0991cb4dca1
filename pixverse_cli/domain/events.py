"""What happens on the way to a video, as frozen facts that the flows yield.

``name`` is the word in the ``--events`` stream, None for what only people are told.
:class:`Ended` closes a task's story, with the error that it ended in, if any.
"""

from dataclasses import dataclass
from typing import ClassVar

from pixverse_cli.domain.errors import PixverseError
from pixverse_cli.domain.task import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploading:
    """``sent`` of ``total`` bytes of the image are on their way to the temporary store."""

    name: ClassVar[str] = "uploading"
    image: str
    sent: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """The image has a URL; ``cached`` when an earlier upload of the same bytes serves."""

    name: ClassVar[str] = "uploaded"
    image: str
    url: str
    cached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The record as it stands in the store, before the service is asked; not drawn.

    Whoever drains a flow can then say on a signal what the command was about. ``position`` is the
    order's place on the command line where the record is an equal request's.
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
    """How long ``count`` earlier tasks of the same kind took: most of them ``low`` to ``high``.

    In seconds, from this store's own history.
    """

    name: ClassVar[str | None] = None
    record: Record
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The service answered how a task stands, and the store holds the answer.

    ``note`` tells something odd about the answer, once (a status word nobody knows).
    """

    name: ClassVar[str] = "status"
    record: Record
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """A call did not work and will be tried again in ``delay`` seconds."""

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
    """The video is whole, checked, and under its final name."""

    name: ClassVar[str] = "saved"
    record: Record
    already: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that a person should know and that changes nothing."""

    name: ClassVar[str | None] = None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One task's story is over: as asked, or with ``error``.

    ``record`` is None when nothing is worth remembering (the request was never sent).
    """

    name: ClassVar[str] = "failed"
    record: Record | None
    error: PixverseError | None = None
    label: str | None = None


Event = (
    Uploading
    | Uploaded
    | Known
    | Submitted
    | Expected
    | Seen
    | Retrying
    | Downloading
    | Saved
    | Note
    | Ended
)
