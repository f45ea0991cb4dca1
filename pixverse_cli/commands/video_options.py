"""The arguments and options of the commands on a video: upscale, lipsync, motion."""

from typing import Annotated

import typer

from pixverse_cli.commands import shared_options
from pixverse_cli.domain.catalog import VOICES, Kind, models_of

_MOTION = models_of(Kind.MOTION)[0]
_VOICES = ", ".join(VOICES)

Video = Annotated[
    str,
    typer.Argument(
        metavar="VIDEO",
        help="An MP4, MOV or (not for motion) WebM file, an http(s):// or oss:// URL, or the id"
        " of a finished task: then its video is used and nothing is uploaded.",
        show_default=False,
    ),
]
Person = Annotated[
    str,
    typer.Argument(
        metavar="IMAGE",
        help="A JPEG, PNG or WEBP file, an http(s):// or oss:// URL, or - for stdin; best with"
        " one person who is seen clearly.",
        show_default=False,
    ),
]
# A list so that a second one is refused: the last one would silently win.
Sound = Annotated[
    list[str] | None,
    typer.Option(
        "--audio",
        metavar="SOUND",
        help="What is said: an MP3, WAV, M4A or AAC file or URL; the video becomes as long.",
        rich_help_panel=shared_options.VIDEO,
    ),
]
Text = Annotated[
    str | None,
    typer.Option(
        "--text",
        metavar="TEXT",
        help="What is said: Chinese or English, at most 200 characters; instead of --audio.",
        rich_help_panel=shared_options.VIDEO,
    ),
]
Voice = Annotated[
    str | None,
    typer.Option(
        "--voice",
        metavar="VOICE",
        help=f"Voice of the text: {_VOICES}; their names: `man pixverse-lipsync`.  [default: auto]",
        envvar="PIXVERSE_VOICE",
        rich_help_panel=shared_options.VIDEO,
    ),
]
MotionTier = Annotated[
    str | None,
    typer.Option(
        "--resolution",
        "-r",
        metavar="TIER",
        help=f"{', '.join(_MOTION.resolutions)}.  [default: 720P]",
        envvar="PIXVERSE_RESOLUTION",
        rich_help_panel=shared_options.VIDEO,
    ),
]
