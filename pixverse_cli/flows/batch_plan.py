"""From a manifest to the action that each of its outputs needs. Nothing here is sent."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.disk.files import has_sha256, kind_at, reason, with_home
from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF, Kind, Role
from pixverse_cli.domain.clock import UNLIMITED, TimeLimit
from pixverse_cli.domain.errors import PixverseError, UsageError
from pixverse_cli.domain.hosts import ServiceHost
from pixverse_cli.domain.plan import Action, BatchItem, Field, Given, Order
from pixverse_cli.domain.text import lines_of
from pixverse_cli.flows.earlier import Earlier
from pixverse_cli.flows.plan import (
    follows,
    input_lines,
    known_values,
    read_prompt,
    unknown_cost,
)
from pixverse_cli.flows.video_request import (
    InputReader,
    kind_of,
    may_be_task,
    model_of,
    name_and_source,
    usual_kind,
    video_request,
)
from pixverse_cli.media import output_names, receipts
from pixverse_cli.media.inputs.source import remote
from pixverse_cli.media.output_names import folders_among, shared_files
from pixverse_cli.settings.manifest import Manifest, ManifestItem
from pixverse_cli.settings.values import Setting, Settings
from pixverse_cli.store.manifest_lock import ManifestLock

if TYPE_CHECKING:
    from pixverse_cli.domain.budget import Budget

_WHOLE = (1, 1)  # the only shard of one
# How a manifest calls the inputs.
_LABELS = {
    Role.IMAGE: "image",
    Role.FIRST_FRAME: "image",
    Role.LAST_FRAME: "last-frame",
    Role.REFERENCE: "reference",
    Role.VIDEO: "video",
    Role.AUDIO: "audio-file",
}
_SINGLE = ("image", "last-frame", "video", "audio-file")
_NO_KIND = (
    "image is missing: give image, reference, or video; for a video of a text alone"
    ' kind = "text-to-video"'
)
_WHICH_KIND = 'video: say what to make of it: kind = "upscale", or audio-file or text, or an image'


class PlanInputs(NamedTuple):
    """The inputs of a plan: the manifest's folder and lock, and the settings of ``config.toml``.

    ``has_hash`` returns whether a file has a SHA-256; one that nobody has changed is not read.
    ``force`` allows replacing files that this manifest did not make. ``host`` is where the
    requests are sent. ``shard`` is (I, N). ``limit`` bounds the reading of
    pipes.
    """

    folder: Path
    lock: ManifestLock
    kept: dict[str, Setting]
    stack: ExitStack
    earlier: Earlier
    has_hash: Callable[[Path, str], bool]
    now: datetime
    host: ServiceHost
    force: bool = False
    shard: tuple[int, int] = _WHOLE
    limit: TimeLimit = UNLIMITED


class _Draft(NamedTuple):
    """A video of the manifest on the way to its plan: its order, then where it is saved.

    ``output`` is the output with its fields filled in, ``error`` why it cannot be made.
    """

    item: ManifestItem
    output: str
    order: Order | None = None
    path: Path | None = None
    error: PixverseError | None = None


def plan_items(manifest: Manifest, inputs: PlanInputs) -> list[BatchItem]:
    """Return what each output of the shard needs; one that cannot be generated has an error.

    Takes, ``{index}`` and equal outputs are counted over the whole manifest, so that all shards
    agree about them.

    :raises UsageError: with a line for each problem of the manifest, of its videos too then.
    """
    drafts = [_draft(position, item, inputs) for position, item in enumerate(manifest.items, 1)]
    drafts = [_with_path(draft, inputs) for draft in _with_takes(drafts, inputs)]
    problems = [*manifest.problems, *_output_conflicts(drafts, inputs)]
    if problems:
        problems += [line for draft in drafts if draft.error for line in lines_of(str(draft.error))]
        raise UsageError("\n".join(problems), hint="nothing was sent")
    part, parts = inputs.shard
    return [_planned(draft, inputs) for draft in drafts if _share(draft.output, parts) == part - 1]


def shard_of(shard: str | None) -> tuple[int, int]:
    """Return the share ``I/N`` of the items as (I, N): an output is always in the same share.

    :raises UsageError: the share is not of the form ``I/N``, such as 2/5.
    """
    if shard is None:
        return _WHOLE
    part, _, parts = shard.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise UsageError(f"--shard {shard}: must be I/N, such as 2/5 for the second of five shares")
    return int(part), int(parts)


def _share(output: str, parts: int) -> int:
    digest = hashlib.sha256(output.encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest()[:8]) % parts


def check_spending(
    items: Sequence[BatchItem],
    limit: Decimal | None,
    budget: "Budget | None",
    inputs: PlanInputs,
    *,
    unknown_ok: bool = False,
) -> None:
    """Check all new tasks together against the cost limit and the budget.

    ``unknown_ok``: what is not known before is paid all the same.

    :raises UsageError: they do not fit; with a line for each reason and each wrong item.
    """
    problems = list(_cost_problems(items, limit, inputs.host, unknown_ok=unknown_ok))
    problems += inputs.earlier.over_budget(_new(items), budget, unknown_ok=unknown_ok)
    if problems:
        problems += [line for item in items if item.error for line in lines_of(item.error.message)]
        raise UsageError("\n".join(problems), hint="nothing was sent")


def _cost_problems(
    items: Sequence[BatchItem], limit: Decimal | None, host: ServiceHost, *, unknown_ok: bool
) -> Iterator[str]:
    """Yield why the cost limit forbids the new tasks."""
    if limit is None:
        return
    unknown = [
        item.output
        for item in items
        if item.action is Action.SUBMIT and item.order and item.order.estimate is None
    ]
    if unknown and not host.priced:
        yield unknown_cost(host, limit)
    elif unknown and not unknown_ok:
        yield (
            f"--max-cost {limit}: the cost of {unknown[0]} is not known before;"
            " add --cost-unknown-ok to pay it all the same"
        )
    total = estimate(items)
    if total > limit:
        yield (
            f"the estimate of {total} {CURRENCY} (list prices of {PRICES_AS_OF})"
            f" is over --max-cost {limit}"
        )


def with_budget(items: Sequence[BatchItem], budget: "Budget | None") -> list[BatchItem]:
    """Return the items; the order of each carries the budget to its create call."""
    return [
        item._replace(order=item.order._replace(budget=budget)) if item.order else item
        for item in items
    ]


def check_receipts(items: Sequence[BatchItem]) -> None:
    """Check that the receipts of videos can be written.

    :raises UsageError: with a line for each that cannot.
    """
    if problems := list(receipts.problems([item.path for item in items], force=True)):
        raise UsageError("\n".join(problems), hint="nothing was sent")


def needs_task(item: BatchItem) -> bool:
    """Return whether the item's video is made by a task that is new or not saved yet."""
    return item.action in (Action.ATTACH, Action.SUBMIT)


def estimate(items: Sequence[BatchItem]) -> Decimal:
    """Return the list price in CNY of all new tasks whose price is known before."""
    return sum((order.estimate or Decimal(0) for order in _new(items)), start=Decimal(0))


def _new(items: Sequence[BatchItem]) -> list[Order]:
    return [item.order for item in items if item.action is Action.SUBMIT and item.order]


def _draft(position: int, item: ManifestItem, inputs: PlanInputs) -> _Draft:
    output = item.fields["output"].value
    try:
        return _Draft(item, output, _order(position, item, inputs))
    except PixverseError as error:
        return _Draft(item, output, error=_placed(item, error))


def _placed(item: ManifestItem, error: PixverseError) -> PixverseError:
    return error.but(message="\n".join(_lines_with_place(item, error)))


def _lines_with_place(item: ManifestItem, error: PixverseError) -> Iterator[str]:
    for line in lines_of(error.message):
        yield line if line.startswith(item.place) else f"{item.place}: {line}"


def _order(position: int, item: ManifestItem, inputs: PlanInputs) -> Order:
    """Return the item's order, checked as ``submit`` checks one."""
    settings, problems = Settings(item.fields, inputs.kept, unset=""), list[str]()
    given, names = _given(item, inputs)
    kind = settings.read("kind", _kind, None, f"choose {', '.join(Kind)}")
    model_name = item.fields["model"].value if "model" in item.fields else None
    kind = kind or kind_of(given, model_name, text="text" in item.fields)
    if kind is None:
        problems.append(_WHICH_KIND if given.video else _NO_KIND)
    model = model_of(settings, kind or usual_kind(model_name))
    reader = InputReader(model, inputs.stack, inputs.earlier.named, inputs.now, inputs.limit)
    taken = reader.read(given, problems) if kind else ()
    prompt = _prompt(item, inputs, problems)
    request = video_request(settings, prompt, model, follows=follows(model, [taken]))
    problems += input_lines(request, taken, settings, _LABELS) if kind else []
    problems += settings.problems
    if problems:
        raise UsageError("\n".join(dict.fromkeys(problems)), hint="nothing was sent for it")
    # the store and the screen show an input as the manifest names it
    shown = tuple(each._replace(source=names.get(each.source, each.source)) for each in taken)
    return Order(
        request=request,
        inputs=shown,
        position=position,
        upload_command=settings.text("upload-command"),
        once=True,
        priced=inputs.host.priced,
    )


def _kind(text: str) -> Kind | None:
    return next((kind for kind in Kind if kind == text.lower()), None)


def _given(item: ManifestItem, inputs: PlanInputs) -> tuple[Given, dict[str, str]]:
    """Return the item's inputs with their paths, and how the manifest writes each path."""
    names: dict[str, str] = {}

    def placed(name: str, value: str) -> str:
        try:
            where = _input_path(name, value, inputs)
        except UsageError:  # told when the input is read, with the way out
            where = value
        names[where] = value
        return where

    values = {name: item.fields[name].value for name in _SINGLE if name in item.fields}
    found = {name: placed(name, value) for name, value in values.items()}
    references = list[str]()
    several = item.fields.get("reference")
    for reference in lines_of(several.value or " ") if several else ():
        name, source = name_and_source(reference.strip())
        where = placed("reference", source)
        references.append(where if name is None else f"{name}={where}")
    given = Given(
        image=found.get("image"),
        last_frame=found.get("last-frame"),
        references=references,
        video=found.get("video"),
        sound=found.get("audio-file"),
    )
    return given, names


def _input_path(name: str, value: str, inputs: PlanInputs) -> str:
    """Return an input as ``submit`` would be given it: paths are relative to the manifest.

    :raises UsageError: it is a URL that the service does not accept, or has no valid path.
    """
    if not value.strip() or remote(value) is not None or value.lower().startswith("file:"):
        return value
    path = _below(inputs.folder, value, name)
    return value if name == "video" and may_be_task(value, path) else path


def _with_takes(drafts: Sequence[_Draft], inputs: PlanInputs) -> list[_Draft]:
    """Return the drafts with takes: each of several equal requests gets a video of its own.

    An output keeps the take that the lock names, wherever it stands in the manifest now.
    """
    owners: dict[tuple[str, int], int] = {}  # fingerprint and take → position
    for at, draft in enumerate(drafts):
        if draft.order is not None and (take := _locked_take(draft, inputs)):
            owners.setdefault((draft.order.fingerprint, take), at)
    takes = {at: take for (_, take), at in owners.items()}
    counted = list[_Draft]()
    for at, draft in enumerate(drafts):
        order = draft.order
        if order is not None:
            fingerprint = order.fingerprint
            free = next(take for take in count(1) if (fingerprint, take) not in owners)
            order = order._replace(take=takes.get(at, free))
            owners.setdefault((fingerprint, order.take), at)
        counted.append(draft._replace(order=order))
    return counted


def _locked_take(draft: _Draft, inputs: PlanInputs) -> int | None:
    """Return the take with which the output was made, as far as lock and store know it."""
    entry = inputs.lock.entry(draft.output)
    record = inputs.earlier.known(entry.task_id) if entry and entry.task_id else None
    if draft.order is None or record is None:
        return None
    return record.take if record.fingerprint == draft.order.fingerprint else None


def _with_path(draft: _Draft, inputs: PlanInputs) -> _Draft:
    if draft.order is None:
        return _with_output_problem(draft, inputs)
    try:
        output, path = _resolved(draft.output, draft.order, inputs)
    except PixverseError as error:
        return draft._replace(order=None, error=_placed(draft.item, error))
    return draft._replace(output=output, path=path)


def _with_output_problem(draft: _Draft, inputs: PlanInputs) -> _Draft:
    """Return a draft that cannot be made; its error also says what is wrong with the output."""
    try:
        output_names.parse_template(_below(inputs.folder, draft.output, "output"), "output")
    except UsageError as error:
        lines = _placed(draft.item, error).message
        known = draft.error.but(message=f"{draft.error.message}\n{lines}") if draft.error else error
        return draft._replace(error=known)
    return draft


def _output_conflicts(drafts: Sequence[_Draft], inputs: PlanInputs) -> Iterator[str]:
    """Yield each output whose place is taken, however it is written.

    By an earlier output, by the manifest or a file of its lock, or by an output that would need
    a folder of its name.
    """
    found = [draft for draft in drafts if draft.path or "{" not in draft.output]
    paths = [draft.path or inputs.folder / draft.output for draft in found]
    for positions in shared_files([*inputs.lock.reserved, *paths]):
        places = [position - len(inputs.lock.reserved) for position in positions]
        first, *others = places
        by = f"used by {found[first].item.place}" if first >= 0 else "the manifest's, or its lock's"
        for other in others:
            if other < 0:
                continue  # the lock is no link: it is its own target
            yield f"{found[other].item.place}: output {found[other].output} is already {by}"
    for file, inner in folders_among(paths):
        yield (
            f"{found[inner].item.place}: output {found[inner].output} needs a folder where"
            f" {found[file].item.place} has its output"
        )


def _planned(draft: _Draft, inputs: PlanInputs) -> BatchItem:
    error, order, path = draft.error, draft.order, draft.path
    try:
        if order is not None and path is not None:
            return _item(draft.output, path, order, inputs)
    except PixverseError as failure:
        error = _placed(draft.item, failure)
    return BatchItem(
        output=draft.output, action=Action.REFUSE, path=Path(draft.output), error=error
    )


def _prompt(item: ManifestItem, inputs: PlanInputs, problems: list[str]) -> str | None:
    prompt, file = item.fields.get("prompt"), item.fields.get("prompt-file")
    if prompt is not None and file is not None:
        problems.append("prompt and prompt-file: give only one of them")
    if file is not None:
        path = _below(inputs.folder, file.value, "prompt-file")
        return read_prompt(path, inputs.limit, problems)
    return prompt.value if prompt else None


def _resolved(output: str, order: Order, inputs: PlanInputs) -> tuple[str, Path]:
    """Return the output with its fields filled in, as the lock names it, and its path."""
    template = output_names.parse_template(_below(inputs.folder, output, "output"), "output")
    values = known_values(order, inputs.now)
    parts = (*template.folder, *template.name)
    if template.stdout or not output_names.known(parts, values):
        raise UsageError(f"output {output}: must be a path that does not depend on the task id")
    path = output_names.resolve(template, values).absolute()
    _insist_on_none(output_names.target_problems(path, force=True))
    if any(isinstance(part, Field) for part in parts):
        relative = output_names.parse_template(output)
        output = str(output_names.resolve(relative, values))
    return output, path


def _insist_on_none(problems: Iterable[str]) -> None:
    """Check that there are no problems.

    :raises UsageError: with a line for each.
    """
    if lines := list(problems):
        raise UsageError("\n".join(lines))


def _below(folder: Path, path: str, field: str) -> str:
    """Return a path of the manifest, which is relative to the manifest's folder.

    :raises UsageError: it starts with ``~/``, and this user has no home directory.
    """
    try:
        start = "" if folder == Path() else folder
        return os.path.join(start, with_home(path))  # noqa: PTH118  a Path would lose the slash at the end
    except OSError as error:
        raise UsageError(f"{field} {path}: {reason(error)}") from error


def _item(output: str, path: Path, order: Order, inputs: PlanInputs) -> BatchItem:
    entry, live = inputs.lock.entry(output), inputs.earlier.live(order)
    unchanged = entry is not None and inputs.has_hash(path, entry.sha256)
    done = BatchItem(output=output, action=Action.UP_TO_DATE, path=path, order=order)
    if entry is not None and unchanged and entry.fingerprint == order.fingerprint:
        return done._replace(sha256=entry.sha256, task_id=entry.task_id)
    if live is not None and live.sha256 and inputs.has_hash(path, live.sha256):
        return done._replace(sha256=live.sha256, task_id=live.task_id)
    exists = _exists(path)
    # a file is read before it is replaced, whatever its time says
    unchanged = entry is not None and unchanged and has_sha256(path, entry.sha256)
    if exists and not unchanged and not inputs.force:
        raise UsageError(
            f"{path} was not made by this manifest",
            hint="move it, or use --force to replace it",
        )
    # what is up to date may stand in a folder that cannot be written
    _insist_on_none(output_names.folder_problems(path.parent))
    return BatchItem(
        output=output,
        action=Action.SUBMIT if live is None else Action.ATTACH,
        path=path,
        order=order,
        replaces=exists,
    )


def _exists(path: Path) -> bool:
    try:
        return kind_at(path, follow=False) is not None
    except OSError as error:
        raise UsageError(f"{path} cannot be used: {reason(error)}") from error
