"""The API key: where it is found, what pasting added to it, and where it is saved.

It is never an option: process lists show options. Sources in order: ``DASHSCOPE_API_KEY``,
the file in ``DASHSCOPE_API_KEY_FILE_PATH``, the key that ``pixverse auth login`` saved, and
``~/.dashscope/api_key`` (the file of the vendor's SDK).
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pixverse_cli.disk.files import (
    Kind,
    kind_at,
    read_up_to,
    reason,
    target_of,
    with_home,
    write_file,
)
from pixverse_cli.domain.errors import AuthError, UnexpectedError
from pixverse_cli.domain.frozen import Frozen
from pixverse_cli.domain.text import decoded

_LOGIN = (
    "get a key of the China (Beijing) region from https://bailian.console.aliyun.com,"
    " then run `pixverse auth login` or set DASHSCOPE_API_KEY"
)

_NAMING = "DASHSCOPE_API_KEY_FILE_PATH"
_MAX_CHARACTERS = 4096
MAX_BYTES = 2 * _MAX_CHARACTERS + 4  # enough for a longer key than is allowed, in UTF-16 too
# White space, the byte order mark, and what pages put between words without showing it.
_AROUND = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+"
_EDGES = re.compile(f"^{_AROUND}|{_AROUND}$")
_QUOTES = ('""', "''", "``", "\u201c\u201d", "\u2018\u2019")
# ``export NAME=``, ``$env:NAME =``, ``name:``, ``Bearer``. A key with "=" before its end is no
# valid token, so nothing of a key is lost.
_LABEL = re.compile(
    r"(?:export\s+|\$env:)?\w+\s*=\s*(?=[^=\s])|[\w-]+:\s+|bearer(?:\s+|$)", re.IGNORECASE
)
# RFC 6750, section 2.1, and the colon, which the keys of some gateways have.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/:=-]+")


class Key(Frozen):
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
    """Return the key in the bytes of a file or of stdin; see :func:`pasted`."""
    return pasted(decoded(data, errors="replace"))


def pasted(text: str) -> str:
    """Return a key without what copying and pasting adds around it.

    That is: blanks, line ends, invisible characters, a pair of quotes, a leading ``Bearer`` or
    ``NAME=``. No key begins or ends with any of them, so nothing of the key can be lost.
    """
    value = _EDGES.sub("", text)
    if len(value) > 1 and value[0] + value[-1] in _QUOTES:
        return pasted(value[1:-1])
    label = _LABEL.match(value)
    return pasted(value[label.end() :]) if label else value


def check_shape(value: str, source: str) -> None:
    """Check the form of a key before it is sent anywhere.

    :raises AuthError: it is not valid; the message does not show it.
    """
    if not value:
        raise AuthError(f"the API key from {source} is blank", hint=_LOGIN)
    if "://" in value:
        raise AuthError(f"the API key from {source} is a URL, not a key", hint=_LOGIN)
    if "**" in value:
        raise AuthError(
            f"the API key from {source} is hidden behind * characters: copy the whole key",
            hint=_LOGIN,
        )
    if not _TOKEN.fullmatch(value):
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
        write_file(target_of(path), f"{value}\n".encode(), mode=0o600)
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
    if named := environ.get(_NAMING):
        yield _from_named_file(named)
    for path in (kept_key_path(config_directory), _vendor_path(environ)):
        if path is not None and _may_hold_a_key(path):
            yield _from_file(path, str(path))


def _may_hold_a_key(path: Path) -> bool:
    """Return whether a key is meant to be here; reading it says what is wrong with it.

    A link to nothing counts: the next source may hold the key of another account.
    """
    try:
        return kind_at(path) is Kind.FILE or kind_at(path, follow=False) is Kind.LINK
    except OSError:
        return True


def _from_named_file(named: str) -> Key:
    if named.startswith("sk-"):
        raise AuthError(
            f"{_NAMING} contains a key, not the path of a file",
            hint="set DASHSCOPE_API_KEY to the key instead",
        )
    try:
        path = Path(with_home(named))
    except OSError as error:
        raise AuthError(
            f"{_NAMING}={named}: {reason(error)}", hint="use an absolute path"
        ) from error
    return _from_file(path, f"{named} ({_NAMING})")


def _vendor_path(environ: Mapping[str, str]) -> Path | None:
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home) / ".dashscope" / "api_key" if home else None


def _from_file(path: Path, source: str) -> Key:
    try:
        # the limit is for paths such as /dev/zero, which never end
        value = key_in(read_up_to(path, MAX_BYTES))
        exposed = os.name == "posix" and bool(path.stat().st_mode & 0o077)
    except OSError as error:
        raise AuthError(
            f"the API key file {source} cannot be read: {error.strerror}",
            hint="correct or remove it, or set DASHSCOPE_API_KEY",
        ) from error
    return Key(value=value, source=source, exposed=exposed)
