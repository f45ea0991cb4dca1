"""Where things are: the service's address, the directories, ``config.toml``."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pixverse_cli.domain.errors import UnexpectedError, UsageError
from pixverse_cli.settings.values import Setting

DEFAULT_BASE_URL = "https://dashscope.aliyuncs.com/api/v1"

# What may stand in config.toml, named as the options of `submit`.
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

    :raises UsageError: it is no http(s) URL, or plain http to another machine.
    """
    url = environ.get("DASHSCOPE_HTTP_BASE_URL") or DEFAULT_BASE_URL
    parts = urlsplit(url)
    if parts.hostname and (parts.scheme == "https" or is_loopback(url)):
        return url.rstrip("/")
    raise UsageError(
        f"DASHSCOPE_HTTP_BASE_URL={url}: must be an https address"
        " (over plain http, which only this machine may use, the network could read the key)",
        hint=f"unset it to use {DEFAULT_BASE_URL}",
    )


def is_loopback(url: str) -> bool:
    """Return whether an http(s) URL leads to this very machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        return parts.scheme in ("http", "https") and ip_address(host).is_loopback
    except ValueError:
        return parts.scheme in ("http", "https") and host == "localhost"


def state_directory(environ: Mapping[str, str]) -> Path:
    """Return where the store is: ``PIXVERSE_STATE_DIR``, else the platform's place."""
    return _directory(environ, "PIXVERSE_STATE_DIR", "user_state_path")


def config_directory(environ: Mapping[str, str]) -> Path:
    """Return where ``config.toml`` and the kept key are."""
    return _directory(environ, "PIXVERSE_CONFIG_DIR", "user_config_path")


def _directory(environ: Mapping[str, str], variable: str, platform: str) -> Path:
    if chosen := environ.get(variable):
        return Path(chosen).expanduser().absolute()
    import platformdirs  # noqa: PLC0415  costs as much as Python itself to start

    place: Path = getattr(platformdirs, platform)("pixverse", appauthor=False)
    if not place.is_absolute():
        raise UnexpectedError(
            "there is no home directory to keep things in", hint=f"set HOME or {variable}"
        )
    return place


def config_file(directory: Path) -> dict[str, Setting]:
    """Return what ``config.toml`` sets; nothing where there is no such file.

    :raises UsageError: it cannot be read, is no TOML, or holds a key or type we do not know.
    """
    path = directory / "config.toml"
    try:
        content = path.read_bytes().decode()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    values = _toml(path, content)
    return {name: _kept(path, content, name, value) for name, value in values.items()}


def _toml(path: Path, content: str) -> dict[str, object]:
    import tomllib  # noqa: PLC0415  most machines have no such file

    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}") from error


def _kept(path: Path, content: str, name: str, value: object) -> Setting:
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
    found = re.search(
        rf"""^[ \t]*\[?["']?{re.escape(name)}["']?[ \t]*[\].=]""", content, re.MULTILINE
    )
    return found.start() if found else 0
