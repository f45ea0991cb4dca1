"""Chooses the reporter: by the options, and by which streams are terminals."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import Ending, UsageError
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.result import Output, Result

if TYPE_CHECKING:
    from pixverse_cli.reporting.reporter import Reporter

# Imports are late on purpose: live lines and the JSON shapes are not always needed.
# ruff: noqa: PLC0415


def select_reporter(
    output: Output, result: Result, clock: Clock, environ: Mapping[str, str], *, quiet: bool
) -> "Reporter":
    """Return the reporter for an output format and for what the streams are."""
    if output is not Output.HUMAN:
        from pixverse_cli.reporting.jsonlines import JsonReporter

        return JsonReporter(clock, events=output is Output.EVENTS)
    lively = streams.is_terminal(sys.stderr) and environ.get("TERM") != "dumb"
    tabular = result is Result.ROW and streams.is_terminal(sys.stdout)
    if (lively and not quiet) or tabular:
        from pixverse_cli.reporting.terminal import TerminalReporter

        return TerminalReporter(result, clock, service_now(environ), quiet=quiet, lively=lively)
    from pixverse_cli.reporting.plain import PlainReporter

    return PlainReporter(result, clock, quiet=quiet)


def service_now(environ: Mapping[str, str]) -> str | None:
    """Return the service's address that commands use now; None if it is not valid."""
    from pixverse_cli.settings.places import base_url

    with suppress(UsageError):
        return base_url(environ)
    return None


def report_ending(ending: Ending, output: Output, environ: Mapping[str, str]) -> None:
    """Show how the program ended; for people, only if it was not shown already."""
    if output is not Output.HUMAN:
        from pixverse_cli.reporting.shapes import error_json, one_line

        streams.say(one_line(error_json(ending)))
        return
    if not ending.shown:
        from pixverse_cli.reporting.sentences import error_lines

        for line in error_lines(ending):
            streams.say(line)
    if environ.get("GITHUB_ACTIONS") == "true":
        from pixverse_cli.reporting.github import annotate

        annotate(ending)
