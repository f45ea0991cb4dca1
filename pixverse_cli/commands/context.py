"""Turns a parsed command line into the values that commands and flows take."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import typer

from pixverse_cli.app.context import AppContext, Extras, Runtime
from pixverse_cli.disk.files import stdin_within
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.text import decoded, lines_of, shell_line
from pixverse_cli.reporting.result import Output
from pixverse_cli.settings.values import Setting

if TYPE_CHECKING:
    from pixverse_cli.domain.endings import Asked
    from pixverse_cli.domain.plan import Destination, SubmitArgs


_MOST_STDIN_BYTES = 8 * 1024**2  # 200 000 task ids
_SHOWING = ("as_json", "as_events", "quiet", "verbose")  # options that change only the output


def app_context(ctx: typer.Context) -> AppContext:
    """Return the context of this command line; nothing is opened yet."""
    runtime = ctx.find_object(Runtime)
    if runtime is None:
        raise TypeError("the app was started without its runtime")
    app = AppContext(
        runtime,
        dict(_given(ctx)),
        output=_output(ctx),
        quiet=ctx.params.get("quiet", False),
        verbosity=ctx.params.get("verbose", 0),
    )
    ctx.call_on_close(app.stack.close)
    return app


def _given(ctx: typer.Context) -> Iterator[tuple[str, Setting]]:
    """Yield each option that was given, as text, with the spelling or variable it came from."""
    for parameter in ctx.command.params:
        name = parameter.name or ""
        value = ctx.params.get(name)
        source = ctx.get_parameter_source(name)
        if source is None or source.name == "DEFAULT" or not isinstance(value, (str, int)):
            continue
        spelling = parameter.opts[0]
        preset = source.name == "ENVIRONMENT"
        where = str(parameter.envvar) if preset else spelling
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield spelling.lstrip("-"), Setting(value=text, source=where, preset=preset)


def _output(ctx: typer.Context) -> Output:
    if ctx.params.get("as_events"):
        return Output.EVENTS
    return Output.JSON if ctx.params.get("as_json") else Output.HUMAN


def submit_args(ctx: typer.Context) -> "SubmitArgs":
    """Return the arguments of ``submit`` that the command has, unchecked."""
    from pixverse_cli.domain.plan import SubmitArgs

    names = [name for name in SubmitArgs._fields if name in ctx.params]
    return SubmitArgs(**{name: ctx.params[name] for name in names})


def destination(app: AppContext, *, wanted: bool, force: bool) -> "Destination | None":
    """Return where to save videos, or None if they are not to be saved."""
    from pixverse_cli.flows.plan import destination_of

    if not wanted and not app.settings.typed("output"):
        return None
    taken = app.output is not Output.HUMAN
    return destination_of(app.settings, force=force, stdout_is_taken=taken)


def limit_time(app: AppContext, *, waits: bool) -> None:
    """Set the command's time limit; the default one is only for commands that wait."""
    from pixverse_cli.domain.plan import DEFAULT_TIMEOUT

    app.limit_time(app.settings.seconds("timeout", DEFAULT_TIMEOUT if waits else 0.0))


def extras(app: AppContext) -> Extras:
    """Return what the command does beside its task; problems are noted in the settings."""
    receipts = app.settings.flag("receipt")
    return Extras(app.settings.flag("notify"), receipts, force="force" in app.given)


def insist_on_receipts(app: AppContext, destination: "Destination | None") -> None:
    """Check that a receipt that was asked for on the command line has a place.

    :raises UsageError: no video is saved, or it goes to stdout.
    """
    if not (app.settings.typed("receipt") and app.settings.flag("receipt")):
        return
    if destination is None:
        raise UsageError("--receipt: no video is saved: give -o, or --wait or --download")
    if destination.template.stdout:
        raise UsageError("--receipt: a video on stdout has no place for it: give -o FILE")


def asked(app: AppContext, *, pays: bool = False, saves: bool = True) -> "Asked":
    """Return what the command was asked to do, for the command that continues its tasks."""
    from pixverse_cli.domain.endings import Asked

    typed = app.settings.typed("output")
    return Asked(
        pays=pays,
        saves=saves,
        output=app.settings.text("output") if typed else None,
        force="force" in app.given,
        shorten=app.shorten,
    )


def same_command(ctx: typer.Context) -> str:
    """Return the command line with the options that were typed, apart from those for output."""
    options, arguments = list[str](), list[str]()
    for parameter in ctx.command.params:
        value = ctx.params.get(parameter.name or "")
        source = ctx.get_parameter_source(parameter.name or "")
        if source is None or source.name != "COMMANDLINE" or parameter.name in _SHOWING:
            continue
        if not parameter.opts[0].startswith("-"):
            arguments.append(str(value))
        elif isinstance(value, bool):
            options.append((parameter.opts if value else parameter.secondary_opts)[0])
        else:
            options += [parameter.opts[0], str(value)]
    words = [*arguments, *options]
    if any(argument.startswith("-") for argument in arguments):
        words = [*options, "--", *arguments]
    return shell_line(["pixverse", str(ctx.info_name), *words])


def ids(app: AppContext, arguments: Iterable[str] | None) -> list[str] | None:
    """Return task ids as typed, with ``-`` replaced by stdin's lines; None if none was typed.

    :raises UsageError: ``-`` was given twice, or stdin is too long.
    :raises TimeLimitError: stdin had not ended at the command's time limit.
    """
    typed = list(arguments or ())
    if not typed:
        return None
    if typed.count("-") > 1:
        raise UsageError("stdin can be read only once: give - once")
    return [each for item in typed for each in (_stdin_lines(app) if item == "-" else (item,))]


def _stdin_lines(app: AppContext) -> list[str]:
    data = stdin_within(app.time_limit).read_up_to(_MOST_STDIN_BYTES + 1)
    if len(data) > _MOST_STDIN_BYTES:
        raise UsageError(
            f"stdin has more than {_MOST_STDIN_BYTES} bytes: give task ids, one a line"
        )
    lines = lines_of(decoded(data, errors="replace"))
    return [line.strip() for line in lines if line.strip()]
