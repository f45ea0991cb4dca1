"""What the service's error codes mean, and the hint for each, as one table.

Sources: Model Studio's error-code page; field notes for PixVerse's own messages
(protocol notes, sections 3.2 and 3.3). A refused create call and a task that ended
FAILED use the same codes, so both are read here. Unknown codes are shown as they came.
"""

from typing import NamedTuple

from pixverse_cli.domain.errors import (
    AuthError,
    BillingError,
    ContentRefusedError,
    ElsewhereError,
    PixverseError,
    TaskFailedError,
    ThrottledError,
    UnknownTaskError,
    UnreachableError,
    UsageError,
)
from pixverse_cli.domain.frozen import Frozen

_CONSOLE = "https://bailian.console.aliyun.com"

_ACTIVATE = (
    f"open {_CONSOLE} (China, Beijing), find the PixVerse model card,"
    " click Activate Now, then submit again"
)
_KEY = (
    "use a Model Studio key of the China (Beijing) region from"
    f" {_CONSOLE}; `pixverse auth status` shows which key is in use"
)
_PAY = "settle the account's balance in the Alibaba Cloud console, then submit again"
_PERMISSION = "let the key's workspace use the PixVerse models, or use another key"
_TEMPORARY_URL = (
    "the service could not use a file in its temporary store: give a public https URL"
    " instead of the file, or an --upload-command that makes one"
)
_INPUT = (
    "check the format of each input (an image is a JPEG, PNG or WEBP), and that anyone can"
    " download it from its URL"
)
_CONTENT = "change the inputs or the prompt; refused and failed tasks are not billed"
_PARAMETERS = "--dry-run, added to the command that submits, shows the request without sending it"
_BUSY = "wait a minute, then submit again: nothing was bought"
_BUG = "please report this with the request id: the request is not what the service expects"


class _Row(NamedTuple):
    """An error code, or its part before a dot; for vague codes, ``words`` of the message."""

    code: str
    words: str
    kind: type[PixverseError] | None
    hint: str


_TABLE = (
    _Row("", "product is not activated", AuthError, _ACTIVATE),
    _Row("", "does not support synchronous calls", UsageError, _BUG),
    _Row("", "oss://", None, _TEMPORARY_URL),
    _Row("", "provided url does not appear to be valid", None, _TEMPORARY_URL),
    _Row("", "media format is not supported or incorrect", None, _TEMPORARY_URL),
    _Row("", "model not exist", UsageError, "`pixverse models` lists the models"),
    _Row("AccessDenied.Unpurchased", "", AuthError, _ACTIVATE),
    _Row("AllocationQuota", "", BillingError, _PAY),
    _Row("AccessDenied", "", AuthError, _PERMISSION),
    _Row("Model.AccessDenied", "", AuthError, _PERMISSION),
    _Row("Workspace.AccessDenied", "", AuthError, _PERMISSION),
    _Row("App.AccessDenied", "", AuthError, _PERMISSION),
    _Row("NOT AUTHORIZED", "", AuthError, _PERMISSION),
    _Row("InvalidApiKey", "", AuthError, _KEY),
    _Row("invalid_api_key", "", AuthError, _KEY),
    _Row("Arrearage", "", BillingError, _PAY),
    _Row("CommodityNotPurchased", "", BillingError, _ACTIVATE),
    _Row("PrepaidBillOverdue", "", BillingError, _PAY),
    _Row("PostpaidBillOverdue", "", BillingError, _PAY),
    _Row("insufficient_quota", "", BillingError, _PAY),
    _Row("DataInspectionFailed", "", ContentRefusedError, _CONTENT),
    _Row("data_inspection_failed", "", ContentRefusedError, _CONTENT),
    _Row("IPInfringementSuspect", "", ContentRefusedError, _CONTENT),
    _Row("InvalidParameter.DataInspection", "", None, _INPUT),
    _Row("InvalidURL", "", None, _INPUT),
    _Row("InvalidImage", "", None, _INPUT),
    _Row("InvalidImageFormat", "", None, _INPUT),
    _Row("InvalidImageResolution", "", None, _INPUT),
    _Row("InvalidFile", "", None, _INPUT),
    _Row("", "download multimodal content", None, _INPUT),
    _Row("", "media resource", None, _INPUT),
    _Row("ModelNotFound", "", UsageError, "`pixverse models` lists the models"),
    _Row("model_not_found", "", UsageError, "`pixverse models` lists the models"),
    _Row("WorkSpaceNotFound", "", AuthError, _PERMISSION),
    _Row("Throttling", "", ThrottledError, _BUSY),
    _Row("LimitRequests", "", ThrottledError, _BUSY),
    _Row("limit_requests", "", ThrottledError, _BUSY),
    _Row("limit_burst_rate", "", ThrottledError, _BUSY),
    _Row("InvalidParameter", "", None, _PARAMETERS),
    _Row("BadRequest", "", None, _PARAMETERS),
)

_ADDRESS = (
    "check DASHSCOPE_HTTP_BASE_URL: at the service the API's path is /api/v1;"
    " `pixverse doctor` shows the address in use"
)
_BY_HTTP_STATUS = {401: AuthError, 402: BillingError, 403: AuthError, 429: ThrottledError}


class Refusal(Frozen):
    """The service's ``code`` and ``message``, from an error body or a FAILED task."""

    code: str
    message: str
    request_id: str | None = None
    http_status: int | None = None

    @property
    def throttled(self) -> bool:
        """Whether a rate limit refused the call; no task was created then."""
        return _kind(self) is ThrottledError

    @property
    def known(self) -> bool:
        """Whether the code is one that the service documents for a refusal."""
        return _row(self) is not None


def _matches(row: _Row, refusal: Refusal) -> bool:
    if row.words and row.words not in refusal.message.lower():
        return False
    return not row.code or refusal.code == row.code or refusal.code.startswith(row.code + ".")


def _row(refusal: Refusal) -> _Row | None:
    return next((row for row in _TABLE if _matches(row, refusal)), None)


def _kind(refusal: Refusal) -> type[PixverseError] | None:
    row = _row(refusal)
    if row and row.kind:
        return row.kind
    return _BY_HTTP_STATUS.get(refusal.http_status or 0)


def _error(kind: type[PixverseError], refusal: Refusal, *, what: str) -> PixverseError:
    row = _row(refusal)
    detail = ": ".join(part for part in (refusal.code, refusal.message) if part)
    return kind(
        f"{what}: {detail}" if detail else what,
        hint=row.hint if row else None,
        service_code=refusal.code or None,
        request_id=refusal.request_id,
        http_status=refusal.http_status,
    )


def refused_call(refusal: Refusal) -> PixverseError:
    """Return the error for a call that the service refused with a readable body."""
    status = refusal.http_status or 0
    default: type[PixverseError] = UnreachableError if status >= 500 else UsageError
    if status == 404 and refusal.code in ("", "NotFound"):
        # of an unknown task the service says UNKNOWN: this is an address without the API
        unknown = _error(UnknownTaskError, refusal, what="the service refused the call")
        return unknown.but(hint=_ADDRESS)
    return _error(_kind(refusal) or default, refusal, what="the service refused the call")


def blames_the_address(refusal: Refusal) -> bool:
    """Return whether the service could not fetch an input, or not use what it fetched."""
    row = _row(refusal)
    return row is not None and row.hint in (_TEMPORARY_URL, _INPUT)


def refuses_all(error: PixverseError) -> bool:
    """Return whether the key or the account was refused: further create calls will be, too.

    A model that is not activated refuses only its own; a task of another account only itself.
    """
    account = isinstance(error, (AuthError, BillingError)) and not isinstance(error, ElsewhereError)
    return account and error.hint != _ACTIVATE


def failed_task(refusal: Refusal) -> PixverseError:
    """Return the error for a task that ended FAILED; such tasks are not billed."""
    kind = _kind(refusal) or TaskFailedError
    if kind in (UsageError, ThrottledError):
        kind = TaskFailedError
    return _error(kind, refusal, what="the task failed")
