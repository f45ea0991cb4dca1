"""Untrusted text, from users and the service: made harmless, and split into lines.

Prompts, file names and everything that the service sends may contain escape sequences, line
breaks or characters that change the writing direction. The service's text may also repeat the
API key. Such text is made harmless when it enters, and again when it is shown.
"""

import codecs
import re
import shlex
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

_LINE_BREAKS = ("\n", "\r", "\t")
_HARMFUL = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, format (bidi), surrogate, separators
_UNSEEN = ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn")  # separators, control and format, combining marks
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and a Braille pattern without dots
_JOINERS = "\u200d\ufe0f"  # join several code points into one emoji
_MASK = "***"
_DOS_END = "\x1a"
_SHORTEST_SECRET = 8  # a shorter one, such as "test", stands in ordinary words and addresses
_WRAP = r"(?:\s|\\[rnt])*"  # where a long line was wrapped, as text or in JSON


def harmless(text: str, *, secrets: Iterable[str] = ()) -> str:
    """Return the text on one line, without control and direction characters and secrets."""
    if not text.isprintable():
        text = "".join(map(_harmless, text))
    return masked(text, secrets)


def _harmless(char: str) -> str:
    if char in _LINE_BREAKS:
        return " "
    if char in _JOINERS or unicodedata.category(char) not in _HARMFUL:
        return char
    return ""


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return the text with every secret replaced by ``***``, in whatever way it is written.

    That is: in capitals or not, wrapped, escaped for a URL, JSON or HTML, or in base64, as in
    ``Authorization: Basic``.
    """
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            parts, pattern = _spellings(secret)
            unwrapped = _unwrapped(text)
            if any(part in unwrapped for part in parts):
                text = pattern.sub(_MASK, text)
    return text


def _unwrapped(text: str) -> str:
    """Return the text in lower case without what :data:`_WRAP` matches."""
    for escape in ("\\r", "\\n", "\\t") if "\\" in text else ():
        text = text.replace(escape, "")
    return "".join(text.split()).lower()


@lru_cache(maxsize=4)
def _spellings(secret: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Return a pattern for all spellings of a secret, and texts one of which is in each.

    The texts are in lower case; to look for them first is much faster.
    """
    spellings = [secret, *(_base64(secret.encode(), offset) for offset in range(3))]
    parts = (re.findall("[a-z0-9]+", each.lower()) or [""] for each in spellings)
    whole = (_WRAP.join(map(_escaped, each)) for each in spellings)
    longest = tuple(max(each, key=len) for each in parts)
    return longest, re.compile("|".join(whole), re.IGNORECASE)


def _base64(secret: bytes, offset: int) -> str:
    """Return the base64 digits that a secret alone decides, ``offset`` bytes after a third one."""
    import binascii  # noqa: PLC0415  only for a key that is in use

    digits = binascii.b2a_base64(bytes(offset) + secret, newline=False).decode("ascii")
    return digits[(8 * offset + 5) // 6 : 8 * (offset + len(secret)) // 6]


def _escaped(char: str) -> str:
    """Return a pattern for a character, which may be escaped, or replaced in URL-safe base64."""
    if char.isalnum():
        return char
    code = ord(char)
    other = {"+": "-", "/": "_"}.get(char, char)
    return (
        rf"(?:{re.escape(char)}|{re.escape(other)}|\\{re.escape(char)}|%{code:02x}"
        rf"|\\u{code:04x}|&\#0*{code};|&\#x0*{code:x};)"
    )


def without_keys(text: str) -> str:
    """Return a text from the command line without what looks like an API key."""
    return re.sub(r"\bsk-[\w-]{8,}", f"sk-{_MASK}", text)


def harmless_value(value: object, secrets: Iterable[str]) -> object:
    """Return a JSON value with every text in it made harmless, names included."""
    if isinstance(value, str):
        return harmless(value, secrets=secrets)
    if isinstance(value, list):
        return [harmless_value(each, secrets) for each in value]
    if isinstance(value, dict):
        return {
            harmless(str(name), secrets=secrets): harmless_value(each, secrets)
            for name, each in value.items()
        }
    return value


def decoded(data: bytes, *, errors: str = "strict") -> str:
    """Return the text of a file that a person wrote: UTF-8, or UTF-16 with its byte order mark.

    Windows shells write UTF-16. A byte order mark is removed, and so is Ctrl-Z at the end, with
    which DOS, and programs of its time, mark the end of a text.

    :raises UnicodeDecodeError: it is neither, and ``errors`` is "strict". A zero byte in UTF-8
        is a sign of UTF-16 without its mark.
    """
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    zero = -1 if wide or errors != "strict" else data.find(0)
    if zero >= 0:
        raise UnicodeDecodeError("utf-8", data, zero, zero + 1, "a zero byte")
    return data.decode("utf-16" if wide else "utf-8-sig", errors).rstrip(_DOS_END)


def is_blank(text: str) -> bool:
    """Return whether a text shows nothing: it is empty, or only blanks and invisible characters."""
    return all(unicodedata.category(char) in _UNSEEN or char in _FILLERS for char in text)


def lines_of(text: str) -> Iterator[str]:
    """Yield a text's lines, split at LF only, without the LF and a CR before it.

    ``str.splitlines`` also splits at U+2028 and others, which any name may contain.
    """
    if text:
        for line in text.removesuffix("\n").split("\n"):
            yield line.removesuffix("\r")


def shell_line(words: Iterable[str]) -> str:
    """Return a command line for a POSIX shell, or for fish."""
    return " ".join(map(shell_word, words))


def shell_word(word: str) -> str:
    """Return a word as a shell takes it; one that cannot be shown as it is, as printf makes it.

    So a line that a person copies from the screen, or a script from JSON, names the same file:
    a control character is not shown, and JSON has no bytes that are not UTF-8.
    """
    if harmless(word) == word or word.endswith("\n"):  # $(…) would drop the last line break
        return shlex.quote(word)
    escaped = "".join(map(_for_printf, word))
    if escaped.startswith("-"):
        escaped = rf"\055{escaped[1:]}"  # no option of printf
    return f"\"$(printf '{escaped}')\""


def _for_printf(char: str) -> str:
    if harmless(char) == char:
        return {"\\": r"\\", "%": "%%", "'": r"'\''"}.get(char, char)
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))
