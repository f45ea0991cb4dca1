"""The errors of saving a video; each class says what the caller can do next.

::

    NotSavedError                final: another attempt will not help
    ├── LinkDeadError            ask the service for a new URL
    ├── WrongContentError        ask for a new URL, and start from zero
    │   └── CutShortError        the file ends before its own structure does
    ├── BrokenOffError           try again later; the received bytes are kept
    └── CannotWriteError         an error on this machine: do not try again
        └── TakenError           the file exists already
"""

from pixverse_cli.domain.errors import NotSavedError


class LinkDeadError(NotSavedError):
    """The URL does not work, or points to an address that is not allowed."""


class WrongContentError(NotSavedError):
    """The received content is not a complete MP4 video."""


class CutShortError(WrongContentError):
    """The file ends before its own structure does."""


class BrokenOffError(NotSavedError):
    """The transfer was interrupted, stalled, or temporarily refused."""

    retryable = True


class CannotWriteError(NotSavedError):
    """The file cannot be written: disk full, read-only, file too large, no permission."""


class TakenError(CannotWriteError):
    """The file exists already, and ``--force`` was not given."""
