"""The options and arguments that several commands share: spellings, metavar, help, variable.

Values arrive as text and are read in ``settings``, so that all problems are reported at
once and a bad value is refused with its source.
"""

from typing import Annotated

import typer

# The groups of options in --help and on the man pages.
VIDEO = "Video"
OTHER_KINDS = "Other kinds of video"
SAVING = "Saving"
WAITING = "Waiting"
OUTPUT = "Output"

TaskIds = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID]...",
        help="Task ids, or unique prefixes of at least 4 characters; - reads ids from stdin."
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
        help="Save the video here: a file, a directory, - for stdout, or a template with"
        " {task_id} {image} {model} {resolution} {duration} {seed} {index} {take} {date}."
        "  [default: {image}-{task_id:8}.mp4]",
        envvar="PIXVERSE_OUTPUT",
        rich_help_panel=SAVING,
    ),
]
NoDownload = Annotated[
    bool,
    typer.Option(
        "--no-download",
        help="Wait, and print the video's URL instead of saving it.",
        rich_help_panel=SAVING,
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", "-f", help="Replace an existing file.", rich_help_panel=SAVING),
]
Receipt = Annotated[
    bool | None,
    typer.Option(
        "--receipt/--no-receipt",
        help="Write VIDEO.json beside each saved video: the record, the request, SHA-256 of"
        " inputs and video.",
        envvar="PIXVERSE_RECEIPT",
        rich_help_panel=SAVING,
    ),
]
Notify = Annotated[
    bool | None,
    typer.Option(
        "--notify/--no-notify",
        help="When a command of more than 10 seconds ends, notify through the terminal.",
        envvar="PIXVERSE_NOTIFY",
        rich_help_panel=OUTPUT,
    ),
]
Download = Annotated[
    bool,
    typer.Option("--download", help="Save each finished video.", rich_help_panel=SAVING),
]
Timeout = Annotated[
    str | None,
    typer.Option(
        "--timeout",
        metavar="TIME",
        help="Time limit of the whole command: 90, 90s, 30m, 2h; 0 means no limit."
        "  [default: 30m if it waits]",
        envvar="PIXVERSE_TIMEOUT",
        rich_help_panel=WAITING,
    ),
]
Interval = Annotated[
    str | None,
    typer.Option(
        "--interval",
        metavar="TIME",
        help="Seconds between checks.  [default: depends on the task's age]",
        envvar="PIXVERSE_INTERVAL",
        rich_help_panel=WAITING,
    ),
]
EveryUnfinished = Annotated[
    bool, typer.Option("--all", help="Wait for every unfinished task.", rich_help_panel=WAITING)
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
        help="Exit with the code for the tasks' status instead of 0.",
        rich_help_panel=OUTPUT,
    ),
]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print one JSON object per task; on stderr one for the error, if any.",
        rich_help_panel=OUTPUT,
    ),
]
AsEvents = Annotated[
    bool,
    typer.Option(
        "--events", help="Like --json, with progress in the same stream.", rich_help_panel=OUTPUT
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Show no progress and no notes.", rich_help_panel=OUTPUT),
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        show_default=False,
        help="Show each HTTP exchange; -vv adds headers and bodies. Secrets are masked.",
        rich_help_panel=OUTPUT,
    ),
]
GithubOutput = Annotated[
    bool,
    typer.Option(
        "--github-output",
        help="In GitHub Actions: set the step's outputs task_id, file and video_url.",
        rich_help_panel=OUTPUT,
    ),
]
