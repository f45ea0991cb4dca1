"""From what a command line asks for to what will be done: the values that flows pass on."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pixverse_cli.domain.errors import PixverseError
from pixverse_cli.domain.request import VideoRequest

DEFAULT_TIMEOUT = 1800.0


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


class InputFile(NamedTuple):
    """A checked file that the service would take: ``size`` bytes with that SHA-256.

    ``label`` is what the user typed; ``notes`` are sentences about what the service's pages
    do not mention.
    """

    path: Path
    label: str
    size: int
    format: str
    width: int
    height: int
    sha256: str
    notes: tuple[str, ...] = ()


class Order(NamedTuple):
    """One video to buy: a request, and its image as a checked file or as a URL.

    ``image`` is the image as the user named it; ``identity`` its hash, or its URL;
    ``position`` its place on the command line, counted from 1. ``once``: not if an equal
    request is live already.
    """

    request: VideoRequest
    image: str
    identity: str
    position: int = 1
    file: InputFile | None = None
    upload_command: str | None = None
    once: bool = False

    @property
    def fingerprint(self) -> str:
        """What equal requests share."""
        return self.request.fingerprint(self.identity)


class WaitPolicy(NamedTuple):
    """How long to wait and how often to look, in seconds.

    ``timeout`` 0 is no limit, ``interval`` 0 leaves it to the schedule. ``any_one`` ends the
    watch with the first task, ``fail_fast`` with the first that fails.
    """

    timeout: float = DEFAULT_TIMEOUT
    interval: float = 0.0
    any_one: bool = False
    fail_fast: bool = False


class Field(NamedTuple):
    """One ``{name}`` or ``{name:length}`` of an output name; ``length`` 0 stands for all."""

    name: str
    length: int = 0


Pattern = tuple[str | Field, ...]


class OutputTemplate(NamedTuple):
    """Where videos go; ``text`` is what the user typed, ``source`` names where."""

    text: str
    source: str = "-o"
    folder: Pattern = ()
    name: Pattern = ()
    stdout: bool = False


class Destination(NamedTuple):
    """Where videos go, and whether files there may be replaced.

    Where the place was not ``chosen`` now, a video that is saved elsewhere is saved already.
    """

    template: OutputTemplate
    force: bool = False
    chosen: bool = True


class Plan(NamedTuple):
    """Orders fit to be sent, how long to wait for them (None: not at all), where to save.

    ``notes`` tell what is odd but allowed.
    """

    orders: list[Order]
    policy: WaitPolicy | None
    destination: Destination | None
    notes: list[str]


class Action(StrEnum):
    """What an output of a manifest needs."""

    UP_TO_DATE = "up-to-date"
    ATTACH = "attach"
    SUBMIT = "submit"
    REFUSE = "refuse"


class BatchItem(NamedTuple):
    """One output of a manifest, and what it needs; ``error`` if it can have nothing.

    ``replaces``: the file there is ours by an earlier request, and may be replaced.
    """

    output: str
    action: Action
    path: Path
    order: Order | None = None
    sha256: str | None = None
    replaces: bool = False
    error: PixverseError | None = None
