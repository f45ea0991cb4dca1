"""The values that commands give to flows, and flows to each other: arguments, orders, plans."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.catalog import Kind, Media, Role
from pixverse_cli.domain.errors import PixverseError
from pixverse_cli.domain.request import InputFacts, VideoRequest

if TYPE_CHECKING:
    from decimal import Decimal

    from pixverse_cli.domain.budget import Budget

DEFAULT_TIMEOUT = 1800.0


class SubmitArgs(NamedTuple):
    """The arguments of ``submit`` and of the commands on a video, not checked yet.

    ``kind`` is that of a command on a video; None: what is given decides. Options of one
    value are here as often as they were given, so that a second one can be refused.
    """

    images: Sequence[str] = ()
    kind: Kind | None = None
    last_frame: Sequence[str] = ()
    reference: Sequence[str] = ()
    video: str | None = None
    sound: Sequence[str] = ()
    prompt: Sequence[str] = ()
    prompt_file: Sequence[str] = ()
    cost_unknown_ok: bool = False
    wait: bool = False
    no_download: bool = False
    force: bool = False
    dry_run: bool = False
    curl: bool = False
    as_json: bool = False
    as_events: bool = False

    @property
    def stdout_is_taken(self) -> bool:
        """Whether JSON goes to stdout, so that no video can."""
        return self.as_json or self.as_events


class Given(NamedTuple):
    """The inputs of one video as the user named them, not checked yet."""

    image: str | None = None
    last_frame: str | None = None
    references: Sequence[str] = ()
    video: str | None = None
    sound: str | None = None

    @property
    def all(self) -> tuple[str, ...]:
        """Every input that is given."""
        each = (self.image, self.last_frame, *self.references, self.video, self.sound)
        return tuple(name for name in each if name is not None)


class InputFile(NamedTuple):
    """A checked file that the service accepts; ``size`` in bytes, sides in pixels.

    ``seconds`` is the length of a video or sound, None if the file does not tell it.
    ``label`` is what the user typed; ``notes`` are sentences about properties that the
    service's documentation does not mention.
    """

    path: Path
    label: str
    size: int
    format: str
    width: int
    height: int
    sha256: str
    notes: tuple[str, ...] = ()
    seconds: float | None = None


class Input(NamedTuple):
    """One input of a video: a checked file, or a URL that the service fetches.

    ``source`` is the input as the user named it, a URL without its query; ``identity`` the
    file's hash, the whole URL, or the id of the task that made the video; ``name`` is how a
    prompt cites it; ``seconds`` is the length of a video or sound, None if it is not known.
    ``link`` is the URL of a task's video, which changes.
    """

    role: Role
    source: str
    identity: str
    file: InputFile | None = None
    name: str | None = None
    media: Media = Media.IMAGE
    seconds: float | None = None
    link: str | None = None

    @property
    def url(self) -> str | None:
        """Where the service fetches it; None for a file, which is uploaded first."""
        return None if self.file else self.link or self.identity


class Order(NamedTuple):
    """One video to buy: a request and its inputs.

    ``position`` is its place on the command line, counted from 1; ``take`` tells several
    videos of the same request apart. ``once``: not if an equal request is live already.
    ``priced``: the known list prices hold for the service that the request is sent to.
    ``budget``: not if the requests of this machine would then cost more.
    """

    request: VideoRequest
    inputs: tuple[Input, ...]
    position: int = 1
    take: int = 1
    upload_command: str | None = None
    once: bool = False
    priced: bool = True
    budget: "Budget | None" = None

    @property
    def image(self) -> str | None:
        """The first picture as the user named it; None if there is none."""
        pictures = (each.source for each in self.inputs if each.media is Media.IMAGE)
        return next(pictures, None)

    @property
    def label(self) -> str | None:
        """The input that names the order in sentences and output names: the first one."""
        return self.inputs[0].source if self.inputs else None

    @property
    def title(self) -> str:
        """What a sentence calls the order: its first input, or its kind."""
        return self.label or str(self.request.model.kind)

    @property
    def estimate(self) -> "Decimal | None":
        """The list price in CNY; None if it is not known before the video is made."""
        return self.request.estimate(self.facts).amount if self.priced else None

    @property
    def fingerprint(self) -> str:
        """What equal requests share."""
        return self.request.fingerprint(self.facts)

    @property
    def facts(self) -> list[InputFacts]:
        """What the request depends on of its inputs."""
        return facts_of(self.inputs)


def facts_of(inputs: Sequence[Input]) -> list[InputFacts]:
    """Return what a request depends on of each input."""
    return [
        InputFacts(each.role, each.name, each.identity, each.media, each.seconds) for each in inputs
    ]


class WaitPolicy(NamedTuple):
    """How long to wait, and how often to query, in seconds.

    ``timeout`` 0 is no limit, ``interval`` 0 uses the default schedule. ``any_one`` ends the
    watch when the first task ends, ``fail_fast`` when the first task fails.
    """

    timeout: float = DEFAULT_TIMEOUT
    interval: float = 0.0
    any_one: bool = False
    fail_fast: bool = False


class Field(NamedTuple):
    """One ``{name}`` or ``{name:length}`` of an output name; ``length`` 0 means no limit."""

    name: str
    length: int = 0


Pattern = tuple[str | Field, ...]


class OutputTemplate(NamedTuple):
    """Where videos are saved; ``text`` is what the user typed, ``source`` the option or file.

    ``folder_only``: the user named a folder, or nothing; the file gets the default name.
    """

    text: str
    source: str = "-o"
    folder: Pattern = ()
    name: Pattern = ()
    stdout: bool = False
    folder_only: bool = False


class Destination(NamedTuple):
    """Where videos are saved, and whether existing files may be replaced.

    If the user did not choose the place now (``chosen``), a video that was saved elsewhere
    counts as saved.
    """

    template: OutputTemplate
    force: bool = False
    chosen: bool = True


class Plan(NamedTuple):
    """Orders that passed all checks, how long to wait (None: do not wait), where to save.

    ``notes`` describe what is unusual but allowed; ``folders`` are made before anything is sent.
    """

    orders: list[Order]
    policy: WaitPolicy | None
    destination: Destination | None
    notes: list[str]
    folders: Sequence[Path] = ()


class Action(StrEnum):
    """What ``batch`` does for one output of a manifest."""

    UP_TO_DATE = "up-to-date"
    ATTACH = "attach"
    SUBMIT = "submit"
    REFUSE = "refuse"


class BatchItem(NamedTuple):
    """One output of a manifest, and what to do for it; ``error`` says why nothing can be done.

    ``sha256`` and ``task_id`` are those of an output that is up to date. ``replaces``: this
    manifest made the existing file with an earlier request, so it may be replaced.
    """

    output: str
    action: Action
    path: Path
    order: Order | None = None
    sha256: str | None = None
    task_id: str | None = None
    replaces: bool = False
    error: PixverseError | None = None
