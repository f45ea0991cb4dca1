"""The service's address, the state and config directories, and ``config.toml``."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pixverse_cli.disk.files import look, open_regular, reason
from pixverse_cli.domain import hosts
from pixverse_cli.domain.errors import UnexpectedError, UsageError
from pixverse_cli.domain.text import decoded, lines_of
from pixverse_cli.settings.values import Setting

DEFAULT_BASE_URL = "https://dashscope.aliyuncs.com/api/v1"

_NO_NAME = re.compile(r"^$|^\.|\.\.|\.$|[^.]{64}")
_PLAIN_URL = re.compile(r"https?://[^\s\\@?#{}<>\x00-\x1f\x7f]+", re.IGNORECASE)
# The path of another protocol, which the vendor's pages show first, or of one call of the API.
_LONGER_PATH = re.compile(r"(.*?)/(?:compatible-mode(?:/.*)?|api/v1/.+)", re.IGNORECASE)
_AROUND = " \t\r\n\"'\ufeff"  # what files of variables and pasting leave around a value
_DEFAULT_PORTS = {"http": 80, "https": 443}

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
    "aspect-ratio",
    "shot-type",
    "seed",
    "output",
    "timeout",
    "interval",
    "max-cost",
    "budget",
    "once",
    "notify",
    "receipt",
    "upload-command",
)


def variables(environ: Mapping[str, str]) -> dict[str, Setting]:
    """Return the settings of the environment, ``PIXVERSE_…``; an empty one counts as unset."""
    names = {name: f"PIXVERSE_{name.upper().replace('-', '_')}" for name in CONFIG_KEYS}
    return {
        name: Setting(value=environ[variable], source=variable)
        for name, variable in names.items()
        if environ.get(variable)
    }


def base_url(environ: Mapping[str, str]) -> str:
    """Return the service's address, without a slash at the end.

    An address without a path gets the API's. One service has one spelling: records are
    compared by it.

    :raises UsageError: it is not an http(s) URL, is plain http to another machine, or has a
        path at which there is no such API.
    """
    given = environ.get("DASHSCOPE_HTTP_BASE_URL") or DEFAULT_BASE_URL
    url = given.strip(_AROUND).rstrip("/")
    _insist_on_ascii(url)
    if not _is_safe(url):
        raise _wrong_address(
            url,
            "must be an https URL with a valid host, without user, query, fragment or placeholder"
            " (plain http is for this machine only: on a network others could read the key)",
            hint=f"{_beginning(url)}unset it to use {DEFAULT_BASE_URL}",
        )
    parts = urlsplit(url)
    place = re.sub(r"\.(:\d*)?$", r"\1", parts.netloc.lower())  # a full name may end in a dot
    if parts.port in (None, _DEFAULT_PORTS[parts.scheme]):
        place = re.sub(r":\d*$", "", place)
    origin = f"{parts.scheme}://{place}"
    right = _right_path(_host(url) or "", parts.path)
    if right != parts.path:
        raise _wrong_address(
            url,
            "the video API is not at this path",
            hint=f"use DASHSCOPE_HTTP_BASE_URL={origin}{right}",
        )
    return origin + (parts.path or hosts.API_PATH)


def _insist_on_ascii(url: str) -> None:
    """Check that the host is written as the name system does; look-alike letters are seen then.

    :raises UsageError: it has other letters, or the full stops of another script.
    """
    host = _host(url) or ""
    if host.isascii():
        return
    try:
        name = host.encode("idna").decode()
        right = re.sub(re.escape(host), name, url, count=1, flags=re.IGNORECASE)
        hint = f"if you mean this host, use DASHSCOPE_HTTP_BASE_URL={right}"
    except UnicodeError:
        hint = f"unset it to use {DEFAULT_BASE_URL}"
    raise _wrong_address(url, "the host's name has characters that are not ASCII", hint=hint)


def _is_safe(url: str) -> bool:
    return (bool(_host(url)) and url.lower().startswith("https:")) or is_on_loopback(url)


def _beginning(url: str) -> str:
    """Return the first half of the hint for a URL without its scheme; empty for others."""
    local = is_on_loopback(f"http://{url}")
    named = local or "." in (_host(f"https://{url}") or "")
    return f"begin it with {'http' if local else 'https'}://, or " if named else ""


def _right_path(host: str, path: str) -> str:
    """Return the API's path on a host; on a gateway it can be anywhere, so ``path`` if possible."""
    if host.endswith(hosts.VENDOR_DOMAIN):
        return path if path in ("", hosts.API_PATH) else hosts.API_PATH
    longer = _LONGER_PATH.fullmatch(path)
    return longer[1] + hosts.API_PATH if longer else path


def _wrong_address(url: str, problem: str, *, hint: str) -> UsageError:
    bare, query, _ = url.partition("?")
    shown = "(a secret)" if "@" in url or url.startswith("sk-") else bare + query
    return UsageError(f"DASHSCOPE_HTTP_BASE_URL={shown}: {problem}", hint=hint)


def is_on_loopback(url: str) -> bool:
    """Return whether a text is a plain http(s) URL whose host is this machine."""
    host = _host(url)
    return host is not None and hosts.is_loopback(host)


def _host(url: str) -> str | None:
    """Return the host of a plain http(s) URL; None for any other text.

    Plain: no user, no query, and no character that parsers read differently. Some parsers end
    the host at a backslash and some do not, so the key could be sent to another machine. No part
    of the host's name is empty or longer than 63 characters.
    """
    if not _PLAIN_URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # no address between the brackets, or a port that is not a number
        return None
    host = (parts.hostname or "").removesuffix(".")
    return None if _NO_NAME.search(host) else host


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
        raise _no_home() from error
    except OSError as error:  # a relative path, and the current directory was deleted
        raise UnexpectedError(
            f"{variable}={environ.get(variable)}: {reason(error)}", hint="use an absolute path"
        ) from error
    if not directory.is_absolute():
        raise _no_home()
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


def _no_home() -> UnexpectedError:
    return UnexpectedError(
        "no home directory was found",
        hint="set HOME, or both PIXVERSE_STATE_DIR and PIXVERSE_CONFIG_DIR",
    )


def config_file(directory: Path) -> dict[str, Setting]:
    """Return the settings in ``config.toml``; empty if there is no such file.

    :raises UsageError: it cannot be read or is not TOML; or with a line for every unknown
        setting and every value of a wrong type.
    """
    path = directory / "config.toml"
    content = _content(path)
    settings, problems = dict[str, Setting](), list[str]()
    for name, value in _toml(path, content).items():
        line = 1 + content[: _position(content, name)].count("\n")
        source = f"{path}, line {line}: {name}"
        text = _text(value)
        if name not in CONFIG_KEYS:
            problems.append(f"{source}: no such setting{_similar(name)}")
        elif text is None:
            problems.append(f"{source}: must be text, a number, true or false")
        else:
            settings[name] = Setting(value=text, source=source)
    if problems:
        raise UsageError("\n".join(problems), hint=f"the settings are {', '.join(CONFIG_KEYS)}")
    return settings


def _similar(name: str) -> str:
    """Return the question about the setting that was probably meant; empty if none is similar."""
    if "key" in name.lower():
        return "; `pixverse auth login` stores the API key"
    from difflib import get_close_matches  # noqa: PLC0415  rare

    similar = get_close_matches(name.lower().replace("_", "-"), CONFIG_KEYS, 1)
    return f"; did you mean {similar[0]}?" if similar else ""


def _content(path: Path) -> str:
    """Return the text of the file; empty if there is none.

    A link to nothing is an error: without its limits of cost, more would be paid than allowed.
    """
    try:
        with open_regular(path) as file:
            return decoded(file.read())
    except OSError as error:
        if isinstance(error, FileNotFoundError) and look(path, follow=False) is None:
            return ""
        raise UsageError(
            f"{path} cannot be read: {reason(error)}",
            hint="correct or remove it, or set PIXVERSE_CONFIG_DIR to another directory",
        ) from error
    except UnicodeDecodeError as error:
        line = 1 + error.object[: error.start].count(b"\n")
        raise UsageError(f"{path} cannot be read: line {line} is not UTF-8 text") from error


def _toml(path: Path, content: str) -> dict[str, object]:
    if not content:
        return {}
    import tomllib  # noqa: PLC0415  most machines have no such file

    try:
        return tomllib.loads(content)
    except ValueError as error:  # not TOML, or a number of thousands of digits
        raise UsageError(f"{path}: {error}", hint=toml_hint(content, str(error))) from error
    except RecursionError as error:
        raise UsageError(f"{path}: its values are nested too deeply") from error


def toml_hint(content: str, error: str) -> str | None:
    """Return the way out if the line that a TOML error names has a value without its quotes.

    The value is not shown: it may be a key that stands in the wrong file.
    """
    at = re.match(r"(?:Invalid value|Expected newline).*at line (\d+)", error)
    line = dict(enumerate(lines_of(content), 1)).get(int(at[1]), "") if at else ""
    bare = re.fullmatch(r"\s*([\w-]+)\s*=\s*([^\s\"'\[{#=][^\"'#=]*)(?:#.*)?", line)
    if bare and (flag := bare[2].strip().lower()) in ("true", "false"):
        return f"write {bare[1]} = {flag}"
    return f'strings need quotes: {bare[1]} = "..."' if bare else None


def _text(value: object) -> str | None:
    """Return text, a number or a flag as an option would have it; None for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, (str, int, float)):
        return None
    try:
        return str(value)
    except ValueError:  # a whole number of thousands of digits, written in hexadecimal
        return None


def _position(content: str, name: str) -> int:
    match = re.search(
        rf"""^[ \t]*\[?["']?{re.escape(name)}["']?[ \t]*[\].=]""", content, re.MULTILINE
    )
    return match.start() if match else 0
