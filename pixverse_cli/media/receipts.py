"""Receipts: ``VIDEO.json`` beside a saved video, written atomically; other files are kept."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pixverse_cli.disk.files import Kind, kind_at, open_regular, reason, write_file
from pixverse_cli.domain.errors import NoReceiptError

_SUFFIX = ".json"
_MAX_BYTES = 1024 * 1024  # far more than a receipt has


def receipt_path(video: Path) -> Path:
    """Return the path of a video's receipt."""
    return video.with_name(video.name + _SUFFIX)


def is_missing(video: Path) -> bool:
    """Return whether nothing is at the path of a video's receipt."""
    try:
        return kind_at(receipt_path(video), follow=False) is None
    except OSError:
        return True  # writing it tells why it is not possible


def problems(videos: Iterable[Path], *, force: bool) -> Iterator[str]:
    """Yield why receipts of new videos cannot be written; call it before paying.

    ``force`` allows replacing the receipt of a video that is replaced.
    """
    paths = dict.fromkeys(videos)
    for video in paths:
        path = receipt_path(video)
        if path in paths:
            yield f"the receipt {path} would have the name of another video: give another name"
        try:
            kind = kind_at(path, follow=False)
            taken = kind is not None and not (force and kind is Kind.FILE and _task_of(path))
        except OSError as error:
            yield f"the receipt {path} cannot be written: {reason(error)}"
        else:
            if taken:
                yield (
                    f"the receipt {path} already exists: give another -o,"
                    " or --force to replace the receipt of an earlier video"
                )


def write_receipt(video: Path, content: bytes, task_id: str | None, *, force: bool) -> None:
    """Write a video's receipt; an earlier one of the same task is replaced.

    With ``force`` the receipt of another task is replaced too, but never any other file.

    :raises NoReceiptError: the path is taken, or the system refuses; an existing file is kept.
    """
    path = receipt_path(video)
    try:
        earlier = _task_of(path) if kind_at(path, follow=False) is Kind.FILE else None
        replace = earlier is not None and (force or earlier == task_id)
        write_file(path, content, replace=replace)
    except FileExistsError as error:
        raise _not_written(path, "it is another file, which was left alone", task_id) from error
    except OSError as error:
        raise _not_written(path, reason(error), task_id) from error


def _not_written(path: Path, why: str, task_id: str | None) -> NoReceiptError:
    again = f"pixverse download {task_id or 'ID'} --receipt"
    return NoReceiptError(
        f"the video is saved, but its receipt {path} cannot be written: {why}",
        hint=f"make room for it, then `{again}` writes it",
        next=again if task_id else None,
    )


def _task_of(path: Path) -> str | None:
    """Return the task id in a receipt; None for a file that is no receipt.

    :raises OSError: it cannot be read.
    """
    with open_regular(path) as file:
        content = file.read(_MAX_BYTES)
    try:
        receipt = json.loads(content)
        known = str(receipt["schema"]).startswith("pixverse/") and "program" in receipt
        return str(receipt["record"]["task_id"]) if known else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
