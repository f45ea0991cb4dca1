"""Everything that can end a command, as one tree.

::

    PixverseError               code              exit  charged
    ├── UnexpectedError         unexpected           1  as given
    │   └── BugError            unexpected           1  as given
    ├── UsageError              usage                2  no
    │   └── NetworkSettingsError  usage              2  no
    ├── AuthError               auth                 3  no
    │   └── ElsewhereError      auth                 3  as the record says
    ├── BillingError            billing              4  no
    ├── TaskFailedError         task-failed          5  no
    ├── UnreachableError        unreachable          6  no
    │   ├── NotSentError        unreachable          6  no
    │   └── TimeLimitError      unreachable          6  no
    │       └── ThrottledAtLimitError
    │                           throttled            7  no
    ├── ThrottledError          throttled            7  no
    ├── StillRunningError       still-running        8  yes
    ├── UnclearError            unclear              9  unknown
    ├── ContentRefusedError     content-refused     10  no
    ├── NotSavedError           not-saved           11  yes
    │   └── NoReceiptError      not-saved           11  yes
    ├── UnknownTaskError        unknown-task        12  as the record says
    ├── CanceledError           canceled            13  no
    └── PartialError            partial             14  mixed
    Stopped                     interrupted        130  as the record says
                                terminated         143
                                hung-up            129
    └── ClosedPipe              closed-pipe        141  as the record says

``Stopped`` is not an ``Exception``: code that handles the error of one task and continues
with the next must not catch it. Errors never print, log or exit.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Self, TypedDict, Unpack

RECOVER = "pixverse recover"  # finds out what became of unclear create calls


class Charged(StrEnum):
    """Whether something was paid for: no, yes, not known yet, or mixed over several tasks."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"
    MIXED = "mixed"


class Facts(TypedDict, total=False):
    """The optional fields of an ending."""

    hint: str | None
    next: str | None
    service_code: str | None
    request_id: str | None
    http_status: int | None
    task_id: str | None
    image: str | None
    retry_after: float | None
    causes: Sequence["Ending"]
    candidates: Sequence[str]
    retryable: bool
    charged: Charged


class Changes(Facts, total=False):
    """The fields that a copy of an ending may change."""

    message: str
    shown: bool


class Ending(BaseException):
    """How a command, or one of its tasks, ended: a message, a hint, and what was paid.

    ``hint`` is advice for people; ``next`` is the command that continues without paying.
    ``retryable`` is true only if a retry of the same call cannot pay twice.
    ``causes`` holds the endings of the single tasks where there were several, ``candidates``
    the tasks that an unclear create call may have made, ``retry_after`` the seconds that the
    service asks to wait. ``shown`` is true if the ending is on the screen already.

    An ending is frozen: :meth:`but` returns a changed copy.
    """

    code: ClassVar[str] = "unexpected"
    exit_code: int = 1
    charged: Charged = Charged.NO
    retryable: bool = False

    message: str
    hint: str | None = None
    next: str | None = None
    service_code: str | None = None
    request_id: str | None = None
    http_status: int | None = None
    task_id: str | None = None
    image: str | None = None
    retry_after: float | None = None
    causes: Sequence["Ending"] = ()
    candidates: Sequence[str] = ()
    shown: bool = False

    def __init__(self, message: str, **facts: Unpack[Facts]) -> None:
        super().__init__(message)
        self.__dict__.update(facts, message=message)

    def but(self, **changes: Unpack[Changes]) -> Self:
        """Return a copy with these fields changed."""
        copy = type(self).__new__(type(self), *self.args)
        copy.__dict__.update(self.__dict__, **changes)
        copy.__cause__ = self.__cause__
        return copy.with_traceback(self.__traceback__)

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("__"):  # Python itself sets __traceback__ and __cause__
            raise AttributeError(f"an ending is frozen: {name} cannot be set")
        super().__setattr__(name, value)

    def __str__(self) -> str:
        return self.message


class PixverseError(Ending, Exception):
    """A failure that the program expects and explains."""


class UnexpectedError(PixverseError):
    """A bug, or a local failure that is not listed."""


class BugError(UnexpectedError):
    """An exception that this program does not expect; it is the cause, with its traceback."""


class UsageError(PixverseError):
    """A bad option, a failed check, a cost limit: nothing was sent."""

    code = "usage"
    exit_code = 2


class NetworkSettingsError(UsageError):
    """The proxy or the certificates that the environment sets cannot be used: no call can be made.

    Flows do not catch it for a single task: it would be told for each.
    """


class AuthError(PixverseError):
    """No key, key refused, no permission, model not activated."""

    code = "auth"
    exit_code = 3


class ElsewhereError(AuthError):
    """The task was sent to another service or with another key, which alone can tell of it."""


class BillingError(PixverseError):
    """The account is overdue or its quota exhausted."""

    code = "billing"
    exit_code = 4


class TaskFailedError(PixverseError):
    """The task ended FAILED; failed tasks are not billed."""

    code = "task-failed"
    exit_code = 5


class UnreachableError(PixverseError):
    """There was no usable answer, and a create call was certainly not accepted."""

    code = "unreachable"
    exit_code = 6
    retryable = True


class NotSentError(UnreachableError):
    """No connection was made, and the service certainly did not receive the call."""


class TimeLimitError(UnreachableError):
    """The command's own time limit was reached before anything was bought.

    Once there is a task, the command ends with :class:`StillRunningError` instead.
    """


class ThrottledError(PixverseError):
    """A rate limit refused the call, after retries."""

    code = "throttled"
    exit_code = 7
    retryable = True


class ThrottledAtLimitError(TimeLimitError):
    """A rate limit allows the next call only after the command's own time limit."""

    code = "throttled"
    exit_code = 7


class StillRunningError(PixverseError):
    """The time limit was reached, or the task has not finished yet."""

    code = "still-running"
    exit_code = 8
    charged = Charged.YES


class UnclearError(PixverseError):
    """The create call was sent, but no reliable answer came: a task may exist."""

    code = "unclear"
    exit_code = 9
    charged = Charged.UNKNOWN
    next = RECOVER


class ContentRefusedError(PixverseError):
    """The image, the prompt or the video was refused by inspection."""

    code = "content-refused"
    exit_code = 10


class NotSavedError(PixverseError):
    """The video exists, but saving or checking it failed; saving again is free."""

    code = "not-saved"
    exit_code = 11
    charged = Charged.YES


class NoReceiptError(NotSavedError):
    """The video is saved, but its receipt is not; ``next`` writes it."""


class UnknownTaskError(PixverseError):
    """The service answers UNKNOWN: the task is older than 24 hours, or not of this account."""

    code = "unknown-task"
    exit_code = 12


class CanceledError(PixverseError):
    """The task was cancelled while it was queued."""

    code = "canceled"
    exit_code = 13


class PartialError(PixverseError):
    """Several tasks did not all end the same way."""

    code = "partial"
    exit_code = 14
    charged = Charged.MIXED


class Stopped(Ending):
    """SIGINT, SIGTERM or SIGHUP stopped the program; ``exit_code`` is 128 + the signal number."""

    code = "interrupted"

    def __init__(self, signal_number: int, name: str) -> None:
        # a person knows that it was Ctrl-C; a log needs the names of the other signals
        super().__init__("Stopped" if name == "SIGINT" else f"Stopped by {name}")
        code = {"SIGTERM": "terminated", "SIGHUP": "hung-up"}.get(name, self.code)
        self.__dict__.update(exit_code=128 + signal_number, code=code)


class ClosedPipe(Stopped):
    """The reader of stdout closed the pipe (exit 141, as after SIGPIPE)."""

    code = "closed-pipe"

    def __init__(self) -> None:
        super().__init__(13, "a closed pipe")
