"""Tasks as the service reports them, and records: what the store keeps of each."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.errors import Charged
from pixverse_cli.domain.frozen import Frozen
from pixverse_cli.domain.terms import TASK_LIFE_SECONDS

if TYPE_CHECKING:
    from decimal import Decimal


class Status(StrEnum):
    """The service's six states, and two of this program for create calls without a known task."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"
    UNCLEAR = "UNCLEAR"
    NOT_SENT = "NOT_SENT"

    @property
    def final(self) -> bool:
        """Whether the task cannot change any more (UNKNOWN can: the service replicates late)."""
        return self in (Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.NOT_SENT)

    @property
    def unfinished(self) -> bool:
        """Whether the task is queued or running, as far as is known."""
        return self in (Status.PENDING, Status.RUNNING)


_LONGEST_SECONDS = 86_400  # of a video; more is a mistake of the service
_CHARGES = {
    Status.FAILED: Charged.NO,
    Status.CANCELED: Charged.NO,
    Status.NOT_SENT: Charged.NO,
    Status.UNCLEAR: Charged.UNKNOWN,
}


class Task(Frozen):
    """One answer of the service about one task.

    ``raw_status`` is the status as the service spelled it; an unknown one counts as RUNNING.
    """

    task_id: str
    status: Status
    raw_status: str
    request_id: str | None = None
    submitted_at: datetime | None = None
    scheduled_at: datetime | None = None
    ended_at: datetime | None = None
    orig_prompt: str | None = None
    video_url: str | None = None
    usage: Mapping[str, object] = MappingProxyType({})
    error_code: str | None = None
    error_message: str | None = None


class ListedTask(Frozen):
    """One row of the service's task list; it carries no video URL and no prompt."""

    task_id: str
    status: Status
    model: str
    request_id: str | None
    submitted_at: datetime | None
    ended_at: datetime | None = None


class RecordInput(NamedTuple):
    """One input of a recorded request; ``source`` as the user named it, without a URL's query.

    ``sha256`` is that of a local file.
    """

    role: str
    name: str | None
    source: str
    sha256: str | None = None


class Record(Frozen):
    """What the store keeps of one paid request; ``number`` is its primary key.

    A record is written before the create call is sent (status UNCLEAR, no ``task_id``), so
    that a process that dies during the call leaves a trace. ``provisional``: the task id was
    found by a search, and the task may turn out to belong to another request. ``account``
    names the key of the create call without giving it away, ``take`` counts videos of the same
    request, ``parameters`` holds those without a field here (aspect_ratio, size, text, voice),
    ``seen_at`` is when the service last reported the task. ``boot``,
    ``began_at_uptime`` and ``ended_at_uptime`` say when the call began and ended by the
    machine's uptime. Fields that are None are unknown, as for a task that another machine
    submitted.
    """

    number: int
    status: Status
    task_id: str | None = None
    service: str
    account: str | None = None
    model: str | None = None
    kind: str | None = None
    image: str | None = None
    inputs: tuple[RecordInput, ...] = ()
    prompt: str | None = None
    resolution: str | None = None
    duration: int | None = None
    audio: bool | None = None
    watermark: bool | None = None
    shot_type: str | None = None
    seed: int | None = None
    parameters: Mapping[str, object] = MappingProxyType({})
    fingerprint: str | None = None
    take: int = 1
    estimate: "Decimal | None" = None
    intent_at: datetime | None = None
    boot: str | None = None
    began_at_uptime: float | None = None
    ended_at_uptime: float | None = None
    process: str | None = None
    run: str | None = None
    provisional: bool | None = None
    request_id: str | None = None
    submitted_at: datetime | None = None
    scheduled_at: datetime | None = None
    ended_at: datetime | None = None
    seen_at: datetime | None = None
    video_url: str | None = None
    usage: Mapping[str, object] = MappingProxyType({})
    error_code: str | None = None
    error_message: str | None = None
    file: str | None = None
    sha256: str | None = None

    @property
    def label(self) -> str | None:
        """The first input as the user named it; None if there is none."""
        return self.inputs[0].source if self.inputs else self.image

    @property
    def title(self) -> str:
        """What a sentence calls the request: its first input, or its kind."""
        return self.label or self.kind or "a task"

    @property
    def seconds(self) -> float | None:
        """The length of the video: what ``usage`` reports, or else what was requested."""
        reported = self.usage.get("duration")
        if isinstance(reported, (int, float)) and not isinstance(reported, bool):
            return reported if 0 < reported < _LONGEST_SECONDS else self.duration
        return self.duration

    @property
    def charged(self) -> Charged:
        """Whether this request costs money; a provisional task may be another request's."""
        if self.provisional:
            return Charged.UNKNOWN
        return _CHARGES.get(self.status, Charged.YES)

    @property
    def expires_at(self) -> datetime | None:
        """When the service deletes the task: 24 hours after it was submitted."""
        if self.submitted_at is None or self.task_id is None:
            return None
        try:
            return self.submitted_at + timedelta(seconds=TASK_LIFE_SECONDS)
        except OverflowError:  # the service sent a time at the end of datetime's range
            return None

    @property
    def actual_cost(self) -> "Decimal | None":
        """The list price, in CNY, of the duration, tier and audio that ``usage`` reports.

        None if it is not known: for a usage that cannot be read, or another region than Beijing.
        """
        usage = self.usage
        return _cost(
            self.service,
            self.model,
            seconds=f"{usage.get('duration')}",
            tier=f"{usage.get('SR')}".rstrip("pP") + "P",
            audio=usage.get("audio") is True,
            with_inputs=bool(self.inputs),
            with_video=self.duration is None,
        )


@lru_cache(maxsize=256)  # a list of many records has few different ones
def _cost(
    service: str,
    name: str | None,
    *,
    seconds: str,
    tier: str,
    audio: bool,
    with_inputs: bool,
    with_video: bool,
) -> "Decimal | None":
    """Return :attr:`Record.actual_cost`; ``seconds`` is the text that the usage reports."""
    from decimal import Decimal, InvalidOperation  # noqa: PLC0415  few commands show a price

    from pixverse_cli.domain.catalog import Resolution, find_model  # noqa: PLC0415
    from pixverse_cli.domain.hosts import service_host  # noqa: PLC0415

    model = find_model(name)
    if model is None or (model.prices_with_video and not with_inputs):
        return None  # which price holds depends on the inputs, and they are not known
    try:
        ran = Decimal(seconds)
        resolution = Resolution(tier) if model.resolutions else None
        price = model.price(resolution, audio=audio, with_video=with_video)
        possible = 0 < ran < _LONGEST_SECONDS  # an order with NaN is an InvalidOperation
    except (ValueError, KeyError, InvalidOperation):
        return None
    return price * ran if possible and service_host(service).priced else None


class RemoteTask(NamedTuple):
    """A task of the service's list; ``known`` if the store holds it.

    ``record`` is the store's with the list's status, else one of what the row says.
    """

    record: Record
    known: bool
