"""The service's address, the state and config directories, and ``config.toml``."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pixverse_cli.domain.errors import UnexpectedError, UsageError
from pixverse_cli.settings.values import Setting

DEFAULT_BASE_URL = "https://dashscope.aliyuncs.com/api/v1"

_PLAIN_URL = re.compile(r"https?://[^\s\\@?#\x00-\x1f\x7f]+", re.IGNORECASE)

_XDG = {
    "user_state_path": ("XDG_STATE_HOME", ".local/state"),
    "user_config_path": ("XDG_CONFIG_HOME", ".config"),
}

# The settings that config.toml may have, named as the options of `submit`.
CONFIG_KEYS = (
    "model",
    "resolution",
    "duration",
    "audio",
    "watermark",
    "shot-type",
    "seed",
    "output",
    "timeout",
    "interval",
    "max-cost",
    "upload-command",
)


def base_url(environ: Mapping[str, str]) -> str:
    """Return the service's address, without a slash at the end.

    :raises UsageError: it is not an http(s) URL, or is plain http to another machine.
    """
    url = environ.get("DASHSCOPE_HTTP_BASE_URL") or DEFAULT_BASE_URL
    if (_host(url) and url.lower().startswith("https:")) or is_loopback(url):
        return url.rstrip("/")
    shown = "(a secret)" if "@" in url else url
    raise UsageError(
        f"DASHSCOPE_HTTP_BASE_URL={shown}: must be an https URL without user, query or fragment"
        " (plain http is for this machine only: on a network others could read the key)",
        hint=f"unset it to use {DEFAULT_BASE_URL}",
    )


def is_loopback(url: str) -> bool:
    """Return whether the host of an http(s) URL is this machine."""
    from ipaddress import ip_address  # noqa: PLC0415  https, the usual case, does not need it

    host = _host(url)
    try:
        return host is not None and ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(url: str) -> str | None:
    """Return the host of a plain http(s) URL; None for any other text.

    Plain: no user, no query, and no character that parsers read differently. Some parsers end
    the host at a backslash and some do not, so the key could be sent to another machine.
    """
    if not _PLAIN_URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # no address between the brackets, or a port that is not a number
        return None
    return parts.hostname


def state_directory(environ: Mapping[str, str]) -> Path:
    """Return the store's directory: ``PIXVERSE_STATE_DIR``, else the platform's default."""
    return _directory(environ, "PIXVERSE_STATE_DIR", "user_state_path")


def config_directory(environ: Mapping[str, str]) -> Path:
    """Return the directory of ``config.toml`` and the saved key."""
    return _directory(environ, "PIXVERSE_CONFIG_DIR", "user_config_path")


def _directory(environ: Mapping[str, str], variable: str, platform: str) -> Path:
    try:
        directory = _from_variable(environ.get(variable)) or _default(platform)
    except RuntimeError as error:
        # pathlib and platformdirs raise it if the home directory is not known
        raise _no_home(variable) from error
    if not directory.is_absolute():
        raise _no_home(variable)
    return directory


def _from_variable(directory: str | None) -> Path | None:
    return Path(directory).expanduser().absolute() if directory else None


def _default(platform: str) -> Path:
    usual = _xdg_directory(*_XDG[platform]) if sys.platform == "linux" else None
    if usual is not None:
        return usual
    import platformdirs  # noqa: PLC0415  takes as long as starting Python itself

    directory: Path = getattr(platformdirs, platform)("pixverse", appauthor=False)
    return directory


def _xdg_directory(variable: str, below_home: str) -> Path | None:
    """Return the directory that platformdirs gives on Linux, in the usual cases.

    None on Android, without a home, and for a relative path. Source: XDG Base Directory
    Specification.
    """
    base, home = os.environ.get(variable, ""), os.environ.get("HOME", "")
    if not base and home:
        base = f"{home}/{below_home}"
    if "ANDROID_DATA" in os.environ or not base.startswith("/"):
        return None
    return Path(base) / "pixverse"


def _no_home(variable: str) -> UnexpectedError:
    return UnexpectedError("no home directory was found", hint=f"set HOME or {variable}")


def config_file(directory: Path) -> dict[str, Setting]:
    """Return the settings in ``config.toml``; empty if there is no such file.

    :raises UsageError: it cannot be read, is not TOML, or has an unknown setting or type.
    """
    path = directory / "config.toml"
    try:
        content = path.read_bytes().decode()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    values = _toml(path, content)
    return {name: _setting(path, content, name, value) for name, value in values.items()}


def _toml(path: Path, content: str) -> dict[str, object]:
    import tomllib  # noqa: PLC0415  most machines have no such file

    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}") from error


def _setting(path: Path, content: str, name: str, value: object) -> Setting:
    lines = content[: _position(content, name)].count("\n")
    source = f"{path}, line {lines + 1}: {name}"
    if name not in CONFIG_KEYS:
        raise UsageError(
            f"{source}: no such setting", hint=f"the settings are {', '.join(CONFIG_KEYS)}"
        )
    if isinstance(value, bool):
        return Setting(value=str(value).lower(), source=source)
    if isinstance(value, (str, int, float)):
        return Setting(value=str(value), source=source)
    raise UsageError(f"{source}: must be text, a number, true or false")


def _position(content: str, name: str) -> int:
    match = re.search(
        rf"""^[ \t]*\[?["']?{re.escape(name)}["']?[ \t]*[\].=]""", content, re.MULTILINE
    )
    return match.start() if match else 0
