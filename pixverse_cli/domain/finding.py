"""What one check of ``pixverse doctor`` found."""

from typing import NamedTuple

from pixverse_cli.domain.errors import Ending


class Finding(NamedTuple):
    """The result of one check: ``what`` was checked, and the message ``told``.

    ``error`` makes the command fail; ``warning`` is only shown.
    """

    what: str
    told: str
    warning: bool = False
    error: Ending | None = None
