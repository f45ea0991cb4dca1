"""The types of the JSON that scripts read; the JSON Schema is generated from them.

Keys are only ever added. Times are RFC 3339 in UTC, absent is null.
"""

from typing import NotRequired, TypedDict

from pixverse_cli.domain.errors import Charged
from pixverse_cli.domain.task import Status


class ParametersJson(TypedDict):
    """The parameters of the request; ``duration`` in seconds.

    ``size`` is ``W*H``, where the model wants one; ``voice`` is the id of the voice that says
    ``text``.
    """

    resolution: str | None
    duration: int | None
    audio: bool | None
    watermark: bool | None
    shot_type: str | None
    seed: int | None
    aspect_ratio: str | None
    size: str | None
    text: str | None
    voice: str | None


class CostJson(TypedDict):
    """Cost at list prices: the estimate, and the cost of what ``usage`` reports."""

    estimate: float | None
    actual: float | None
    currency: str
    prices_as_of: str


class FailureJson(TypedDict):
    """Why a task failed: the service's code and message."""

    code: str | None
    message: str | None


class InputJson(TypedDict):
    """One input of the request; ``source`` as the user named it."""

    role: str
    name: str | None
    source: str


class RecordJson(TypedDict):
    """One task, or one request whose task is not known.

    ``number`` is that of the record in this machine's store: ``#NUMBER`` names it where it has
    no task id. Null for a task that the store does not hold, and for a video of a batch that is
    up to date.
    """

    schema: str
    task_id: str | None
    number: int | None
    status: Status
    model: str | None
    kind: str | None
    image: str | None
    inputs: list[InputJson]
    prompt: str | None
    parameters: ParametersJson
    request_id: str | None
    submitted_at: str | None
    scheduled_at: str | None
    ended_at: str | None
    expires_at: str | None
    video_url: str | None
    file: str | None
    sha256: str | None
    usage: dict[str, object]
    take: int
    provisional: bool
    charged: Charged
    cost: CostJson
    error: FailureJson | None


class EndingJson(TypedDict):
    """How a command, or one of its tasks, ended.

    ``candidates`` are tasks that may be the result of an unclear create call; ``errors`` are
    the endings of the single tasks if there were several.
    """

    code: str
    message: str
    hint: str | None
    service_code: str | None
    request_id: str | None
    http_status: int | None
    retryable: bool
    charged: Charged
    task_id: str | None
    image: str | None
    next: str | None
    candidates: NotRequired[list[str]]
    errors: NotRequired[list["EndingJson"]]


class ErrorJson(TypedDict):
    """The one error object on stderr."""

    schema: str
    error: EndingJson


class EventDetails(TypedDict, total=False):
    """The fields of events; each event has some of them."""

    image: str
    sent: int
    received: int
    total: int | None
    url: str
    cached: bool
    file: str | None
    status: Status
    note: str | None
    reason: str
    delay: float
    error: EndingJson


class EventJson(EventDetails):
    """One step of a command; a record never has the key ``event``."""

    schema: str
    event: str
    at: str | None
    task_id: str | None


class RemoteJson(RecordJson):
    """One of the account's tasks on the service; ``known`` if the store holds it.

    Of a task that the store does not hold, most fields are null.
    """

    known: bool


class ProgramJson(TypedDict):
    """The program that wrote a receipt."""

    name: str
    version: str


class SentJson(TypedDict):
    """The body of a create call; a placeholder stands for the URL of a local file."""

    model: str
    input: object
    parameters: object


class UsedInputJson(InputJson):
    """One input of a receipt; ``sha256`` is that of a local file."""

    sha256: str | None


class VideoFileJson(TypedDict):
    """The video beside its receipt."""

    file: str
    sha256: str | None


class ReceiptJson(TypedDict):
    """The file ``VIDEO.json``; ``request`` is null if another machine submitted the task."""

    schema: str
    program: ProgramJson
    record: RecordJson
    request: SentJson | None
    inputs: list[UsedInputJson]
    video: VideoFileJson


class SpentJson(TypedDict):
    """Sums at list prices; each request's price is in exactly one of the first three.

    ``actual`` is the price of what ``usage`` reports, ``estimate`` that of charged requests
    without ``usage``, ``unclear`` that of requests that may be charged; ``total`` is the sum of
    the first two.
    """

    actual: float
    estimate: float
    unclear: float
    total: float
    currency: str
    prices_as_of: str


class SpendingJson(TypedDict):
    """What a group of requests cost; ``free`` counts requests that failed and cost nothing."""

    schema: str
    by: str
    group: str
    requests: int
    free: int
    unpriced: int
    spent: SpentJson


class EstimateJson(TypedDict):
    """What a request is expected to cost at list prices; null if that is not known before."""

    estimate: float | None
    currency: str
    prices_as_of: str


class PreviewJson(TypedDict):
    """What ``--dry-run`` of one video would send."""

    schema: str
    request: SentJson
    cost: EstimateJson


class PlannedJson(TypedDict):
    """What ``batch --dry-run`` says of one output.

    ``action`` is up-to-date, attach (its task runs), submit, or refuse with an ``error``.
    """

    schema: str
    output: str
    action: str
    request: SentJson | None
    cost: EstimateJson
    error: str | None


class InputRuleJson(TypedDict):
    """What a model takes in one role; a limit that it does not have is null."""

    role: str
    media: str
    least: int
    most: int
    formats: list[str]
    max_bytes: int
    max_side: int | None
    max_seconds: int | None
    max_total_seconds: int | None


class SharedTasksJson(TypedDict):
    """How many tasks run at once, counted over all models of a group."""

    shared_by: str
    most: int


class PricesJson(TypedDict):
    """CNY per billed second by resolution, or by ``any``."""

    silent: dict[str, float]
    audio: dict[str, float]


class ModelJson(TypedDict):
    """One model: what it takes, its limits and list prices."""

    schema: str
    model: str
    alias: str
    kind: str
    prompt: str
    prompt_limit: int
    inputs: list[InputRuleJson]
    parameters: list[str]
    resolutions: list[str]
    aspect_ratios: list[str]
    sizes: dict[str, object]
    durations: dict[str, list[int]]
    length_from: str | None
    shot_types: list[str]
    text_limit: int | None
    voices: dict[str, str]
    running_tasks: SharedTasksJson
    prices: PricesJson
    prices_with_video: PricesJson | None
    currency: str
    prices_as_of: str
    prices_source: str


class CheckJson(TypedDict):
    """One finding of ``doctor``; ``state`` is ok, warning or error."""

    schema: str
    check: str
    state: str
    told: str


class KeyJson(TypedDict):
    """Which key is in use; ``exposed``: other users can read it.

    ``checked`` is there after ``auth login``: whether the service has accepted it.
    """

    schema: str
    key_ending: str
    source: str
    exposed: bool
    service: str
    checked: NotRequired[bool]
