"""Every option and argument, declared once: spellings, metavar, help, variable.

Values arrive as text and are read in ``settings``, so that everything wrong is told at
once and a bad value is refused with its source.
"""

from typing import Annotated

import typer

MAKING = "What to make"
PLACING = "Where to put it"
WAITING = "Waiting"
SPEAKING = "Output"

TaskIds = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID]...",
        help="Task ids, or unique beginnings of at least 4 characters; - reads them from stdin."
        " Without one: the latest task.",
        show_default=False,
    ),
]
Wait = Annotated[
    bool,
    typer.Option("--wait", "-w", help="Wait for the video and save it.", rich_help_panel=WAITING),
]
WaitFirst = Annotated[
    bool,
    typer.Option("--wait", "-w", help="Wait for unfinished tasks first.", rich_help_panel=WAITING),
]
OutputPath = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        help="A file, a directory, - for stdout, or a template with {task_id} {image} {model}"
        " {resolution} {duration} {seed} {index} {date}; implies that the video is saved."
        "  [default: {image}-{task_id:8}.mp4]",
        envvar="PIXVERSE_OUTPUT",
        rich_help_panel=PLACING,
    ),
]
NoDownload = Annotated[
    bool,
    typer.Option(
        "--no-download",
        help="Wait, and print the video's URL instead of saving it.",
        rich_help_panel=PLACING,
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", "-f", help="Replace a file that is there.", rich_help_panel=PLACING),
]
Download = Annotated[
    bool,
    typer.Option("--download", help="Save each video that is done.", rich_help_panel=PLACING),
]
Timeout = Annotated[
    str | None,
    typer.Option(
        "--timeout",
        metavar="TIME",
        help="How long to wait: 90, 90s, 30m, 2h; 0 is no limit.  [default: 30m]",
        envvar="PIXVERSE_TIMEOUT",
        rich_help_panel=WAITING,
    ),
]
Interval = Annotated[
    str | None,
    typer.Option(
        "--interval",
        metavar="TIME",
        help="Look so often.  [default: fitted to the task's age]",
        envvar="PIXVERSE_INTERVAL",
        rich_help_panel=WAITING,
    ),
]
EveryUnfinished = Annotated[
    bool, typer.Option("--all", help="Every unfinished task in the store.", rich_help_panel=WAITING)
]
AnyOne = Annotated[
    bool,
    typer.Option("--any", help="Return when the first task ends.", rich_help_panel=WAITING),
]
FailFast = Annotated[
    bool,
    typer.Option("--fail-fast", help="Return when the first task fails.", rich_help_panel=WAITING),
]
ExitStatus = Annotated[
    bool,
    typer.Option(
        "--exit-status",
        help="Exit with the code that the tasks' states stand for.",
        rich_help_panel=SPEAKING,
    ),
]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print one JSON object per task; errors as one on stderr.",
        rich_help_panel=SPEAKING,
    ),
]
AsEvents = Annotated[
    bool,
    typer.Option(
        "--events", help="As --json, with progress in the same stream.", rich_help_panel=SPEAKING
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="No progress, no notes.", rich_help_panel=SPEAKING),
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        show_default=False,
        help="Show each HTTP exchange; -vv with headers and bodies, secrets masked.",
        rich_help_panel=SPEAKING,
    ),
]
GithubOutput = Annotated[
    bool,
    typer.Option(
        "--github-output",
        help="In GitHub Actions: set the step's outputs task_id, file and video_url.",
        rich_help_panel=SPEAKING,
    ),
]
