"""How saving a video can fail, by what helps: each kind tells the caller what to do next.

::

    NotSavedError                final: trying again as things are will not help
    ├── LinkDeadError            ask the service for a fresh URL
    ├── WrongContentError        ask for the URL once more, and start from zero
    │   └── CutShortError        the file ends before its own structure does
    ├── BrokenOffError           try again later; what has arrived is kept
    └── CannotWriteError         trouble on this machine: do not try again
        └── TakenError           something has the file's name already
"""

from pixverse_cli.domain.errors import NotSavedError


class LinkDeadError(NotSavedError):
    """The URL leads nowhere, or nowhere that may be asked."""


class WrongContentError(NotSavedError):
    """Something came that is not a whole MP4 video."""


class CutShortError(WrongContentError):
    """The file ends before its own structure does."""


class BrokenOffError(NotSavedError):
    """The transfer was cut, stalled or refused for the moment."""

    retryable = True


class CannotWriteError(NotSavedError):
    """The machine will not take the file: full, read-only, too large, not permitted."""


class TakenError(CannotWriteError):
    """Something has the file's name already, and nobody said ``--force``."""
