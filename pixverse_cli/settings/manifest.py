"""A manifest of videos: TOML (``[defaults]``, ``[[video]]``), JSON Lines or CSV.

Fields are named as the options of ``submit`` and of the commands on a video, with ``image``,
``video``, ``audio-file``, ``kind`` and ``output`` beside them.
Every value keeps its position, so that the error for a bad one can show it.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pixverse_cli.disk.files import open_regular, reason
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.text import decoded, lines_of
from pixverse_cli.settings.places import toml_hint
from pixverse_cli.settings.values import Setting

_FIELDS = (
    "image",
    "last-frame",
    "reference",
    "video",
    "audio-file",
    "text",
    "voice",
    "kind",
    "output",
    "prompt",
    "prompt-file",
    "model",
    "resolution",
    "aspect-ratio",
    "duration",
    "audio",
    "watermark",
    "shot-type",
    "seed",
    "upload-command",
)
_REQUIRED = ("output",)
_SEVERAL = ("reference",)  # may be a list; in the setting, and in CSV, one in each line
_TABLES = ("defaults", "video")
_OTHER_SEPARATORS = {
    ";": "semicolons",
    "\t": "tabs",
    "|": "vertical bars",
    "\uff0c": "full-width commas",
}
_COMMAS = 'separate the columns with commas; in Excel, save the sheet as "CSV UTF-8"'


class ManifestItem(NamedTuple):
    """One video of a manifest: its position (``place``) and its fields."""

    place: str
    fields: dict[str, Setting]


class Manifest(NamedTuple):
    """The videos that could be read, in the manifest's order, and every problem of its text."""

    items: list[ManifestItem]
    problems: list[str]


class _Row(NamedTuple):
    """The fields of one video, of ``[defaults]`` (``given`` is false), or what is wrong there."""

    place: str
    values: Mapping[str, object] = {}
    problem: str | None = None
    given: bool = True


def read_manifest(path: Path) -> Manifest:
    """Return the videos of a manifest.

    The problems have a line for every row that cannot be read, unknown field, missing field,
    and value of a wrong type.

    :raises UsageError: it cannot be read at all, or contains no videos.
    """
    items, problems, defaults = list[ManifestItem](), list[str](), dict[str, Setting]()
    for row in _rows(path):
        place = f"{path.name}, {row.place}"
        if row.problem is not None:
            problems.append(f"{place}: {row.problem}")
            continue
        fields, wrong = _fields(place, row.values)
        if row.given:
            fields = _with_defaults(fields, defaults)
            wrong += [f"{place}: {name} is missing" for name in _REQUIRED if _lacks(fields, name)]
        else:
            defaults = fields
        problems += wrong
        if row.given and not wrong:
            items.append(ManifestItem(place, fields))
    if not items and not problems:
        problems.append(f"{path}: contains no videos")
    return Manifest(items, problems)


def _rows(path: Path) -> Iterator[_Row]:
    readers = {".toml": _toml_rows, ".jsonl": _json_rows, ".csv": _csv_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UsageError(f"{path}: must be a .toml, .jsonl or .csv file")
    try:
        with open_regular(path) as file:
            data = file.read()
    except OSError as error:
        raise UsageError(f"{path}: {reason(error)}") from error
    except ValueError as error:
        raise UsageError(f"{str(path)!r} is not a valid file name") from error
    try:
        yield from reader(decoded(data))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path}, line {line}: is not UTF-8 text",
            hint='save it as UTF-8; in Excel, as "CSV UTF-8" (the plain "CSV" may be GBK)',
        ) from error
    except (ValueError, RecursionError) as error:
        text = decoded(data) if reader is _toml_rows else ""
        raise UsageError(f"{path}: {error}", hint=toml_hint(text, str(error))) from error


def _toml_rows(text: str) -> Iterator[_Row]:
    """Yield the defaults, then the videos.

    :raises ValueError: not TOML; the parser says where.
    """
    import tomllib  # noqa: PLC0415  other manifests do not need it

    document = tomllib.loads(text)
    defaults, videos = document.pop("defaults", {}), document.pop("video", [])
    for name in document:
        yield _Row(name, problem=f"only [defaults] and [[video]] are allowed{_table_like(name)}")
    if isinstance(defaults, dict):
        yield _Row("defaults", defaults, given=False)
    else:
        yield _Row("defaults", problem="must be a table: [defaults]")
    if not isinstance(videos, list):
        yield _Row("video", problem="write [[video]], with two brackets, before each video")
        return
    for number, video in enumerate(videos, 1):
        is_table = isinstance(video, dict)
        problem = None if is_table else "must be a table: [[video]]"
        yield _Row(f"video {number}", video if is_table else {}, problem)


def _table_like(name: str) -> str:
    return {"defaults": "; did you mean [defaults]?", "video": "; did you mean [[video]]?"}.get(
        _similar(name, _TABLES), ""
    )


def _json_rows(text: str) -> Iterator[_Row]:
    for number, line in enumerate(lines_of(text), 1):
        place = f"line {number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=_each_once)
        except _GivenTwiceError as error:
            yield _Row(place, problem=str(error))
        except json.JSONDecodeError as error:
            yield _Row(place, problem=f"not valid JSON: {error.msg} (column {error.colno})")
        except (ValueError, RecursionError) as error:  # a number that is too long; deep nesting
            yield _Row(place, problem=f"not valid JSON: {error}")
        else:
            is_object = isinstance(row, dict)
            problem = None if is_object else "not a JSON object"
            yield _Row(place, row if is_object else {}, problem)


class _GivenTwiceError(ValueError):
    """A JSON object has a name twice; a parser would silently take the last value."""


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise _GivenTwiceError(f"{', '.join(twice)}: is given twice")
    return dict(pairs)


def _csv_rows(text: str) -> Iterator[_Row]:
    """Yield the rows below the header; cells without text are left out, empty rows skipped.

    A text with CR alone at its line ends is from an old spreadsheet program. Excel reads a
    first line ``sep=,`` and does not show it.
    """
    if "\n" not in text:
        text = text.replace("\r", "\n")
    reader = csv.reader(io.StringIO(text), strict=True, skipinitialspace=True)
    names: list[str] = []
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            place, line = f"line {line}", reader.line_num + 1
            if not any(cells) or (place == "line 1" and cells[0].lower() == "sep="):
                continue
            if names:
                yield _csv_row(place, names, cells)
                continue
            names = cells
            if problems := _header_problems(names):
                yield from (_Row(place, problem=problem) for problem in problems)
                return
    except csv.Error as error:
        yield _Row(f"line {line}", problem=f"not valid CSV: {error}")


def _header_problems(names: Sequence[str]) -> list[str]:
    for separator, what in _OTHER_SEPARATORS.items():
        if len(names) == 1 and separator in names[0]:
            return [f"the columns are separated by {what}; {_COMMAS}"]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        return [f"several columns are named {', '.join(twice)}"]
    return [problem for name in names if name and (problem := _unknown(name))]


def _csv_row(place: str, names: Sequence[str], cells: Sequence[str]) -> _Row:
    named = dict(zip(names, cells, strict=False))
    if any(cells[len(names) :]) or named.pop("", ""):
        problem = "a cell stands in a column that has no name in the header line"
        return _Row(place, problem=f"{problem}; text with commas needs quotes around it")
    return _Row(place, {name: cell for name, cell in named.items() if cell})


def _fields(place: str, row: Mapping[str, object]) -> tuple[dict[str, Setting], list[str]]:
    """Return the fields of a row, and a line for each unknown field and wrong type."""
    fields, problems = dict[str, Setting](), list[str]()
    for spelling, value in row.items():
        name = _field_name(spelling)
        if problem := _unknown(spelling):
            problems.append(f"{place}: {problem}")
        elif name in _SEVERAL and value == []:
            continue
        elif name in fields:
            problems.append(f"{place}: {spelling}: is given twice")
        elif isinstance(value, (bool, str, int, float)):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            fields[name] = Setting(value=text, source=f"{place}: {name}")
        elif name in _SEVERAL and isinstance(value, list) and _are_texts(value):
            fields[name] = Setting(value="\n".join(value), source=f"{place}: {name}")
        elif value is not None:
            problems.append(f"{place}: {spelling}: must be text, a number, true or false")
    return fields, problems


def _field_name(spelling: str) -> str:
    return spelling.strip().replace("_", "-")


def _unknown(spelling: str) -> str | None:
    """Return the problem of a field that does not exist; None if it exists."""
    name = _field_name(spelling)
    if name in _FIELDS:
        return None
    similar = _similar(name, _FIELDS)
    return f"{spelling}: no such field{f'; did you mean {similar}?' if similar else ''}"


def _are_texts(values: Sequence[object]) -> bool:
    return all(isinstance(value, str) and value and "\n" not in value for value in values)


def _with_defaults(
    fields: dict[str, Setting], defaults: Mapping[str, Setting]
) -> dict[str, Setting]:
    """Return a video's fields with the defaults for the others; its own prompt replaces both."""
    prompts = ("prompt", "prompt-file")
    own = any(name in fields for name in prompts)
    kept = {name: each for name, each in defaults.items() if not (own and name in prompts)}
    return {name: each._replace(preset=True) for name, each in kept.items()} | fields


def _lacks(fields: Mapping[str, Setting], name: str) -> bool:
    return name not in fields or not fields[name].value.strip()


def _similar(name: str, names: Sequence[str]) -> str:
    """Return the name that was probably meant; empty if none is similar."""
    from difflib import get_close_matches  # noqa: PLC0415  rare

    return next(iter(get_close_matches(name.lower(), names, 1)), "")
