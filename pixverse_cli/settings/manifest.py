"""A manifest of videos: TOML (``[defaults]``, ``[[video]]``), JSON Lines or CSV.

Fields are named as the options of ``submit``, with ``image`` and ``output`` beside them.
Every value keeps its position, so that the error for a bad one can show it.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.text import lines_of
from pixverse_cli.settings.values import Setting

FIELDS = (
    "image",
    "output",
    "prompt",
    "prompt-file",
    "model",
    "resolution",
    "duration",
    "audio",
    "watermark",
    "shot-type",
    "seed",
    "upload-command",
)
_REQUIRED = ("image", "output")

Row = Mapping[str, object]


class ManifestItem(NamedTuple):
    """One video of a manifest: its position (``place``) and its fields."""

    place: str
    fields: dict[str, Setting]


def read_manifest(path: Path) -> list[ManifestItem]:
    """Return the videos of a manifest, in its order.

    :raises UsageError: it cannot be read; or with a line for every unknown field, missing
        field, value of a wrong type and repeated output.
    """
    rows = list(_rows(path))
    items = [_item(f"{path.name}, video {number}", row) for number, row in enumerate(rows, 1)]
    problems = [problem for _, found in items for problem in found]
    problems += _shared_outputs([item for item, _ in items])
    if not rows:
        problems.append(f"{path}: contains no videos")
    if problems:
        raise UsageError("\n".join(problems), hint=f"the fields are {', '.join(FIELDS)}")
    return [item for item, _ in items]


def _rows(path: Path) -> Iterator[Row]:
    readers = {".toml": _toml_rows, ".jsonl": _json_rows, ".csv": _csv_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UsageError(f"{path}: must be a .toml, .jsonl or .csv file")
    try:
        yield from reader(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        # not UTF-8, TOML, JSON or CSV; each parser says where
        raise UsageError(f"{path}: {error}") from error


def _toml_rows(text: str) -> Iterator[Row]:
    import tomllib  # noqa: PLC0415  other manifests do not need it

    document = tomllib.loads(text)
    defaults, videos = document.pop("defaults", {}), document.pop("video", [])
    if document or not isinstance(defaults, dict) or not isinstance(videos, list):
        raise ValueError("only [defaults] and [[video]] are allowed")
    for video in videos:
        yield {**defaults, **video}


def _json_rows(text: str) -> Iterator[Row]:
    for number, line in enumerate(lines_of(text), 1):
        if line.strip():
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError(f"line {number} is not a JSON object")
            yield row


def _csv_rows(text: str) -> Iterator[Row]:
    for number, row in enumerate(csv.DictReader(io.StringIO(text), strict=True), 2):
        if None in row:
            raise ValueError(f"line {number} has more fields than the header line")
        yield row


def _item(place: str, row: Row) -> tuple[ManifestItem, list[str]]:
    fields, problems = {}, []
    for spelling, value in row.items():
        name = spelling.strip().replace("_", "-")
        if name not in FIELDS:
            problems.append(f"{place}: {spelling}: no such field")
        elif isinstance(value, (bool, str, int, float)):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            if text:
                fields[name] = Setting(value=text, source=f"{place}: {name}")
        elif value is not None:
            problems.append(f"{place}: {spelling}: must be text, a number, true or false")
    problems += [f"{place}: {name} is missing" for name in _REQUIRED if name not in fields]
    return ManifestItem(place, fields), problems


def _shared_outputs(items: list[ManifestItem]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for item in items:
        output = item.fields.get("output")
        if output is not None:
            first = seen.setdefault(output.value, item.place)
            if first != item.place:
                yield f"{item.place}: output {output.value} is already used by {first}"
