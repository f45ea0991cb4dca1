"""All checks before anything is sent; every problem is reported at once."""

import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pixverse_cli.disk.files import has_sha256, is_file, reason, with_home
from pixverse_cli.domain.catalog import (
    CURRENCY,
    DEFAULT_DURATION,
    DEFAULT_MODEL,
    DEFAULT_RESOLUTION,
    PRICES_AS_OF,
    Kind,
    Model,
    Resolution,
    Role,
    ShotType,
    find_model,
    models_of,
)
from pixverse_cli.domain.checks import problems as request_problems
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.hosts import ServiceHost
from pixverse_cli.domain.plan import (
    DEFAULT_TIMEOUT,
    Destination,
    Input,
    Order,
    Plan,
    SubmitArgs,
    WaitPolicy,
)
from pixverse_cli.domain.request import Estimate, VideoRequest
from pixverse_cli.domain.task import Record
from pixverse_cli.domain.text import lines_of
from pixverse_cli.http.addresses import without_secrets
from pixverse_cli.media import output_names
from pixverse_cli.media.inputs.image import inspect, inspect_stream
from pixverse_cli.media.inputs.source import STDIN, local_path, private_note, remote
from pixverse_cli.media.output_folders import make_folder
from pixverse_cli.settings.values import Settings, parse_whole

if TYPE_CHECKING:
    from decimal import Decimal

Live = Callable[[Order], Record | None]

_MAX_TAKES = 20
_MAX_PROMPT_BYTES = 1024 * 1024
_KIND = Kind.IMAGE_TO_VIDEO
_MODEL_CHOICES = (
    f"choose {', '.join(model.alias for model in models_of(_KIND))} or a full name"
    " (`pixverse models`)"
)
_RESOLUTION_CHOICES = f"choose {', '.join(Resolution)}"


def plan_submit(
    args: SubmitArgs,
    settings: Settings,
    stack: ExitStack,
    now: datetime,
    live: Live,
    host: ServiceHost,
) -> Plan:
    """Return the plan; the temporary file of stdin exists until ``stack`` is closed.

    ``live`` returns the record of an equal request that was sent earlier, for ``--once``.
    ``host`` is where the requests are sent: it decides whether prices are known.

    :raises UsageError: with one line for each problem.
    """
    problems: list[str] = list(_conflicting_options(args, settings))
    request = video_request(settings, None if problems else _prompt(args, problems))
    count = _count(settings)
    orders = with_takes(_orders(args, request, settings, stack, problems), count)
    waits = args.wait or args.no_download or settings.typed("output")
    policy = wait_policy(settings)  # read in any case, so that its problems are reported
    destination, folders = None, list[Path]()
    if waits and not args.no_download:
        destination = _destination(args, settings, problems, several=count > 1)
    if destination is not None:
        new = [order for order in orders if not _is_saved(order, destination, now, live)]
        known = [known_values(order, now) for order in new]
        problems += output_names.problems(destination.template, known, force=args.force)
        folders = output_names.folders(destination.template, known) if not problems else []
    orders = [order._replace(priced=host.priced) for order in orders]
    each = request.estimate(orders[0].facts if orders else ())
    problems += _cost_problems(each, len(args.images) * count, settings, host)
    problems += settings.problems
    if problems:
        raise UsageError("\n".join(dict.fromkeys(problems)), hint="nothing was sent")
    notes = [note for order in orders for note in _notes(order)]
    if host.unknown_price:
        notes.append(f"no estimate: {host.unknown_price}")
    return Plan(orders, policy if waits else None, destination, notes, folders)


def make_folders(plan: Plan) -> None:
    """Make the folders of the videos that are missing; call it when all checks have passed.

    :raises UsageError: one cannot be made.
    """
    for folder in plan.folders:
        make_folder(folder)


def known_values(order: Order, now: datetime) -> dict[str, str]:
    """Return the values of the fields of an output name that are known before submitting."""
    request = order.request
    return {
        "image": output_names.image_name(order.image or "video"),
        "model": request.model.alias,
        "resolution": request.resolution or "unknown",
        "duration": str(request.duration or "unknown"),
        "seed": "unknown" if request.seed is None else str(request.seed),
        "index": str(order.position),
        "take": str(order.take),
        "date": now.astimezone().strftime("%Y-%m-%d"),
    }


def with_takes(orders: Iterable[Order], count: int = 1) -> list[Order]:
    """Return each order ``count`` times; equal ones become takes, counted from 1."""
    takes = Counter[str]()
    repeated = list[Order]()
    for order in orders:
        fingerprint = order.fingerprint
        for _ in range(count):
            takes[fingerprint] += 1
            repeated.append(order._replace(take=takes[fingerprint]))
    return repeated


def _count(settings: Settings) -> int:
    rule = f"must be a whole number from 1 to {_MAX_TAKES}"
    count = settings.read("count", parse_whole, 1, rule)
    if not 1 <= count <= _MAX_TAKES:
        settings.wrong("count", rule)
        return 1
    return count


def wait_policy(
    settings: Settings, *, any_one: bool = False, fail_fast: bool = False
) -> WaitPolicy:
    """Return how long to wait and how often to query, from the settings."""
    return WaitPolicy(
        timeout=settings.seconds("timeout", DEFAULT_TIMEOUT),
        interval=settings.seconds("interval", 0.0),
        any_one=any_one,
        fail_fast=fail_fast,
    )


def destination_of(
    settings: Settings, *, force: bool, stdout_is_taken: bool, several_takes: bool = False
) -> Destination:
    """Return where to save videos, from the settings; the default name may hold the take.

    :raises UsageError: the template is not valid, or stdout cannot take a video.
    """
    source = settings.source("output") or "-o"
    default = output_names.TAKES_NAME if several_takes else output_names.DEFAULT_NAME
    template = output_names.parse_template(settings.text("output"), source, default)
    if template.stdout and stdout_is_taken:
        raise UsageError("-o -: stdout is used for the JSON; give a file or a directory")
    return Destination(template=template, force=force, chosen=settings.typed("output"))


def order_of(image: str, request: VideoRequest, settings: Settings, stack: ExitStack) -> Order:
    """Return the order for one image, checked.

    :raises UsageError: with one line for each problem of the image.
    """
    return Order(
        request=request,
        inputs=(image_input(image, stack),),
        upload_command=settings.text("upload-command"),
    )


def image_input(image: str, stack: ExitStack) -> Input:
    """Return the checked input that an IMAGE argument names.

    :raises UsageError: with one line for each problem.
    """
    url = remote(image)
    if url is not None:
        return Input(Role.IMAGE, without_secrets(url), url)
    if image == STDIN:
        file = stack.enter_context(inspect_stream(sys.stdin.buffer))
    else:
        file = inspect(local_path(image))
    return Input(Role.IMAGE, image, file.sha256, file)


def _orders(
    args: SubmitArgs,
    request: VideoRequest,
    settings: Settings,
    stack: ExitStack,
    problems: list[str],
) -> Iterator[Order]:
    for position, image in enumerate(args.images, 1):
        try:
            order = order_of(image, request, settings, stack)
            yield order._replace(position=position, once=args.once)
        except UsageError as error:
            problems += lines_of(error.message)
            if position > 1 and _is_prompt(image, args):
                problems.append(f"{image!r}: is that the prompt? use -p {shlex.quote(image)}")


def _is_prompt(image: str, args: SubmitArgs) -> bool:
    """Return whether an IMAGE that is no file looks like words, and there is no prompt yet."""
    words = " " in image or not image.isascii()
    given = args.prompt or args.prompt_file
    named = image.lower().endswith((".png", ".jpg", ".jpeg", ".webp")) or remote(image)
    return words and not given and not named and not is_file(Path(image))


def _conflicting_options(args: SubmitArgs, settings: Settings) -> Iterator[str]:
    if (*args.images, *args.prompt_file).count(STDIN) > 1:
        yield "stdin can be read only once: use - only once"
    if args.prompt and args.prompt_file:
        yield "--prompt and --prompt-file: give only one of them"
    for option, given in (("--prompt", args.prompt), ("--prompt-file", args.prompt_file)):
        if len(given) > 1:
            yield f"{option} was given {len(given)} times: a video has one prompt"
    if args.curl and not args.dry_run:
        yield "--curl needs --dry-run: it only shows what would be sent"
    if args.no_download and settings.typed("output"):
        yield "--output and --no-download: give only one of them"


def _prompt(args: SubmitArgs, problems: list[str]) -> str | None:
    if args.prompt_file:
        return read_prompt(args.prompt_file[0], problems)
    return args.prompt[0] if args.prompt else None


def _destination(
    args: SubmitArgs, settings: Settings, problems: list[str], *, several: bool
) -> Destination | None:
    try:
        return destination_of(
            settings,
            force=args.force,
            stdout_is_taken=args.stdout_is_taken,
            several_takes=several,
        )
    except UsageError as error:
        hint = f" ({error.hint})" if error.hint else ""
        problems += lines_of(f"{error.message}{hint}")
        return None


def _is_saved(order: Order, destination: Destination, now: datetime, live: Live) -> bool:
    """Return whether the output already is the saved video of an equal request (``--once``)."""
    record = live(order) if order.once else None
    if record is None or record.sha256 is None or destination.template.stdout:
        return False
    values = {**known_values(order, now), "task_id": record.task_id or ""}
    return has_sha256(output_names.resolve(destination.template, values), record.sha256)


def unknown_cost(host: ServiceHost, limit: "Decimal") -> str:
    """Return the problem of a cost limit where there is no estimate, with the way out."""
    return (
        f"--max-cost {limit}: there is no estimate to compare with"
        f" ({host.unknown_price}): leave it out, or use a service in Beijing"
    )


def _cost_problems(
    estimate: Estimate, videos: int, settings: Settings, host: ServiceHost
) -> Iterator[str]:
    limit, (amount, unknown) = settings.money("max-cost"), estimate
    if limit is None:
        return
    if not host.priced:
        yield unknown_cost(host, limit)
    elif amount is None:
        yield f"the cost is not known before: {unknown}; leave out --max-cost {limit}"
    elif amount * videos > limit:
        yield (
            f"the estimate of {amount * videos} {CURRENCY} (videos: {videos}; list prices of"
            f" {PRICES_AS_OF}) is over --max-cost {limit}"
        )


def _notes(order: Order) -> Iterator[str]:
    for each in order.inputs:
        if each.file is not None:
            yield from each.file.notes
        elif note := private_note(each.identity):
            yield note


def video_request(settings: Settings, prompt: str | None) -> VideoRequest:
    """Return the request; its problems are added to ``settings.problems``."""
    request = VideoRequest(
        model=settings.read("model", _model, DEFAULT_MODEL, _MODEL_CHOICES),
        prompt=prompt,
        resolution=settings.read(
            "resolution", _resolution, DEFAULT_RESOLUTION, _RESOLUTION_CHOICES
        ),
        duration=settings.read("duration", _seconds, DEFAULT_DURATION, "must be a whole number"),
        audio=settings.flag("audio"),
        watermark=settings.flag("watermark"),
        shot_type=settings.read("shot-type", _shot_type, None, "choose single or multi"),
        seed=settings.whole("seed", None),
    )
    for problem in request_problems(request):
        settings.wrong(problem.option, problem.text)
    return request


def _model(text: str) -> Model | None:
    return find_model(text, _KIND)


def _resolution(text: str) -> Resolution | None:
    wanted = f"{text.upper().removesuffix('P')}P"
    return next((tier for tier in Resolution if tier == wanted), None)


def _seconds(text: str) -> int | None:
    """Return the seconds of ``5`` or ``5s``."""
    return parse_whole(text.lower().removesuffix("s"))


def _shot_type(text: str) -> ShotType | None:
    return next((kind for kind in ShotType if kind == text.lower()), None)


def read_prompt(name: str, problems: list[str]) -> str | None:
    """Return the prompt in a UTF-8 file, ``-`` for stdin; errors are added to ``problems``.

    A byte order mark and line ends at the end of the file are removed.
    """
    try:
        prompt = _read(name).decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        problem = reason(error)
    except UnicodeDecodeError:
        problem = "is not UTF-8 text"
    except ValueError:  # a NUL, or a character that no file name can hold
        problem = "is not a valid file name"
    else:
        if prompt.strip():
            return prompt
        problem = "is empty: leave it out for a video without a prompt"
    problems.append(f"--prompt-file {name}: {problem}")
    return None


def _read(name: str) -> bytes:
    if name == STDIN:
        return sys.stdin.buffer.read(_MAX_PROMPT_BYTES)
    with Path(with_home(name)).open("rb") as file:
        return file.read(_MAX_PROMPT_BYTES)
