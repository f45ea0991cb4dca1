"""A recorded request as the command that makes it again."""

import shlex

from pixverse_cli.domain.catalog import Media, Model, Role, find_model
from pixverse_cli.domain.task import Record

_OPTIONS: dict[str, str] = {
    Role.LAST_FRAME: "--last-frame",
    Role.REFERENCE: "--reference",
    Role.AUDIO: "--audio",
}


def submit_command(record: Record) -> str | None:
    """Return the command line for a POSIX shell; None for a task that this store did not send.

    A URL is kept without its query, so a signed one has to be completed by hand.
    """
    model = find_model(record.model)
    if record.fingerprint is None or (record.label is None and model is None):
        return None
    words = ["pixverse", _command(model), *_input_words(record)]
    if record.prompt:
        words += ["-p", _shell_word(record.prompt)]
    if _command(model) == "submit":
        words += ["-m", _shell_word(model.alias if model else record.model or "")]
    return " ".join([*words, *_parameter_words(record, model), "--wait"])


def _parameter_words(record: Record, model: Model | None) -> list[str]:
    ratio = record.parameters.get("aspect_ratio") if model and model.ratios else None
    values = {
        "-r": record.resolution,
        "-a": ratio,
        "-d": record.duration,
        "--shot-type": record.shot_type,
        "--seed": record.seed,
        "--text": record.parameters.get("text"),
        "--voice": record.parameters.get("voice"),
    }
    words = list[str]()
    for option, value in values.items():
        words += [option, _shell_word(str(value))] if value is not None else []
    words += ["--audio"] if record.audio else []
    words += ["--watermark"] if record.watermark else []
    return words


def _command(model: Model | None) -> str:
    """Return the command that makes a kind: those on a video are named as their kind."""
    changes_video = model is not None and model.rule(Role.VIDEO, Media.VIDEO) is not None
    return str(model.kind) if model and changes_video else "submit"


def _input_words(record: Record) -> list[str]:
    """Return the inputs as arguments and options; older records have only their image."""
    if not record.inputs:
        return [_shell_word(_path(record.image))] if record.image else []
    words = list[str]()
    for each in record.inputs:
        source = f"{each.name}={each.source}" if each.name else each.source
        option = _OPTIONS.get(each.role)
        words += [option, _shell_word(source)] if option else [_shell_word(_path(source))]
    return words


def _path(source: str) -> str:
    return f"./{source}" if source.startswith("-") and source != "-" else source


def _shell_word(text: str) -> str:
    """Quote a word for bash and zsh; what would act on a terminal is written as an escape."""
    if text.isprintable():
        return shlex.quote(text)
    escapes = {"\\": r"\\", "'": r"\'", "\n": r"\n", "\t": r"\t", "\r": r"\r"}
    return "$'" + "".join(escapes.get(char) or _visible(char) for char in text) + "'"


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    number = ord(char)
    if 0xDC80 <= number <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{number - 0xDC00:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
