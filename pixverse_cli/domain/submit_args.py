"""What a command line asks for, before anybody has checked it."""

from collections.abc import Sequence
from typing import NamedTuple


class SubmitArgs(NamedTuple):
    """What the command line asks to make and to do with it, unchecked."""

    images: Sequence[str]
    prompt: str | None = None
    prompt_file: str | None = None
    wait: bool = False
    no_download: bool = False
    force: bool = False
    once: bool = False
    dry_run: bool = False
    curl: bool = False
    as_json: bool = False
    as_events: bool = False

    @property
    def stdout_is_taken(self) -> bool:
        """Whether JSON goes to stdout, so that a video cannot."""
        return self.as_json or self.as_events
