"""``pixverse sandbox``."""

import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting import streams

if TYPE_CHECKING:
    from pixverse_cli.sandbox.exchange import Call

ChildCommand = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[-- COMMAND...]",
        help="A command to run against the sandbox, with an empty store of its own; its exit"
        " code is passed on. Without a command: serve until Ctrl-C.",
        show_default=False,
    ),
]
Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        metavar="NAME",
        help="Simulate a fault. Repeat the option, or separate names with commas, for several;"
        " --scenario help lists them.",
    ),
]
RunSeed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Make runs repeatable, including ids and faults."),
]
Realistic = Annotated[
    bool, typer.Option("--realistic", help="Tasks take 1 to 5 minutes instead of seconds.")
]
Port = Annotated[
    int, typer.Option("--port", metavar="N", help="Port to listen on; 0 picks a free one.")
]
ShowsCalls = Annotated[
    bool, typer.Option("--verbose", "-v", help="Write a line for each request on stderr.")
]
_WHAT_FOR = (
    "The sandbox runs. Paste the two lines into another shell: pixverse, and any program that"
    " reads these variables, then uses the sandbox, and nothing is paid. Ctrl-C ends it."
)


def command(
    ctx: typer.Context,
    child_command: ChildCommand = None,
    scenarios: Scenarios = None,
    seed: RunSeed = None,
    realistic: Realistic = False,
    port: Port = 0,
    quiet: shared_options.Quiet = False,
    verbose: ShowsCalls = False,
) -> None:
    """Run a local stand-in for the service, free: real uploads, tasks and H.264 video.

    \b
    Examples:
      pixverse sandbox -- pixverse submit turtle.webp -p "The camera rises" --wait
      pixverse sandbox --scenario lost-reply -- ./make-assets.sh
    """
    from pixverse_cli.sandbox import SCENARIOS, Sandbox
    from pixverse_cli.sandbox.child import run

    app = context.app_context(ctx)
    if scenarios == ["help"]:
        for name, scenario in SCENARIOS.items():
            streams.put(f"{name:<18}{scenario.summary}")
        return
    names = [name for each in scenarios or () for name in each.split(",") if name]
    chosen = secrets.randbelow(2**31) if seed is None else seed
    sandbox = Sandbox(
        scenarios=names,
        seed=chosen,
        realistic=realistic,
        port=port,
        on_call=_show_call if verbose else None,
    )
    app.stack.enter_context(sandbox)
    if child_command:
        raise typer.Exit(run(child_command, sandbox, app.runtime.environ))
    app.reporter().exports(sandbox.environment)
    app.reporter().note(_WHAT_FOR)
    while True:
        app.runtime.clock.sleep(3600.0)


def _show_call(call: "Call") -> None:
    """Write one line; without the query, which holds signatures."""
    status = call.status or "no answer"
    streams.say(harmless(f"{call.method} {call.host} {call.path} {status}"))
