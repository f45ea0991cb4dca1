"""The API key: where it is found, what pasting added to it, and where it is saved.

It is never an option: process lists show options. Sources in order: ``DASHSCOPE_API_KEY``,
the file in ``DASHSCOPE_API_KEY_FILE_PATH``, the key that ``pixverse auth login`` saved, and
``~/.dashscope/api_key`` (the file of the vendor's SDK).
"""

import codecs
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pixverse_cli.disk.files import Kind, kind_at
from pixverse_cli.disk.writing import write_file
from pixverse_cli.domain.errors import AuthError, UnexpectedError

_LOGIN = (
    "get a key of the China (Beijing) region from https://bailian.console.aliyun.com,"
    " then run `pixverse auth login` or set DASHSCOPE_API_KEY"
)

_MAX_CHARACTERS = 4096
MAX_BYTES = 2 * _MAX_CHARACTERS + 4  # enough for a longer key than is allowed, in UTF-16 too
_QUOTES = ('""', "''", "``", "\u201c\u201d", "\u2018\u2019")
_AROUND = re.compile(r"\A[\s\ufeff]+|[\s\ufeff]+\Z")  # blanks, and a byte order mark
_BEARER = re.compile(r"bearer(\s+|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A usable key; ``exposed`` if other users can read its file."""

    value: str
    source: str
    exposed: bool = False

    def __repr__(self) -> str:
        return f"Key(…{self.ending}, {self.source})"

    @property
    def ending(self) -> str:
        """The last four characters: enough to recognise a key, not enough to use it."""
        return self.value[-4:]

    def account(self, service: str) -> str:
        """Return a hash that identifies this key on this service without showing the key."""
        import hashlib  # noqa: PLC0415  loads OpenSSL, which a finished status does not need

        return hashlib.sha256(f"pixverse {service} {self.value}".encode()).hexdigest()[:32]


def find_key(environ: Mapping[str, str], config_directory: Path) -> Key:
    """Return the key.

    :raises AuthError: there is no key, or its form is not valid.
    """
    found = next(_candidates(environ, config_directory), None)
    if found is None:
        raise AuthError("no API key", hint=_LOGIN)
    check_shape(found.value, found.source)
    return found


def key_in(data: bytes) -> str:
    """Return the key in the bytes of a file or of stdin; see :func:`pasted`.

    Windows shells write UTF-16 with a byte order mark.
    """
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return pasted(data.decode("utf-16" if wide else "utf-8-sig", "replace"))


def pasted(text: str) -> str:
    """Return a key without what copying and pasting adds around it.

    That is: blanks, line ends, a byte order mark, a pair of quotes, a leading ``Bearer``. No
    key begins or ends with any of them, so nothing of the key can be lost.
    """
    value = _AROUND.sub("", text)
    if len(value) > 1 and value[0] + value[-1] in _QUOTES:
        return pasted(value[1:-1])
    bearer = _BEARER.match(value)
    return pasted(value[bearer.end() :]) if bearer else value


def check_shape(value: str, source: str) -> None:
    """Check the form of a key before it is sent anywhere.

    :raises AuthError: it is not valid; the message does not show it.
    """
    if not value:
        raise AuthError(f"the API key from {source} is blank", hint=_LOGIN)
    if not value.isascii() or not value.isprintable() or any(mark in value for mark in " \"'`"):
        raise AuthError(
            f"the API key from {source} contains spaces, quotes, line breaks or other characters"
            " that are not allowed in a key",
            hint=_LOGIN,
        )
    if len(value) > _MAX_CHARACTERS:
        raise AuthError(
            f"the API key from {source} is longer than {_MAX_CHARACTERS} characters", hint=_LOGIN
        )
    if value.startswith("sk-sp-"):
        raise AuthError(
            f"the API key from {source} is a Coding Plan key (sk-sp-…), which PixVerse"
            " does not accept",
            hint=_LOGIN,
        )


def kept_key_path(config_directory: Path) -> Path:
    """Return the path where ``pixverse auth login`` saves the key."""
    return config_directory / "api_key"


def keep_key(config_directory: Path, value: str) -> Path:
    """Save a key for this user only (0600), replace an earlier one, and return the path.

    :raises UnexpectedError: the file cannot be written.
    """
    path = kept_key_path(config_directory)
    try:
        config_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(path, f"{value}\n".encode(), mode=0o600)
    except OSError as error:
        raise UnexpectedError(
            f"the API key cannot be saved in {path}: {error.strerror}",
            hint="set PIXVERSE_CONFIG_DIR to a writable directory",
        ) from error
    return path


def forget_key(config_directory: Path) -> Path | None:
    """Remove the saved key, and return its path, or None if there was none.

    :raises UnexpectedError: the system refuses.
    """
    path = kept_key_path(config_directory)
    try:
        path.unlink()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnexpectedError(
            f"the stored API key {path} cannot be removed: {error.strerror}",
            hint=f"give yourself permission to write in {config_directory}",
        ) from error
    return path


def _candidates(environ: Mapping[str, str], config_directory: Path) -> Iterator[Key]:
    if value := environ.get("DASHSCOPE_API_KEY"):
        yield Key(value=pasted(value), source="DASHSCOPE_API_KEY")
    if named := environ.get("DASHSCOPE_API_KEY_FILE_PATH"):
        yield _from_file(Path(named), f"{named} (DASHSCOPE_API_KEY_FILE_PATH)")
    for path in (kept_key_path(config_directory), _vendor_path(environ)):
        if path is not None and _may_hold_a_key(path):
            yield _from_file(path, str(path))


def _may_hold_a_key(path: Path) -> bool:
    try:
        return kind_at(path) is Kind.FILE
    except OSError:  # reading it says what is wrong
        return True


def _vendor_path(environ: Mapping[str, str]) -> Path | None:
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home) / ".dashscope" / "api_key" if home else None


def _from_file(path: Path, source: str) -> Key:
    try:
        with path.open("rb") as file:
            # the limit is for paths such as /dev/zero, which never end
            value = key_in(file.read(MAX_BYTES))
        exposed = os.name == "posix" and bool(path.stat().st_mode & 0o077)
    except OSError as error:
        raise AuthError(
            f"the API key file {source} cannot be read: {error.strerror}", hint=_LOGIN
        ) from error
    return Key(value=value, source=source, exposed=exposed)
