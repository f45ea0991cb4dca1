"""The app, and the one error boundary: here every ending becomes an exit code."""

import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

import typer

from pixverse_cli import __version__
from pixverse_cli.app.context import Runtime, default_runtime
from pixverse_cli.commands.lazy_group import CONTEXT, lazy_group
from pixverse_cli.domain.endings import unforeseen
from pixverse_cli.domain.errors import BugError, Charged, ClosedPipe, Ending, Stopped, UsageError
from pixverse_cli.domain.text import without_keys
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.reporter import report_ending
from pixverse_cli.reporting.result import Output

# Every line fits a terminal of 40 columns.
_SHORT_HELP = """\
pixverse makes videos from images, with
PixVerse on Alibaba Cloud Model Studio.

Make a video and save it:
  pixverse submit a.webp -p TEXT --wait

Show your tasks:
  pixverse list

Try it without paying:
  pixverse sandbox -- \\
    pixverse submit a.webp --wait

Show all commands:
  pixverse --help"""

COMMANDS = {
    "submit": "Start one paid task per image; with --wait, save the video.",
    "upscale": "Make a 4K version of a video.",
    "lipsync": "Let the person in a video speak a sound or a text.",
    "motion": "Let the person in an image move like the one in a video.",
    "status": "Show the status of tasks.",
    "wait": "Wait until tasks end; print each video's URL, or with --download save it.",
    "download": "Save finished videos; those already saved are not downloaded again.",
    "list": "Show what this machine has submitted, newest first.",
    "cancel": "Cancel queued tasks; a running task cannot be cancelled.",
    "retry": "Send requests again that cost nothing: failed, cancelled, or never accepted.",
    "recover": "Find the tasks of submits whose answer was lost, without paying again.",
    "batch": "Generate the videos listed in a file; finished ones are skipped.",
    "cost": "Show what this machine's requests cost, by list prices.",
    "forget": "Remove records from this machine; files are left alone.",
    "models": "Show the models, their limits and list prices.",
    "auth": "Manage the API key: login, status, logout.",
    "doctor": "Check the setup: key, service, store and shell. It costs nothing.",
    "completion": "Print the completion script for a shell.",
    "skill": "Print SKILL.md: how an agent uses this version.",
    "sandbox": "Run a local stand-in for the service, free: real uploads, tasks and H.264 video.",
}

app = typer.Typer(
    name="pixverse",
    cls=lazy_group(COMMANDS),
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
)


@app.callback(invoke_without_command=True)
def pixverse(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", "-V", help="Show the version.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Show the JSON Schema of --json and --events.")
    ] = False,
) -> None:
    """Make videos from images with PixVerse on Alibaba Cloud Model Studio.

    \b
    Examples:
      pixverse submit turtle.webp -p "The camera slowly rises" --wait
      pixverse sandbox -- pixverse submit turtle.webp --wait
    """
    if version:
        streams.put(f"pixverse {__version__}")
    elif schema:
        from pixverse_cli.reporting.show import show_schema  # noqa: PLC0415  reads every type

        show_schema()
    elif ctx.invoked_subcommand is None:
        streams.say(_SHORT_HELP)
        raise typer.Exit(UsageError.exit_code)


def main(arguments: Sequence[str], runtime: Runtime | None = None) -> int:
    """Run one command line and return its exit code."""
    runtime = runtime or default_runtime()
    try:
        return _run(arguments, runtime)
    except Stopped as stopped:
        # a signal that came while another ending was being handled
        return stopped.exit_code


def _run(arguments: Sequence[str], runtime: Runtime) -> int:
    try:
        runtime.interrupts.install()
        streams.prepare()
        code = _invoke(arguments, runtime)
        runtime.interrupts.leave()
    except ClosedPipe as closed:
        runtime.interrupts.leave()
        streams.discard_stdout()
        if closed.hint:
            report_ending(closed, _wanted_output(arguments), runtime.environ)
        return closed.exit_code
    except Ending as ending:
        runtime.interrupts.leave()
        return _report(ending, arguments, runtime)
    except Exception as error:  # noqa: BLE001  a bug still needs an exit code and one error object
        runtime.interrupts.leave()
        # create calls are sent only while a reporter drains a flow: see AppContext.run
        return _report(unforeseen(error, Charged.NO), arguments, runtime)
    return code


def _invoke(arguments: Sequence[str], runtime: Runtime) -> int:
    try:
        code = _command().main(
            args=list(arguments),
            prog_name="pixverse",
            standalone_mode=False,
            windows_expand_args=False,  # a prompt is taken literally, always
            obj=runtime,
        )
    except typer.TyperException as error:
        raise UsageError(without_keys(error.format_message()), hint=_help_hint(error)) from error
    except (typer.Abort, EOFError) as error:
        raise UsageError("stopped while waiting for input") from error
    return code if isinstance(code, int) else 0


@cache
def _command() -> Any:  # noqa: ANN401  Typer's own Click has no public types
    return typer.main.get_command(app)


def _help_hint(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"see `{context.command_path if context else 'pixverse'} --help`"


def _wanted_output(arguments: Sequence[str]) -> Output:
    """Return the output format asked for, even if the command line cannot be parsed."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    before_dashes = arguments[:end]
    if "--events" in before_dashes:
        return Output.EVENTS
    return Output.JSON if "--json" in before_dashes else Output.HUMAN


def _report(ending: Ending, arguments: Sequence[str], runtime: Runtime) -> int:
    output = _wanted_output(arguments)
    if isinstance(ending, BugError) and output is Output.HUMAN:
        import traceback  # noqa: PLC0415  needed only for a bug

        traceback.print_exception(ending.__cause__, file=sys.stderr)
    report_ending(ending, output, runtime.environ)
    return ending.exit_code
