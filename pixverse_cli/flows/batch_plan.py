"""From a manifest to the action that each of its outputs needs. Nothing here is sent."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from pixverse_cli.disk.files import has_sha256, kind_at, reason
from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF
from pixverse_cli.domain.errors import PixverseError, UsageError
from pixverse_cli.domain.plan import Action, BatchItem, Order, OutputTemplate, Pattern
from pixverse_cli.domain.text import lines_of
from pixverse_cli.flows.plan import Live, known_values, order_of, read_prompt, video_request
from pixverse_cli.media import output_names
from pixverse_cli.media.inputs.source import remote
from pixverse_cli.settings.manifest import ManifestItem
from pixverse_cli.settings.values import Setting, Settings
from pixverse_cli.store.manifest_lock import ManifestLock


class PlanInputs(NamedTuple):
    """The inputs of a plan: the manifest's folder and lock, and the settings of ``config.toml``.

    ``live`` returns the record of an equal request in the store. ``force`` allows replacing
    files that this manifest did not make.
    """

    folder: Path
    lock: ManifestLock
    kept: dict[str, Setting]
    stack: ExitStack
    live: Live
    now: datetime
    force: bool = False


def plan_items(items: Sequence[ManifestItem], inputs: PlanInputs) -> list[BatchItem]:
    """Return what each output needs; an item that cannot be generated has an error."""
    return [_plan_item(position, item, inputs) for position, item in enumerate(items, 1)]


def shard_of(items: Sequence[ManifestItem], shard: str | None) -> list[ManifestItem]:
    """Return the stable share ``I/N`` of the items: an output is always in the same share.

    :raises UsageError: the share is not of the form ``I/N``, such as 2/5.
    """
    if shard is None:
        return list(items)
    part, _, parts = shard.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise UsageError(f"--shard {shard}: must be I/N, such as 2/5 for the second of five shares")
    return [item for item in items if _share(item, int(parts)) == int(part) - 1]


def _share(item: ManifestItem, parts: int) -> int:
    digest = hashlib.sha256(item.fields["output"].value.encode("utf-8", "surrogateescape"))
    return int.from_bytes(digest.digest()[:8]) % parts


def check_cost(items: Sequence[BatchItem], limit: Decimal | None) -> None:
    """Check the estimate against the cost limit.

    :raises UsageError: the estimate of all new tasks is over ``limit``.
    """
    total = estimate(items)
    if limit is not None and total > limit:
        raise UsageError(
            f"the estimate of {total} {CURRENCY} (list prices of {PRICES_AS_OF})"
            f" is over --max-cost {limit}",
            hint="nothing was sent",
        )


def estimate(items: Sequence[BatchItem]) -> Decimal:
    """Return the list price in CNY of all new tasks whose price is known before."""
    orders = [item.order for item in items if item.action is Action.SUBMIT and item.order]
    return sum((order.estimate or Decimal(0) for order in orders), start=Decimal(0))


def _plan_item(position: int, item: ManifestItem, inputs: PlanInputs) -> BatchItem:
    output = item.fields["output"].value
    try:
        order = _order(position, item, inputs)
        path = _path(output, order, inputs)
        return _item(output, path, order, inputs)
    except PixverseError as error:
        placed = error.but(message="\n".join(_lines_with_place(item, error)))
        return BatchItem(output=output, action=Action.REFUSE, path=Path(output), error=placed)


def _lines_with_place(item: ManifestItem, error: PixverseError) -> Iterator[str]:
    for line in lines_of(error.message):
        yield line if line.startswith(item.place) else f"{item.place}: {line}"


def _order(position: int, item: ManifestItem, inputs: PlanInputs) -> Order:
    """Return the item's order, checked as ``submit`` checks one."""
    settings, problems = Settings(item.fields, inputs.kept), list[str]()
    request = video_request(settings, _prompt(item, inputs.folder, problems))
    image = item.fields["image"].value
    local = remote(image) is None and not image.lower().startswith("file:")
    problems += settings.problems
    try:
        where = str(inputs.folder / image) if local else image
        order = order_of(where, request, settings, inputs.stack)
    except UsageError as error:
        problems += lines_of(error.message)
    if problems:
        raise UsageError("\n".join(problems), hint="nothing was sent for it")
    if local:  # the store and the screen show it as the manifest names it
        order = order._replace(inputs=(order.inputs[0]._replace(source=image),))
    return order._replace(position=position, once=True)


def _prompt(item: ManifestItem, folder: Path, problems: list[str]) -> str | None:
    prompt, file = item.fields.get("prompt"), item.fields.get("prompt-file")
    if prompt is not None and file is not None:
        problems.append("prompt and prompt-file: give only one of them")
    if file is not None:
        return read_prompt(str(folder / file.value), problems)
    return prompt.value if prompt else None


def _path(output: str, order: Order, inputs: PlanInputs) -> Path:
    template = output_names.parse_template(str(inputs.folder / output))
    values = known_values(order, inputs.now)
    problems = list(output_names.problems(template, [values], force=True))
    if template.stdout or any(not output_names.known(part, values) for part in _parts(template)):
        problems.append(f"output {output}: must be a path that does not depend on the task id")
    if problems:
        raise UsageError("\n".join(problems))
    return output_names.resolve(template, values).absolute()


def _parts(template: OutputTemplate) -> tuple[Pattern, ...]:
    return template.folder, template.name


def _item(output: str, path: Path, order: Order, inputs: PlanInputs) -> BatchItem:
    entry, live = inputs.lock.entry(output), inputs.live(order)
    unchanged = entry is not None and has_sha256(path, entry.sha256)
    if entry is not None and unchanged and entry.fingerprint == order.fingerprint:
        return _up_to_date(output, path, order, entry.sha256)
    if live is not None and live.sha256 and has_sha256(path, live.sha256):
        return _up_to_date(output, path, order, live.sha256)
    exists = _exists(path)
    if exists and not unchanged and not inputs.force:
        raise UsageError(
            f"{path} was not made by this manifest",
            hint="move it, or use --force to replace it",
        )
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


def _up_to_date(output: str, path: Path, order: Order, sha256: str) -> BatchItem:
    return BatchItem(output=output, action=Action.UP_TO_DATE, path=path, order=order, sha256=sha256)
