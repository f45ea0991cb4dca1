"""The events that the flows yield on the way to a video, as frozen values.

``name`` is the event's name in the ``--events`` stream, None if only people see the event.
:class:`Ended` is the last event of a task, with its error, if any.
"""

from pixverse_cli.domain.errors import PixverseError
from pixverse_cli.domain.frozen import Frozen
from pixverse_cli.domain.task import Record


class Planned(Frozen):
    """The first event of a command that knows how many tasks it will end: ``total``."""

    name = None
    total: int


class Uploading(Frozen):
    """``sent`` of ``total`` bytes of the image were sent to the temporary store."""

    name = "uploading"
    image: str
    sent: int
    total: int


class Uploaded(Frozen):
    """The image has a URL; ``cached`` if it is from an earlier upload of the same bytes."""

    name = "uploaded"
    image: str
    url: str
    cached: bool = False


class Known(Frozen):
    """The record from the store, before the service is asked.

    With it, a command that a signal stops can report its tasks. ``position`` is the order's
    place on the command line, if the record belongs to an equal request.
    """

    name = None
    record: Record
    position: int = 1


class Submitted(Frozen):
    """The service accepted the task, and the store holds its id.

    ``position`` is the order's place on the command line, counted from 1.
    """

    name = "submitted"
    record: Record
    position: int = 1


class Expected(Frozen):
    """How long such a task usually runs: eight of ten run ``low`` to ``high`` seconds.

    Learnt from ``count`` earlier tasks of the same kind in this store.
    """

    name = None
    record: Record
    low: float
    high: float
    count: int


class Seen(Frozen):
    """The service reported a task's status, and the store holds it.

    ``note`` describes something unusual in the answer, once (an unknown status).
    """

    name = "status"
    record: Record
    note: str | None = None


class Retrying(Frozen):
    """A call failed and is retried in ``delay`` seconds."""

    name = "retrying"
    reason: str
    delay: float
    task_id: str | None = None


class Downloading(Frozen):
    """``received`` of ``total`` bytes of the video are on disk; ``total`` may be unknown."""

    name = "downloading"
    record: Record
    received: int
    total: int | None


class Saved(Frozen):
    """The video is complete, checked, and under its final name."""

    name = "saved"
    record: Record
    already: bool = False


class LeftRunning(Frozen):
    """The command stops watching the task, which keeps running at the service."""

    name = None
    record: Record


class Note(Frozen):
    """A remark for people; it changes nothing."""

    name = None
    text: str


class Ended(Frozen):
    """The last event of one task: done as requested, or failed with ``error``.

    ``record`` is None if there is nothing to keep (the request was never sent). ``label`` is
    then the image, or the output, as the user gave it.
    """

    name = "failed"
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
