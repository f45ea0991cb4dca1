"""Builds what a command needs on first use: the one address of lazy imports.

Nothing here is made, opened or imported before a command asks for it, so that ``list``
never loads the HTTP client and ``--help`` never touches the disk.
"""

# ruff: noqa: PLC0415  importing late is what this module is for

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import Told
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.result import Result
from pixverse_cli.settings.values import Setting, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from pixverse_cli.dashscope.client import Client
    from pixverse_cli.domain.events import Event
    from pixverse_cli.domain.task import Record
    from pixverse_cli.flows.fetch import Keeping
    from pixverse_cli.flows.remote import RemoteTask
    from pixverse_cli.flows.tools import Tools
    from pixverse_cli.reporting.reporter import Reporter
    from pixverse_cli.settings.key import Key
    from pixverse_cli.store import Store


class Output(Enum):
    """How a command speaks: to people, or in JSON Lines with or without progress."""

    HUMAN = "human"
    JSON = "json"
    EVENTS = "events"


class Surroundings(NamedTuple):
    """What the process was given: environment, time, requests to stop."""

    environ: Mapping[str, str]
    clock: Clock
    interrupts: Interrupts


class Services:
    """Everything one command works with. ``given`` is what options and environment set."""

    def __init__(
        self,
        surroundings: Surroundings,
        given: Mapping[str, Setting],
        *,
        output: Output = Output.HUMAN,
        quiet: bool = False,
        verbosity: int = 0,
    ) -> None:
        self.surroundings = surroundings
        self.given = given
        self.output = output
        self.quiet = quiet
        self.verbosity = verbosity
        self.stack = ExitStack()  # what has to be cleaned away when the command is over

    @cached_property
    def settings(self) -> Settings:
        """The settings, with ``config.toml`` read."""
        return Settings(self.given, self.kept_settings)

    @cached_property
    def kept_settings(self) -> dict[str, Setting]:
        """What ``config.toml`` sets."""
        from pixverse_cli.settings.places import config_file

        return config_file(self.config_directory)

    @cached_property
    def config_directory(self) -> "Path":
        """Where settings and the kept key are."""
        from pixverse_cli.settings.places import config_directory

        return config_directory(self.surroundings.environ)

    @cached_property
    def state_directory(self) -> "Path":
        """Where the store is."""
        from pixverse_cli.settings.places import state_directory

        return state_directory(self.surroundings.environ)

    @cached_property
    def key(self) -> "Key":
        """The API key; a note is given when other people can read its file."""
        from pixverse_cli.settings.key import find_key

        return find_key(self.surroundings.environ, self.config_directory)

    @cached_property
    def base_url(self) -> str:
        """The service's address."""
        from pixverse_cli.settings.places import base_url

        return base_url(self.surroundings.environ)

    @cached_property
    def client(self) -> "Client":
        """The client; this imports requests."""
        from pixverse_cli.dashscope.client import Client

        self._trace(self.key.value)
        return Client(self.base_url, self.key.value)

    @cached_property
    def store(self) -> "Store":
        """The store, opened until the command is over; it is made where there is none."""
        from pixverse_cli.store import Store

        return self.stack.enter_context(closing(Store(self.state_directory)))

    @cached_property
    def tools(self) -> "Tools":
        """What flows work with."""
        from pixverse_cli.flows.tools import Tools

        return Tools(
            connect=lambda: self.client,
            store=self.store,
            clock=self.surroundings.clock,
            interrupts=self.surroundings.interrupts,
            service=self.base_url,
            account=lambda: self.key.account(self.base_url),
        )

    def reporter(self, result: Result = Result.NOTHING) -> "Reporter":
        """Return the reporter that fits the streams and the options."""
        return reporter(self.output, result, self.surroundings, quiet=self.quiet)

    def show(self, records: "Iterable[Record]") -> None:
        """Show records as they stand: JSON, a table for eyes, or lines for a pipe."""
        if self.output is not Output.HUMAN:
            from pixverse_cli.reporting.shapes import one_line, record_json

            lines = (one_line(record_json(record)) for record in records)
        elif streams.is_terminal(sys.stdout):
            from pixverse_cli.reporting.terminal.tables import show_table

            show_table(tuple(records), self.surroundings.clock)
            return
        else:
            from pixverse_cli.reporting.rows import row

            lines = (row(record) for record in records)
        for line in lines:
            streams.put(line)

    def show_remote(self, rows: "Iterable[RemoteTask | Event]") -> None:
        """Show the account's tasks; what happens on the way goes to the reporter."""
        from pixverse_cli.flows.remote import RemoteTask
        from pixverse_cli.reporting.rows import remote_row
        from pixverse_cli.reporting.shapes import one_line, remote_json

        reporter = self.reporter()
        for row in rows:
            if not isinstance(row, RemoteTask):
                reporter.draw(row)
            elif self.output is Output.HUMAN:
                streams.put(remote_row(row))
            else:
                streams.put(one_line(remote_json(row)))

    def _trace(self, *secrets: str) -> None:
        """Show HTTP exchanges from now on, if asked to, without the secrets."""
        if self.verbosity:
            from pixverse_cli.reporting.trace import show_exchanges

            show_exchanges(self.verbosity, secrets)

    def run(self, events: "Iterable[Event]", result: Result) -> None:
        """Drain a flow, drawing it; raise how it ended."""
        self._trace()
        environ = self.surroundings.environ
        if environ.get("GITHUB_ACTIONS") == "true":
            from pixverse_cli.reporting.github import noted

            events = noted(events, environ, outputs="github-output" in self.given)
        self.reporter(result).run(events, over=self.surroundings.interrupts.leave)

    def run_saving(self, events: "Iterable[Event]", keeping: "Keeping | None") -> None:
        """Drain a flow that waits; results are files, or URLs where nothing is saved."""
        if keeping is None:
            self.run(events, Result.URL)
        else:
            self.run(events, Result.NOTHING if keeping.template.stdout else Result.FILE)

    def prepare(self) -> None:
        """Find out now whether the address, the key and the store are usable."""
        _ = self.base_url, self.key, self.store
        if self.key.exposed:
            self.reporter().note(f"other people can read the API key in {self.key.source}")


def reporter(
    output: Output, result: Result, surroundings: Surroundings, *, quiet: bool = False
) -> "Reporter":
    """Return a reporter for a way to speak; it fits itself to the streams."""
    clock = surroundings.clock
    if output is not Output.HUMAN:
        from pixverse_cli.reporting.jsonlines import JsonReporter

        return JsonReporter(clock, events=output is Output.EVENTS)
    lively = streams.is_terminal(sys.stderr) and surroundings.environ.get("TERM") != "dumb"
    tabular = result is Result.ROW and streams.is_terminal(sys.stdout)
    if (lively and not quiet) or tabular:
        from pixverse_cli.reporting.terminal import TerminalReporter

        return TerminalReporter(result, clock, quiet=quiet, lively=lively)
    from pixverse_cli.reporting.plain import PlainReporter

    return PlainReporter(result, clock, quiet=quiet)


def report_ending(told: Told, output: Output, surroundings: Surroundings) -> None:
    """Show how the program ended, whatever was built by then."""
    if output is not Output.HUMAN:
        reporter(output, Result.NOTHING, surroundings).error(told)
        return
    from pixverse_cli.reporting.plain import show_once

    show_once(told)
    if surroundings.environ.get("GITHUB_ACTIONS") == "true":
        from pixverse_cli.reporting.github import annotate

        annotate(told)


def default_surroundings() -> Surroundings:
    """Return the real ones."""
    from pixverse_cli.domain.clock import SystemClock

    clock = SystemClock()
    return Surroundings(os.environ, clock, Interrupts(clock))
