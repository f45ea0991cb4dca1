"""Where a video is saved: ``-o`` is a template, checked before paying and filled in later.

``-`` is stdout, and so is ``/dev/stdout``. ``dir/``, or a directory that exists, uses the
default name inside it. Everything else is a path whose parts may contain fields such as
``{task_id:8}`` (its first eight characters). The value of a field cannot lead to another folder.
The folders are checked and made before paying.
"""

import os
import re
import string
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from pixverse_cli.disk.files import (
    Kind,
    descriptor_in,
    is_directory,
    kind_at,
    look,
    reason,
    with_home,
)
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.plan import Field, OutputTemplate, Pattern

FIELDS = ("task_id", "image", "model", "resolution", "duration", "seed", "index", "take", "date")
DEFAULT_NAME = "{image}-{task_id:8}.mp4"
TAKES_NAME = "{image}-{take}-{task_id:8}.mp4"
_LONGEST_SUFFIX = ".part.json"  # a download adds it to the name while it runs

# Suffixes that promise another kind of media than the MP4 that is saved.
_OTHER_MEDIA = frozenset(
    (
        *(".gif", ".webm", ".mov", ".avi", ".mkv", ".flv", ".wmv", ".mpg", ".mpeg", ".ts", ".ogv"),
        *(".3gp", ".png", ".apng", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".heic"),
        *(".heif", ".avif", ".svg", ".ico", ".mp3", ".wav", ".aac", ".m4a", ".ogg", ".flac"),
    )
)
_UNFINISHED = (".part", _LONGEST_SUFFIX)
_LONGEST_PART = 255  # bytes of a name in a path, on every usual file system
_LONGEST_NAME = _LONGEST_PART - len(_LONGEST_SUFFIX)
_SEPARATORS = "/" + os.sep + (os.altsep or "")
_FOLDERS = ("", ".", "..")  # what stands after the last separator of a folder's path
_UNSAFE = re.compile(
    r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f'  # separators, controls, characters that Windows refuses
    r"\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069"  # line ends, text direction
    r"\ud800-\udfff]"  # surrogates: bytes that were not UTF-8
)
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)

Folds = Callable[[Path], bool]


def parse_template(
    output: str | None, source: str = "-o", default: str = DEFAULT_NAME
) -> OutputTemplate:
    """Read ``-o``; None means the default name in the current folder.

    ``source`` names the option or setting in error messages.

    :raises UsageError: an unknown field, an unmatched brace, or a name that is not valid.
    """
    if output is None:
        return OutputTemplate(text=default, name=_pattern(default, source), folder_only=True)
    if output == "-" or descriptor_in(output) == 1:
        return OutputTemplate(text=output, source=source, stdout=True)
    if descriptor_in(output) is not None:
        raise UsageError(f"{source} {output} is a special file; the only one to write to is -")
    if not _is_valid_path(output):
        raise UsageError(f"{source} {output!r} is not a valid file name")
    path = _expanded(output, source)
    at = 1 + max(path.rfind(separator) for separator in _SEPARATORS)
    if path[at:] in _FOLDERS or is_directory(Path(path)):
        return OutputTemplate(
            text=output,
            source=source,
            folder=_folder(path, source),
            name=_pattern(default, source),
            folder_only=True,
        )
    name = _pattern(path[at:], source)
    if sum(len(os.fsencode(part)) for part in name if isinstance(part, str)) > _LONGEST_NAME:
        raise UsageError(f"{source} {output}: the file name is over {_LONGEST_NAME} bytes long")
    if problem := _suffix_problem(path[at:]):
        raise UsageError(f"{source} {output}: {problem}")
    return OutputTemplate(text=output, source=source, folder=_folder(path[:at], source), name=name)


def _expanded(output: str, source: str) -> str:
    try:
        return with_home(output)
    except OSError as error:
        raise UsageError(f"{source} {output}: {reason(error)}") from error


def _suffix_problem(name: str) -> str | None:
    """Return what is wrong with the suffix of a file name, as the end of a sentence."""
    lower = name.lower()
    suffix = os.path.splitext(lower)[1]  # noqa: PTH122  a template need not be a valid path
    if suffix in _OTHER_MEDIA:
        return f"videos are MP4 files, so the name must not end in {suffix}; use .mp4"
    if lower.endswith(_UNFINISHED):
        return f"names that end in {suffix} are for unfinished downloads; use .mp4"
    return None


def _is_valid_path(output: str) -> bool:
    try:
        return b"\0" not in os.fsencode(output) and output != ""
    except UnicodeEncodeError:  # a lone surrogate, from an escape in a manifest
        return False


def _folder(text: str, source: str) -> Pattern:
    """Read the folder; an existing folder with braces in its name is not a template."""
    return (text,) if text and is_directory(Path(text)) else _pattern(text, source)


def _pattern(text: str, source: str) -> Pattern:
    parts: list[str | Field] = []
    try:
        for literal, name, length, conversion in string.Formatter().parse(text):
            if literal:
                parts.append(literal)
            if name is not None:
                parts.append(_field(name, length or "", conversion, source))
    except ValueError as error:  # an unmatched brace
        message = f"{source} {text}: {error}"
        raise UsageError(message, hint="write {{ for a literal brace") from error
    return tuple(parts)


def _field(name: str, length: str, conversion: str | None, source: str) -> Field:
    if name not in FIELDS:
        raise UsageError(f"{source}: unknown field {{{name}}}", hint=_FIELDS_HINT)
    if conversion or (length and not (length.isascii() and length.isdecimal() and int(length))):
        raise UsageError(
            f"{source}: {{{name}}} can only have a length, as in {{{name}:8}}",
            hint=_FIELDS_HINT,
        )
    return Field(name=name, length=int(length or 0))


_FIELDS_HINT = "the fields are " + " ".join(f"{{{field}}}" for field in FIELDS)


def sanitize(value: str) -> str:
    """Return ``value`` as a safe part of a file name: no path, no hidden file, no option."""
    safe = _UNSAFE.sub("_", value)
    rest = safe.lstrip(".-")
    return "_" * (len(safe) - len(rest)) + rest or "_"


def image_name(source: str) -> str:
    """Return the value of ``{image}``: the last part of a path or URL, without its suffix."""
    if source == "-":
        return "stdin"
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", source):
        path = unquote_to_bytes(urlsplit(source).path).decode(errors="replace")
        return Path(path).stem or "image"
    return Path(source).stem or "image"


def _field_value(field: Field, values: Mapping[str, str]) -> str:
    """Return the value of a field, sanitized."""
    value = values[field.name]
    return sanitize(value[: field.length] if field.length else value)


def resolve(template: OutputTemplate, values: Mapping[str, str]) -> Path:
    """Return the path for one video; ``values`` has a value for every field in the template.

    If the name is too long, its longest field is cut, between two characters.
    """
    folder = "".join(
        part if isinstance(part, str) else _field_value(part, values) for part in template.folder
    )
    return Path(folder) / _file_name(template.name, values)


def _file_name(pattern: Pattern, values: Mapping[str, str]) -> str:
    parts = [part if isinstance(part, str) else _field_value(part, values) for part in pattern]
    fields = [at for at, part in enumerate(pattern) if isinstance(part, Field)]
    while fields and (over := len(os.fsencode("".join(parts))) - _LONGEST_NAME) > 0:
        longest = max(fields, key=lambda at: len(parts[at].encode()))
        data = parts[longest].encode()
        parts[longest] = data[: max(0, len(data) - over)].decode(errors="ignore")
    name = "".join(parts)
    return _RESERVED.sub(r"\1_", name, count=1) if fields and _RESERVED.match(name) else name


def problems(
    template: OutputTemplate, tasks: Sequence[Mapping[str, str]], *, force: bool
) -> Iterator[str]:
    """Yield every problem of the output that can be found before paying.

    ``tasks`` has the known values for each video (never ``task_id``).
    """
    if template.stdout:
        yield from sharing_problems(template, [Path()] * len(tasks))
        return
    if not all(known(template.folder, values) for values in tasks):
        yield (
            f"{template.source} {template.text}: the folder has a field that is not known before"
            " the task is accepted; use it only in the file name"
        )
        return
    for folder in folders(template, tasks):
        yield from folder_problems(folder)
    if all(known(template.name, values) for values in tasks):
        paths = [resolve(template, values) for values in tasks]
        yield from sharing_problems(template, paths)
        for path in dict.fromkeys(paths):
            yield from target_problems(path, force=force)


def known(pattern: Pattern, values: Mapping[str, str]) -> bool:
    """Return whether ``values`` has every field of the pattern."""
    return all(part.name in values for part in pattern if isinstance(part, Field))


def known_paths(template: OutputTemplate, tasks: Sequence[Mapping[str, str]]) -> list[Path]:
    """Return the paths of videos whose whole name is known before they are submitted."""
    parts = (*template.folder, *template.name)
    return [resolve(template, values) for values in tasks if known(parts, values)]


def folders(template: OutputTemplate, tasks: Sequence[Mapping[str, str]]) -> list[Path]:
    """Return the folders of the videos, each once; none for stdout."""
    if template.stdout:
        return []
    parent = OutputTemplate(text=template.text, folder=template.folder)
    return list(dict.fromkeys(resolve(parent, values) for values in tasks))


def sharing_problems(template: OutputTemplate, paths: Sequence[Path]) -> Iterator[str]:
    """Yield where several videos would get one name; ``paths`` has the path for each video."""
    if template.stdout:
        if len(paths) > 1:
            yield f"{template.source} -: {len(paths)} videos cannot share stdout; give a directory"
        return
    for positions in shared_files(paths):
        names = list(dict.fromkeys(str(paths[position]) for position in positions))
        same = f" ({', '.join(names[1:])} is the same file)" if names[1:] else ""
        yield (
            f"{len(positions)} videos would all be named {names[0]}{same}: give a directory,"
            " or a name with {task_id}, {index} or {take}"
        )


def target_problems(path: Path, *, force: bool) -> Iterator[str]:
    """Yield why a path cannot become a video, apart from its folder."""
    try:
        kind = kind_at(path, follow=False)
        parts = [path.with_name(path.name + suffix) for suffix in _UNFINISHED]
        kinds = [(part, kind_at(part, follow=False)) for part in parts]
    except OSError as error:
        yield f"{path} cannot be used: {reason(error)}"
        return
    for part, part_kind in kinds:
        if part_kind not in (None, Kind.FILE, Kind.LINK):
            yield f"{part} is {part_kind}: the download needs this name, so remove it"
    if problem := _suffix_problem(path.name):
        yield f"{path}: {problem}"
    if kind in (Kind.FILE, Kind.LINK):
        if not force:
            yield f"{path} already exists: give another -o, or --force to replace it"
    elif kind is not None:
        yield f"{path} is {kind}: it cannot be replaced by a video"


def folder_problems(folder: Path) -> Iterator[str]:
    """Yield why no file can be created in a folder, which is made if it is missing."""
    try:
        existing, missing = _split(folder)
        kind = kind_at(existing)
        if kind is not Kind.DIRECTORY:
            yield f"{existing} is {kind}, not a directory"
        elif any(len(os.fsencode(name)) > _LONGEST_PART for name in missing):
            yield f"the folder {folder} cannot be made: a name is over {_LONGEST_PART} bytes long"
        elif missing and kind_at(existing / missing[0], follow=False) is Kind.LINK:
            yield f"{existing / missing[0]} is a symbolic link to nothing"
        else:  # permission bits do not tell of a read-only or full file system, or of a quota
            with tempfile.NamedTemporaryFile(
                dir=existing, prefix=".pixverse-", buffering=0
            ) as file:
                file.write(b"x")  # a full one still takes an empty file
    except OSError as error:
        yield f"cannot write in the folder {folder}: {reason(error)}"


def make_folder(folder: Path) -> None:
    """Make a folder if it is missing, with those above it.

    :raises UsageError: the system refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder {folder} cannot be made: {reason(error)}", hint="give another -o"
        ) from error


def shared_files(paths: Sequence[Path], folds: Folds | None = None) -> list[list[int]]:
    """Return the positions of paths that come to one file, for each file with more than one.

    ``a.mp4`` and ``./a.mp4`` do, and so do names in a folder and in a link to it. Names that
    differ in case or in their Unicode form do if ``folds`` says so of their folder: that the
    file system does not tell them apart.
    """
    alike: dict[tuple[str, ...], list[int]] = {}
    places = [_place(path) for path in paths]
    for position, (identity, _, names) in enumerate(places):
        alike.setdefault((identity, *map(_folded, names)), []).append(position)
    found: list[list[int]] = []
    for positions in alike.values():
        _, folder, _ = places[positions[0]]
        exact: dict[tuple[str, ...], list[int]] = {}
        for position in positions:
            exact.setdefault(places[position][2], []).append(position)
        one_file = len(exact) > 1 and (folds or folds_names)(folder)
        found += [positions] if one_file else exact.values()
    return [positions for positions in found if len(positions) > 1]


def folders_among(paths: Sequence[Path]) -> Iterator[tuple[int, int]]:
    """Yield the positions of each path that another one needs as a folder, and of the other."""
    names = {path.name for path in paths}
    if names.isdisjoint(name for path in paths for name in path.parent.parts):
        return
    places = [(identity, *rest) for identity, _, rest in map(_place, paths)]
    files = {place: position for position, place in enumerate(places)}
    for inner, place in enumerate(places):
        for length in range(2, len(place)):
            if (file := files.get(place[:length])) is not None:
                yield file, inner


def folds_names(folder: Path, at: Callable[[Path], object] = look) -> bool:
    """Return whether names that differ only in case or Unicode form are one file in a folder.

    Found with a file that is created and removed, because a mounted folder may differ from the
    one that it is mounted in. ``at`` returns what stands at a path, None for nothing.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".pixverse-\u00e9-") as file:
            path = Path(file.name)
            others = path.name.upper(), unicodedata.normalize("NFD", path.name)
            return any(at(path.with_name(name)) is not None for name in others)
    except OSError:  # that the folder cannot be written is reported elsewhere
        return False


def _place(path: Path) -> tuple[str, Path, tuple[str, ...]]:
    """Return a name for the deepest existing folder of a path, that folder, and the rest."""
    try:
        existing, missing = _split(Path(os.path.realpath(path.parent)))
        status = look(existing)
    except OSError:  # that the folder cannot be used is reported elsewhere
        existing, missing, status = path.parent, (), None
    identity = f"{status.st_dev} {status.st_ino}" if status else str(existing)
    return identity, existing, (*missing, path.name)


def _split(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Return the deepest existing part of a folder's path, and the names of the missing ones."""
    missing: tuple[str, ...] = ()
    while kind_at(folder) is None and folder != folder.parent:
        missing = (folder.name, *missing)
        folder = folder.parent
    return folder, missing


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
