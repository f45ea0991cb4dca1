"""What ``pixverse auth`` does: no call to the service is made."""

# ruff: noqa: PLC0415  importing late is what this package is for

import sys

from pixverse_cli.app.context import AppContext, Output
from pixverse_cli.domain.errors import AuthError
from pixverse_cli.reporting import streams
from pixverse_cli.settings.key import Key, check_shape, find_key, forget_key, keep_key

_MOST_BYTES = 4096


def login(app: AppContext) -> None:
    """Read a key and keep it.

    :raises AuthError: what was typed cannot be a key; nothing is kept then.
    """
    value = _typed() if streams.is_terminal(sys.stdin) else _piped()
    check_shape(value, "your input")
    path = keep_key(app.config_directory, value)
    app.reporter().note(f"kept in {path}, for you alone")
    key = find_key(app.runtime.environ, app.config_directory)
    if key.value != value:
        app.reporter().note(f"but {key.source} comes first, and holds another key")
    _show(app, key)


def status(app: AppContext) -> None:
    """Show the key in use.

    :raises AuthError: there is none that can be used.
    """
    if app.key.exposed:
        app.reporter().note(f"other people can read {app.key.source}: chmod 600 it")
    _show(app, app.key)


def logout(app: AppContext) -> None:
    """Forget the kept key, and say whether another is still in use."""
    path = forget_key(app.config_directory)
    reporter = app.reporter()
    reporter.note(f"removed {path}" if path else "no key was kept by `pixverse auth login`")
    try:
        key = find_key(app.runtime.environ, app.config_directory)
    except AuthError:
        return
    reporter.note(f"the key from {key.source} is still in use")


def _typed() -> str:
    import getpass

    try:
        return getpass.getpass("API key (not shown): ").strip()
    except EOFError:
        return ""


def _piped() -> str:
    return sys.stdin.read(_MOST_BYTES).strip()


def _show(app: AppContext, key: Key) -> None:
    if app.output is Output.HUMAN:
        streams.put(f"…{key.ending} from {key.source}")
        return
    from pixverse_cli.reporting.shapes import SCHEMA, one_line

    shape = {"schema": SCHEMA, "key_ending": key.ending, "source": key.source}
    streams.put(one_line({**shape, "exposed": key.exposed, "service": app.base_url}))
