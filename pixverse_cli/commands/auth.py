"""``pixverse auth``: store, show and remove the API key."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pixverse_cli.app.context import AppContext
from pixverse_cli.commands import context, shared_options
from pixverse_cli.domain.errors import AuthError, PixverseError
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.result import Output

if TYPE_CHECKING:
    from pixverse_cli.reporting.types import KeyJson
    from pixverse_cli.settings.key import Key

Check = Annotated[
    bool,
    typer.Option(
        "--check/--no-check",
        help="Ask the service, for free, whether it accepts the key; store no key that it refuses.",
    ),
]

summary = "Manage the API key: login, status, logout."


def login(
    ctx: typer.Context,
    check: Check = True,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
) -> None:
    """Store an API key that only you can read. It is typed without echo, or read from stdin.

    \b
    Examples:
      pixverse auth login
      pixverse auth login < key-file
    """
    from pixverse_cli.settings.key import check_shape, find_key, keep_key

    app = context.app_context(ctx)
    value = _read_key(app)
    check_shape(value, "your input")
    problem = _unchecked(app, value) if check else None
    path = keep_key(app.config_directory, value)
    app.reporter().note(f"stored in {path}; only you can read it")
    if problem is not None:
        app.reporter().note(f"the key could not be checked: {problem.message}")
    elif check:
        app.reporter().note(f"{app.base_url} accepts the key")
    key = find_key(app.runtime.environ, app.config_directory)
    if key.value != value:
        app.reporter().note(f"but {key.source} takes precedence, and holds a different key")
    _show(app, key, checked=check and problem is None)


def status(
    ctx: typer.Context,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
) -> None:
    """Show which key is in use: its source and its last four characters.

    \b
    Examples:
      pixverse auth status
      pixverse auth status --json
    """
    app = context.app_context(ctx)
    if app.key.exposed:
        app.reporter().note(f"other people can read {app.key.source}: chmod 600 it")
    _show(app, app.key)


def logout(
    ctx: typer.Context,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
) -> None:
    """Remove the key that login stored. Keys from other sources stay.

    \b
    Examples:
      pixverse auth logout
      pixverse auth logout --quiet
    """
    from pixverse_cli.settings.key import find_key, forget_key

    app = context.app_context(ctx)
    path = forget_key(app.config_directory)
    reporter = app.reporter()
    reporter.note(f"removed {path}" if path else "`pixverse auth login` has not stored a key")
    try:
        key = find_key(app.runtime.environ, app.config_directory)
    except AuthError:
        return
    reporter.note(f"the key from {key.source} is still in use")


def _unchecked(app: AppContext, value: str) -> PixverseError | None:
    """Ask the service whether it accepts a key, and return why it could not be asked, if so.

    :raises AuthError: the service refuses the key.
    """
    from pixverse_cli.flows.doctor import ask_once
    from pixverse_cli.flows.tools import Connect

    try:
        ask_once(Connect(app.base_url, lambda: value)())
    except AuthError as error:
        raise error.but(
            message=f"the key was not stored: {error.message}",
            hint=f"{error.hint}; `pixverse auth login --no-check` stores a key unchecked",
        ) from error
    except PixverseError as error:
        return error
    return None


def _read_key(app: AppContext) -> str:
    """Read a key from the keyboard without showing it, or from stdin."""
    from pixverse_cli.disk.files import stdin_within
    from pixverse_cli.settings.key import MAX_BYTES, key_in, pasted

    if not streams.is_terminal(sys.stdin):
        return key_in(stdin_within(app.time_limit).read_up_to(MAX_BYTES))
    import getpass

    try:
        return pasted(getpass.getpass("API key (not shown): "))
    except EOFError:
        return ""


def _show(app: AppContext, key: "Key", *, checked: bool | None = None) -> None:
    if app.output is Output.HUMAN:
        streams.put(f"…{key.ending} from {key.source}")
        return
    from pixverse_cli.reporting.shapes import SCHEMA, one_line

    shape: KeyJson = {
        "schema": SCHEMA,
        "key_ending": key.ending,
        "source": key.source,
        "exposed": key.exposed,
        "service": app.base_url,
    }
    if checked is not None:
        shape["checked"] = checked
    streams.put(one_line(shape))


subcommands = {"login": login, "status": status, "logout": logout}
