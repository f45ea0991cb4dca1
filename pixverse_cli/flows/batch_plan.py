"""From a manifest to what each of its outputs needs; nothing is sent here."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF
from pixverse_cli.domain.errors import PixverseError, UsageError
from pixverse_cli.flows.batch import Action, Piece
from pixverse_cli.flows.check import Live, order_of, read_prompt
from pixverse_cli.flows.create import Order
from pixverse_cli.flows.fetch import known_values
from pixverse_cli.media import naming
from pixverse_cli.media.address import remote
from pixverse_cli.media.files import verify
from pixverse_cli.settings.manifest import Item
from pixverse_cli.settings.values import Setting, Settings
from pixverse_cli.settings.video import video_request
from pixverse_cli.store.manifest_lock import ManifestLock


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a plan is made on: the manifest's folder, its lock, kept settings, the store's memory.

    ``force`` lets files that are not ours be replaced.
    """

    folder: Path
    lock: ManifestLock
    kept: dict[str, Setting]
    stack: ExitStack
    live: Live
    now: datetime
    force: bool = False


def plan_pieces(items: Sequence[Item], ground: Ground) -> list[Piece]:
    """Return what each output needs; one that cannot be made says why."""
    return [_piece(index, item, ground) for index, item in enumerate(items, 1)]


def shard_of(items: Sequence[Item], shard: str | None) -> list[Item]:
    """Return the stable share ``I/N`` of the items: an output always falls to the same share.

    :raises UsageError: the share is not such as 2/5.
    """
    if shard is None:
        return list(items)
    part, _, parts = shard.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise UsageError(f"--shard {shard}: must be such as 2/5, the second of five shares")
    return [item for item in items if _share(item, int(parts)) == int(part) - 1]


def _share(item: Item, parts: int) -> int:
    digest = hashlib.sha256(item.fields["output"].value.encode("utf-8", "surrogateescape"))
    return int.from_bytes(digest.digest()[:8]) % parts


def check_cost(pieces: Sequence[Piece], limit: Decimal | None) -> None:
    """Refuse what costs more than allowed.

    :raises UsageError: the estimate of all that would be bought is over ``limit``.
    """
    total = estimate(pieces)
    if limit is not None and total > limit:
        raise UsageError(
            f"the estimate of {total} {CURRENCY} (list prices of {PRICES_AS_OF})"
            f" is over --max-cost {limit}",
            hint="nothing was sent",
        )


def estimate(pieces: Sequence[Piece]) -> Decimal:
    """Return the list price of all that would be bought, in CNY."""
    buying = [piece.order for piece in pieces if piece.action is Action.SUBMIT and piece.order]
    return sum((order.request.estimate for order in buying), start=Decimal(0))


def _piece(index: int, item: Item, ground: Ground) -> Piece:
    output = item.fields["output"].value
    try:
        order = _order(index, item, ground)
        path = _path(output, order, ground)
        return _needed(output, path, order, ground)
    except PixverseError as error:
        error.message = "\n".join(_placed(item, error))
        return Piece(output=output, action=Action.REFUSE, path=Path(output), error=error)


def _placed(item: Item, error: PixverseError) -> Iterator[str]:
    for line in error.message.splitlines():
        yield line if line.startswith(item.place) else f"{item.place}: {line}"


def _order(index: int, item: Item, ground: Ground) -> Order:
    """Return the item's order, checked as ``submit`` checks one."""
    settings, problems = Settings(item.fields, ground.kept), list[str]()
    request = video_request(settings, _prompt(item, ground.folder, problems))
    image = item.fields["image"].value
    local = remote(image) is None and not image.lower().startswith("file:")
    problems += settings.problems
    try:
        where = str(ground.folder / image) if local else image
        order = order_of(where, request, settings, ground.stack)
    except UsageError as error:
        problems += error.message.splitlines()
    if problems:
        raise UsageError("\n".join(problems), hint="nothing was sent for it")
    return Order(
        request=request,
        image=image if local else order.image,
        identity=order.identity,
        index=index,
        picture=order.picture,
        upload_command=order.upload_command,
        once=True,
    )


def _prompt(item: Item, folder: Path, problems: list[str]) -> str | None:
    prompt, file = item.fields.get("prompt"), item.fields.get("prompt-file")
    if prompt is not None and file is not None:
        problems.append("prompt and prompt-file: give one of them")
    if file is not None:
        return read_prompt(str(folder / file.value), problems)
    return prompt.value if prompt else None


def _path(output: str, order: Order, ground: Ground) -> Path:
    template = naming.plan(str(ground.folder / output))
    values = known_values(order, ground.now)
    problems = list(naming.problems(template, [values], force=True))
    if template.stdout or any(not naming.known(part, values) for part in _parts(template)):
        problems.append(f"output {output}: must be a path that is known beforehand")
    if problems:
        raise UsageError("\n".join(problems))
    return naming.resolve(template, values).absolute()


def _parts(template: naming.Template) -> tuple[naming.Pattern, ...]:
    return template.folder, template.name


def _needed(output: str, path: Path, order: Order, ground: Ground) -> Piece:
    made, live = ground.lock.made(output), ground.live(order)
    ours = made is not None and verify(path, made.sha256)
    if made is not None and ours and made.fingerprint == order.fingerprint:
        return _up_to_date(output, path, order, made.sha256)
    if live is not None and live.sha256 and verify(path, live.sha256):
        return _up_to_date(output, path, order, live.sha256)
    if path.exists() and not ours and not ground.force:
        raise UsageError(
            f"{path} exists and is not what the lock says",
            hint="move it away, or --force to replace it",
        )
    return Piece(
        output=output,
        action=Action.SUBMIT if live is None else Action.ATTACH,
        path=path,
        order=order,
        replaces=path.exists(),
    )


def _up_to_date(output: str, path: Path, order: Order, sha256: str) -> Piece:
    return Piece(output=output, action=Action.UP_TO_DATE, path=path, order=order, sha256=sha256)
