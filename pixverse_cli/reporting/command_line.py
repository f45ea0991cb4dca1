"""A recorded request as the command that makes it again."""

import shlex

from pixverse_cli.domain.catalog import find_model
from pixverse_cli.domain.task import Record


def submit_command(record: Record) -> str | None:
    """Return the command line for a POSIX shell; None for a task that this store did not send.

    A URL is kept without its query, so a signed one has to be completed by hand.
    """
    if record.fingerprint is None or record.image is None:
        return None
    model = find_model(record.model)
    words = ["pixverse", "submit", shell_word(_path(record.image))]
    if record.prompt:
        words += ["-p", shell_word(record.prompt)]
    words += ["-m", shell_word(model.alias if model else record.model or "")]
    if record.resolution:
        words += ["-r", record.resolution]
    if record.duration:
        words += ["-d", str(record.duration)]
    words += ["--audio"] if record.audio else []
    words += ["--watermark"] if record.watermark else []
    if record.shot_type:
        words += ["--shot-type", record.shot_type]
    if record.seed is not None:
        words += ["--seed", str(record.seed)]
    return " ".join([*words, "--wait"])


def _path(source: str) -> str:
    return f"./{source}" if source.startswith("-") and source != "-" else source


def shell_word(text: str) -> str:
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
