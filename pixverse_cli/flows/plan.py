"""Everything that can be checked before the first byte is sent, told all at once."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pixverse_cli.disk.files import verify
from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.request import VideoRequest
from pixverse_cli.domain.submit_args import SubmitArgs
from pixverse_cli.domain.task import Record
from pixverse_cli.flows.create_call import Order
from pixverse_cli.flows.save import Destination, known_values
from pixverse_cli.flows.watch import DEFAULT_TIMEOUT, WaitPolicy
from pixverse_cli.media import output_names
from pixverse_cli.media.address import local_path, private_note, remote, shown
from pixverse_cli.media.inputs.image import inspect, inspect_stream
from pixverse_cli.settings.values import Settings
from pixverse_cli.settings.video import video_request

_MOST_PROMPT_BYTES = 1024 * 1024
STDIN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Orders fit to be sent, how long to wait for them (None: not at all), where to save.

    ``notes`` tell what is odd but allowed.
    """

    orders: list[Order]
    policy: WaitPolicy | None
    destination: Destination | None
    notes: list[str] = field(default_factory=list)


Live = Callable[[Order], Record | None]


def check(
    wish: SubmitArgs, settings: Settings, stack: ExitStack, now: datetime, live: Live
) -> Plan:
    """Return the plan; files made on the way (of stdin) live as long as ``stack``.

    ``live`` finds an equal request that was sent already, which ``--once`` makes use of.

    :raises UsageError: with a line for everything that is wrong.
    """
    problems: list[str] = list(_clashes(wish, settings))
    request = video_request(settings, None if problems else _prompt(wish, problems))
    orders = list(_orders(wish.images, request, settings, stack, problems, once=wish.once))
    waits = wish.wait or wish.no_download or settings.typed("output")
    policy = wait_policy(settings)  # read in any case: what is wrong with it is told
    destination = _destination(wish, settings, problems) if waits and not wish.no_download else None
    if destination is not None:
        new = [each for each in orders if not _is_saved(each, destination, now, live)]
        values = [known_values(order, now) for order in new]
        problems += output_names.problems(destination.template, values, force=wish.force)
    problems += _cost_problems(request, len(wish.images), settings)
    problems += settings.problems
    if problems:
        raise UsageError("\n".join(dict.fromkeys(problems)), hint="nothing was sent")
    notes = [note for order in orders for note in _notes(order)]
    return Plan(
        orders=orders, policy=policy if waits else None, destination=destination, notes=notes
    )


def _cost_problems(request: VideoRequest, images: int, settings: Settings) -> Iterator[str]:
    limit, total = settings.money("max-cost"), request.estimate
    if limit is not None and total * images > limit:
        yield (
            f"the estimate of {total * images} {CURRENCY} ({images} by list prices of"
            f" {PRICES_AS_OF}) is over --max-cost {limit}"
        )


def _is_saved(order: Order, destination: Destination, now: datetime, live: Live) -> bool:
    """Return whether the output is there, and is the video of an equal request (``--once``)."""
    record = live(order) if order.once else None
    if record is None or record.sha256 is None or destination.template.stdout:
        return False
    values = {**known_values(order, now), "task_id": record.task_id or ""}
    return verify(output_names.resolve(destination.template, values), record.sha256)


def wait_policy(
    settings: Settings, *, any_one: bool = False, fail_fast: bool = False
) -> WaitPolicy:
    """Return how long and how often the settings say to look."""
    return WaitPolicy(
        timeout=settings.seconds("timeout", DEFAULT_TIMEOUT),
        interval=settings.seconds("interval", 0.0),
        any_one=any_one,
        fail_fast=fail_fast,
    )


def destination_of(settings: Settings, *, force: bool, stdout_is_taken: bool) -> Destination:
    """Return where the settings say that videos go.

    :raises UsageError: the template is wrong, or stdout cannot take a video.
    """
    template = output_names.plan(settings.text("output"), settings.source("output") or "-o")
    if template.stdout and stdout_is_taken:
        raise UsageError("-o -: stdout already carries the JSON; give a file or a directory")
    return Destination(template=template, force=force, chosen=settings.typed("output"))


def _destination(wish: SubmitArgs, settings: Settings, problems: list[str]) -> Destination | None:
    try:
        return destination_of(settings, force=wish.force, stdout_is_taken=wish.stdout_is_taken)
    except UsageError as error:
        hint = f" ({error.hint})" if error.hint else ""
        problems += f"{error.message}{hint}".splitlines()
        return None


def _orders(
    images: Sequence[str],
    request: VideoRequest,
    settings: Settings,
    stack: ExitStack,
    problems: list[str],
    *,
    once: bool,
) -> Iterator[Order]:
    for index, image in enumerate(images, 1):
        try:
            order = order_of(image, request, settings, stack)
            yield replace(order, index=index, once=once)
        except UsageError as error:
            problems += error.message.splitlines()


def _clashes(wish: SubmitArgs, settings: Settings) -> Iterator[str]:
    if (*wish.images, wish.prompt_file).count(STDIN) > 1:
        yield "stdin can be read only once: give - once"
    if wish.prompt is not None and wish.prompt_file is not None:
        yield "--prompt and --prompt-file: give one of them"
    if wish.curl and not wish.dry_run:
        yield "--curl goes with --dry-run: it shows what would be sent"
    if wish.no_download and settings.typed("output"):
        yield "--output and --no-download: give one of them"


def _prompt(wish: SubmitArgs, problems: list[str]) -> str | None:
    if wish.prompt_file is None:
        return wish.prompt or None
    return read_prompt(wish.prompt_file, problems)


def read_prompt(name: str, problems: list[str]) -> str | None:
    """Return the prompt in a UTF-8 file, ``-`` for stdin; what is wrong is added to ``problems``.

    A byte order mark and the line end that editors add do not belong to the prompt.
    """
    try:
        return _read(name).decode("utf-8-sig").rstrip("\r\n") or None
    except OSError as error:
        problems.append(f"--prompt-file {name}: {(error.strerror or str(error)).lower()}")
    except UnicodeDecodeError:
        problems.append(f"--prompt-file {name}: is not UTF-8 text")
    return None


def _read(name: str) -> bytes:
    if name == STDIN:
        return sys.stdin.buffer.read(_MOST_PROMPT_BYTES)
    with Path(name).open("rb") as file:
        return file.read(_MOST_PROMPT_BYTES)


def order_of(image: str, request: VideoRequest, settings: Settings, stack: ExitStack) -> Order:
    """Return the order for one image, checked.

    :raises UsageError: with a line for everything that is wrong with the image.
    """
    url = remote(image)
    if url is not None:
        return Order(request=request, image=shown(url), identity=url)
    if image == STDIN:
        picture = stack.enter_context(inspect_stream(sys.stdin.buffer))
    else:
        picture = inspect(local_path(image))
    return Order(
        request=request,
        image=image,
        identity=picture.sha256,
        picture=picture,
        upload_command=settings.text("upload-command"),
    )


def _notes(order: Order) -> Iterator[str]:
    if order.picture is not None:
        yield from order.picture.notes
    elif note := private_note(order.identity):
        yield note
