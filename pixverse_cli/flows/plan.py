"""All checks before anything is sent; every problem is reported at once."""

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pixverse_cli.disk.files import (
    has_sha256,
    is_file,
    read_up_to,
    reason,
    stdin_within,
    with_home,
)
from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF, Media, Model, Role, find_model
from pixverse_cli.domain.clock import UNLIMITED, TimeLimit, local_time
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.hosts import ServiceHost
from pixverse_cli.domain.plan import (
    DEFAULT_TIMEOUT,
    Destination,
    Given,
    Input,
    Order,
    Plan,
    SubmitArgs,
    WaitPolicy,
    facts_of,
)
from pixverse_cli.domain.request import VideoRequest, input_problems, length_inputs
from pixverse_cli.domain.text import decoded, is_blank, lines_of, shell_word
from pixverse_cli.flows.earlier import Earlier
from pixverse_cli.flows.video_request import (
    InputReader,
    kind_of,
    media_of_ending,
    model_of,
    usual_kind,
    video_request,
)
from pixverse_cli.media import output_names, receipts
from pixverse_cli.media.inputs.source import STDIN, private_note, remote
from pixverse_cli.media.output_names import make_folder
from pixverse_cli.settings.values import Settings, parse_whole

if TYPE_CHECKING:
    from decimal import Decimal

_MAX_TAKES = 20
_MAX_PROMPT_BYTES = 1024 * 1024

# How the command line calls the inputs.
_LABELS = {
    Role.IMAGE: "IMAGE",
    Role.FIRST_FRAME: "IMAGE",
    Role.LAST_FRAME: "--last-frame",
    Role.REFERENCE: "--reference",
    Role.VIDEO: "VIDEO",
    Role.AUDIO: "--audio",
}
_NO_INPUT = (
    "IMAGE is missing: give an image, or --reference FILE; for a video of a text alone name the"
    " model on the command line: -m v6-t2v"
)


def plan_submit(
    args: SubmitArgs,
    settings: Settings,
    stack: ExitStack,
    now: datetime,
    earlier: Earlier,
    host: ServiceHost,
    limit: TimeLimit = UNLIMITED,
) -> Plan:
    """Return the plan; the temporary file of stdin exists until ``stack`` is closed.

    ``host`` is where the requests are sent: it decides whether prices are known. ``limit`` bounds
    the reading of pipes.

    :raises UsageError: with one line for each problem.
    :raises TimeLimitError: the writer of a pipe had not finished at the limit.
    """
    problems: list[str] = list(_conflicting_options(args, settings))
    count = _count(settings)
    read = partial(InputReader, stack=stack, find=earlier.named, now=now, limit=limit)
    orders = with_takes(_orders(args, settings, read, limit, problems), count)
    waits = waits_for_videos(args, settings)
    policy = wait_policy(settings)  # read in any case, so that its problems are reported
    wanted = waits and not args.no_download
    destination = _destination(args, settings, problems, several=count > 1) if wanted else None
    folders = saving_folders(orders, destination, settings, now, earlier, problems)
    orders = [order._replace(priced=host.priced) for order in orders]
    wrong = bool(problems or settings.problems)
    unknown_ok = args.cost_unknown_ok
    problems += cost_problems(orders, settings, host, unknown_ok=unknown_ok or wrong)
    priced = [order for order in orders if not wrong or order.estimate is not None]
    problems += earlier.over_budget(priced, settings.budget(), unknown_ok=unknown_ok)
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


def _conflicting_options(args: SubmitArgs, settings: Settings) -> Iterator[str]:
    words = _words(args, settings)
    if len(words) > 1 and not any(" " in word for word in words):
        words = [" ".join(words)]  # a prompt without quotes
    yield from map(_prompt_sentence, words)
    sources = (*_given(args)[0].all, *args.images[1:], *args.prompt_file)
    if [source.rpartition("=")[2] for source in sources].count(STDIN) > 1:
        yield "stdin can be read only once: use - only once"
    if args.prompt and args.prompt_file:
        yield "--prompt and --prompt-file: give only one of them"
    for option, given, rule in (
        ("--prompt", args.prompt, "a video has one prompt"),
        ("--prompt-file", args.prompt_file, "a video has one prompt"),
        ("--last-frame", args.last_frame, "a video has one last frame"),
        ("--audio", args.sound, "a video has one sound"),
    ):
        if len(given) > 1:
            yield f"{option} was given {len(given)} times: {rule}"
    if args.curl and not args.dry_run:
        yield "--curl needs --dry-run: it only shows what would be sent"
    if args.no_download and settings.typed("output"):
        yield "--output and --no-download: give only one of them"


def _words(args: SubmitArgs, settings: Settings) -> list[str]:
    """Return the IMAGEs that are no files and look like words, if there is no prompt yet.

    With a model that takes a text alone, every IMAGE that is no file is such a word.
    """
    if args.kind is not None or args.prompt or args.prompt_file:
        return []
    model = find_model(_typed_model(settings))
    text_alone = model is not None and not model.inputs
    return [
        image
        for image in args.images
        if (text_alone or " " in image or not image.isascii()) and not _names_a_file(image)
    ]


def _typed_model(settings: Settings) -> str | None:
    return settings.text("model") if settings.typed("model") else None


def _names_a_file(image: str) -> bool:
    if image == STDIN or media_of_ending(image) or remote(image):
        return True
    return is_file(Path(image))


def _prompt_sentence(text: str) -> str:
    return f"{text!r}: no such file; is that the prompt? use -p {shell_word(text)}"


def _given(args: SubmitArgs, without: Collection[str] = ()) -> list[Given]:
    """Return the inputs of each video: one for each IMAGE that is not in ``without``."""
    one = Given(
        last_frame=next(iter(args.last_frame), None),
        references=args.reference,
        video=args.video,
        sound=next(iter(args.sound), None),
    )
    images = [image for image in args.images if image not in without]
    return [one._replace(image=image) for image in images] or [one]


def _count(settings: Settings) -> int:
    rule = f"must be a whole number from 1 to {_MAX_TAKES}"
    count = settings.read("count", parse_whole, 1, rule)
    if not 1 <= count <= _MAX_TAKES:
        settings.wrong("count", rule)
        return 1
    return count


def _orders(
    args: SubmitArgs,
    settings: Settings,
    reader: Callable[[Model], InputReader],
    limit: TimeLimit,
    problems: list[str],
) -> Iterator[Order]:
    once, budget = settings.flag("once"), settings.budget()
    named, words = _typed_model(settings), _words(args, settings)
    # words in place of an image are told as such, so they are the prompt for all other checks
    prompt = words[0] if words else _prompt(args, limit, problems)
    given = _given(args, without=words)
    kind = args.kind or kind_of(given[0], named)
    if kind is None and not words:
        problems.append(_NO_INPUT)
    model = model_of(settings, kind or usual_kind(named))
    read = reader(model).read
    taken = [read(one, problems) for one in given] if kind else []
    request = video_request(settings, prompt, model, follows=follows(model, taken))
    for position, inputs in enumerate(taken, 1):
        problems += input_lines(request, inputs, settings, _LABELS)
        yield Order(
            request=request,
            inputs=inputs,
            position=position,
            upload_command=settings.text("upload-command"),
            once=once,
            budget=budget,
        )


def _prompt(args: SubmitArgs, limit: TimeLimit, problems: list[str]) -> str | None:
    if args.prompt_file and not problems:  # stdin may be named twice
        return read_prompt(args.prompt_file[0], limit, problems)
    return args.prompt[0] if args.prompt else None


def read_prompt(name: str, limit: TimeLimit, problems: list[str]) -> str | None:
    """Return the prompt in a UTF-8 file, ``-`` for stdin; errors are added to ``problems``.

    A byte order mark and line ends at the end of the file are removed.

    :raises TimeLimitError: the writer of a pipe had not finished at the limit.
    """
    try:
        prompt = decoded(_read(name, limit)).rstrip("\r\n")
    except OSError as error:
        problem = reason(error)
    except UnicodeDecodeError:
        problem = "is not UTF-8 text"
    except ValueError:  # a NUL, or a character that no file name can hold
        problem = "is not a valid file name"
    else:
        if not is_blank(prompt):
            return prompt
        problem = "is empty: leave it out for a video without a prompt"
    problems.append(f"--prompt-file {name}: {problem}")
    return None


def _read(name: str, limit: TimeLimit) -> bytes:
    if name == STDIN:
        return stdin_within(limit).read_up_to(_MAX_PROMPT_BYTES)
    return read_up_to(Path(with_home(name)), _MAX_PROMPT_BYTES, limit)


def follows(model: Model, taken: Iterable[Sequence[Input]]) -> bool:
    """Return whether the videos are as long as an input."""
    return any(length_inputs(model, facts_of(inputs)) for inputs in taken)


def input_lines(
    request: VideoRequest, inputs: Sequence[Input], settings: Settings, labels: Mapping[Role, str]
) -> list[str]:
    """Return what is wrong with the inputs of a request; ``labels`` name their roles.

    A problem of a setting is noted in ``settings``.
    """
    lines = list[str]()
    for option, text in input_problems(request, facts_of(inputs)):
        label = next((label for role, label in labels.items() if role == option), None)
        if label is None:
            settings.wrong(option, text)
        else:
            lines.append(f"{label}: {text}")
    return lines


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


def waits_for_videos(args: SubmitArgs, settings: Settings) -> bool:
    """Return whether the command waits until its tasks have ended."""
    return args.wait or args.no_download or settings.typed("output")


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
    if template.stdout and sys.stdout is None:
        raise UsageError("-o -: stdout is closed; give a file or a directory")
    return Destination(template=template, force=force, chosen=settings.typed("output"))


def saving_folders(
    orders: Iterable[Order],
    destination: Destination | None,
    settings: Settings,
    now: datetime,
    earlier: Earlier,
    problems: list[str],
) -> list[Path]:
    """Return the folders of the videos; what is wrong with their places is added to ``problems``.

    The place of a video that is saved already, with ``--once``, is not checked.
    """
    if destination is None:
        problems += _receipt_problems(settings, None, ())
        return []
    new = [order for order in orders if not _is_saved(order, destination, now, earlier)]
    known = [known_values(order, now) for order in new]
    problems += output_names.problems(destination.template, known, force=destination.force)
    problems += _receipt_problems(settings, destination, known)
    return output_names.folders(destination.template, known) if not problems else []


def _is_saved(order: Order, destination: Destination, now: datetime, earlier: Earlier) -> bool:
    """Return whether the output already is the saved video of an equal request (``--once``)."""
    record = earlier.live(order) if order.once else None
    if record is None or record.sha256 is None or destination.template.stdout:
        return False
    values = {**known_values(order, now), "task_id": record.task_id or ""}
    return has_sha256(output_names.resolve(destination.template, values), record.sha256)


def known_values(order: Order, now: datetime) -> dict[str, str]:
    """Return the values of the fields of an output name that are known before submitting."""
    request = order.request
    return {
        "image": output_names.image_name(order.label or "video"),
        "model": request.model.alias,
        "resolution": request.resolution or "unknown",
        "duration": str(request.duration or "unknown"),
        "seed": "unknown" if request.seed is None else str(request.seed),
        "index": str(order.position),
        "take": str(order.take),
        "date": local_time(now).strftime("%Y-%m-%d"),
    }


def _receipt_problems(
    settings: Settings, destination: Destination | None, tasks: Sequence[Mapping[str, str]]
) -> Iterator[str]:
    """Yield why receipts cannot be written; ``tasks`` are the known values of new videos."""
    if not settings.flag("receipt"):
        return
    if destination is None or destination.template.stdout:
        if settings.typed("receipt"):
            yield "--receipt: no file is saved: give --wait, or -o FILE"
        return
    paths = output_names.known_paths(destination.template, tasks)
    yield from receipts.problems(paths, force=destination.force)


def cost_problems(
    orders: Sequence[Order],
    settings: Settings,
    host: ServiceHost,
    *,
    unknown_ok: bool,
) -> Iterator[str]:
    """Yield why the cost limit forbids the orders; ``unknown_ok``: unless the cost is unknown."""
    limit = settings.money("max-cost")
    if limit is None or not orders:
        return
    estimates = [order.request.estimate(order.facts) for order in orders]
    unknown = next((each.unknown for each in estimates if each.unknown), None)
    if not host.priced:
        yield unknown_cost(host, limit)
        return
    if unknown and not unknown_ok:
        yield (
            f"--max-cost {limit}: the cost is not known before: {unknown}; add --cost-unknown-ok"
            " to pay it all the same"
        )
    total = sum(each.amount or 0 for each in estimates)
    if total > limit:
        yield (
            f"the estimate of {total} {CURRENCY} (videos: {len(orders)}; list prices of"
            f" {PRICES_AS_OF}) is over --max-cost {limit}"
        )


def unknown_cost(host: ServiceHost, limit: "Decimal") -> str:
    """Return the problem of a cost limit where there is no estimate, with the way out."""
    return (
        f"--max-cost {limit}: there is no estimate to compare with"
        f" ({host.unknown_price}): leave it out, or use a service in Beijing"
    )


def _notes(order: Order) -> Iterator[str]:
    for each in order.inputs:
        if each.file is not None:
            yield from each.file.notes
        elif each.media is not Media.IMAGE and each.seconds is None:
            yield f"{each.source}: its length and format are not checked: it is a URL"
        if each.url and not each.link and (note := private_note(each.url)):
            yield note
