"""``pixverse sandbox``."""

from typing import Annotated

import typer

from pixverse_cli.app import stories
from pixverse_cli.commands import context, shared_options

ChildCommand = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[-- COMMAND...]",
        help="Run this against the sandbox, with an empty store of its own, and pass on its"
        " exit code. Without one: serve until Ctrl-C.",
        show_default=False,
    ),
]
Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        metavar="NAME",
        help="Play trouble; may be given several times, or several names with commas."
        " --scenario help lists them.",
    ),
]
RunSeed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Make runs repeatable, ids and trouble included."),
]
Realistic = Annotated[
    bool, typer.Option("--realistic", help="Tasks take 1 to 5 minutes instead of seconds.")
]
Port = Annotated[int, typer.Option("--port", metavar="N", help="The port; 0 takes a free one.")]


def command(
    ctx: typer.Context,
    words: ChildCommand = None,
    scenarios: Scenarios = None,
    seed: RunSeed = None,
    realistic: Realistic = False,
    port: Port = 0,
    quiet: shared_options.Quiet = False,
) -> None:
    """Serve the whole API on this machine, free: real uploads, tasks and H.264 video.

    \b
    Examples:
      pixverse sandbox -- pixverse submit turtle.webp -p "The camera rises" --wait
      pixverse sandbox --scenario lost-reply -- ./make-assets.sh
    """
    app = context.app_context(ctx)
    if scenarios == ["help"]:
        stories.show_scenarios()
        return
    names = [name for each in scenarios or () for name in each.split(",") if name]
    sandboxed = stories.sandbox(app, names, seed=seed, realistic=realistic, port=port)
    if words:
        raise typer.Exit(stories.run_against(app, sandboxed, words))
    stories.serve(app, sandboxed)
