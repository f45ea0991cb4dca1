"""Builds what a command needs on first use.

Nothing here is made, opened or imported before a command asks for it, so that ``list``
never loads the HTTP client and ``--help`` never touches the disk.
"""

# ruff: noqa: PLC0415  importing late is what this module is for

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.clock import Clock, TimeLimit
from pixverse_cli.domain.endings import common_charge, unforeseen
from pixverse_cli.domain.errors import Charged, PixverseError
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.reporting.result import Output, Result
from pixverse_cli.settings.values import Setting, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from pixverse_cli.domain.endings import Asked
    from pixverse_cli.domain.events import Event
    from pixverse_cli.domain.hosts import ServiceHost
    from pixverse_cli.domain.plan import Destination
    from pixverse_cli.domain.task import Record
    from pixverse_cli.flows.budget import Standing
    from pixverse_cli.flows.earlier import Earlier
    from pixverse_cli.flows.tools import Connect, KeyInUse, Tools
    from pixverse_cli.reporting.reporter import Reporter
    from pixverse_cli.settings.key import Key
    from pixverse_cli.store import Store


class Runtime(NamedTuple):
    """What the process gives to a command: environment, clock, signals."""

    environ: Mapping[str, str]
    clock: Clock
    interrupts: Interrupts


class Extras(NamedTuple):
    """What a command does beside its task: notify at its end, write receipts.

    ``force``: the receipt of an earlier video of the same name may be replaced.
    ``up_to_date``: a video that needed no task gets a receipt too, if it has none.
    """

    notify: bool = False
    receipts: bool = False
    force: bool = False
    up_to_date: bool = False


_NO_EXTRAS = Extras()


def default_runtime() -> Runtime:
    """Return the environment, clock and signals of this process."""
    from pixverse_cli.domain.clock import SystemClock

    clock = SystemClock()
    return Runtime(os.environ, clock, Interrupts(clock))


class AppContext:
    """Everything one command works with. ``given`` is what options and environment set."""

    def __init__(
        self,
        runtime: Runtime,
        given: Mapping[str, Setting],
        *,
        output: Output = Output.HUMAN,
        quiet: bool = False,
        verbosity: int = 0,
    ) -> None:
        self.runtime = runtime
        self.given = given
        self.output = output
        self.quiet = quiet
        self.verbosity = verbosity
        self.stack = ExitStack()  # closed when the command ends
        self._started = runtime.clock.monotonic()
        self.time_limit = TimeLimit(runtime.clock)

    @cached_property
    def settings(self) -> Settings:
        """The settings, with ``config.toml`` read."""
        return Settings(self.given, self.kept_settings)

    @cached_property
    def options(self) -> Settings:
        """The options and variables alone, for commands that ``config.toml`` cannot set."""
        return Settings(self.given, {})

    @cached_property
    def kept_settings(self) -> dict[str, Setting]:
        """What ``config.toml`` sets."""
        from pixverse_cli.settings.places import config_file

        return config_file(self.config_directory)

    @cached_property
    def config_directory(self) -> "Path":
        """The directory of ``config.toml`` and of the stored key."""
        from pixverse_cli.settings.places import config_directory

        return config_directory(self.runtime.environ)

    @cached_property
    def state_directory(self) -> "Path":
        """The directory of the store."""
        from pixverse_cli.settings.places import state_directory

        return state_directory(self.runtime.environ)

    @cached_property
    def key(self) -> "Key":
        """The API key.

        :raises AuthError: there is none, or its form is not valid.
        """
        return self._key_in_use.key

    @cached_property
    def _key_in_use(self) -> "KeyInUse":
        from pixverse_cli.flows.tools import KeyInUse

        return KeyInUse(self.runtime.environ, self.base_url)

    @cached_property
    def base_url(self) -> str:
        """The service's address."""
        from pixverse_cli.settings.places import base_url

        return base_url(self.runtime.environ)

    @cached_property
    def service_host(self) -> "ServiceHost":
        """What is known of the host of the service's address."""
        from pixverse_cli.domain.hosts import service_host

        return service_host(self.base_url)

    @cached_property
    def connect(self) -> "Connect":
        """Returns the service's client, made when it is first called."""
        from pixverse_cli.flows.tools import Connect

        if self.verbosity:
            from pixverse_cli.reporting.trace import show_exchanges

            show_exchanges(self.verbosity)
        return Connect(self.base_url, self._key_in_use.value, self.time_limit.is_reached)

    @cached_property
    def store(self) -> "Store":
        """The store, opened: created if missing, closed when the command ends."""
        from pixverse_cli.store import Store

        store = Store(self.state_directory, time_is_up=self.time_limit.is_reached)
        self.stack.callback(store.close)
        return store

    @cached_property
    def tools(self) -> "Tools":
        """What the flows work with: client, store, clock, signals, account."""
        from pixverse_cli.flows.tools import Tools

        return Tools(
            connect=self.connect,
            store=self.store,
            clock=self.runtime.clock,
            interrupts=self.runtime.interrupts,
            service=self.base_url,
            account=self._key_in_use.account,
            key_ending=self._key_in_use.ending,
            run=os.urandom(8).hex(),
            deadline=self.time_limit.end,
        )

    def limit_time(self, seconds: float) -> None:
        """Let the command take at most this long since its start; 0 means no limit.

        Call this before the store or the tools are used.
        """
        if seconds:
            self.time_limit = TimeLimit(self.runtime.clock, self._started + seconds)

    @cached_property
    def earlier(self) -> "Earlier":
        """What the store knows of earlier requests."""
        from pixverse_cli.flows.earlier import Earlier

        return Earlier(lambda: self.store, self.base_url, self.runtime.clock)

    def budget(self) -> "Standing | None":
        """Return how the budget stands now; None if none is set, or not a valid one."""
        from pixverse_cli.flows.budget import standing
        from pixverse_cli.settings.places import variables

        # read from the environment too: a command without the option shows it as well
        everywhere = {**variables(self.runtime.environ), **self.given}
        budget = Settings(everywhere, self.kept_settings).budget()
        if budget is None:
            return None
        return standing(budget, self.store, self.base_url, self.runtime.clock.now())

    def reporter(self, result: Result = Result.NOTHING) -> "Reporter":
        """Return the reporter that fits the streams and the options."""
        from pixverse_cli.reporting.reporter import select_reporter

        runtime = self.runtime
        return select_reporter(
            self.output, result, runtime.clock, runtime.environ, quiet=self.quiet
        )

    def prepare_to_send(self) -> None:
        """Check the address, the key and the store before anything is sent."""
        _ = self.base_url, self.key, self.store
        if self.key.exposed:
            self.reporter().note(f"other people can read the API key in {self.key.source}")

    def check_network(self) -> None:
        """Check the proxy and certificate settings, which would fail every call alike."""
        from pixverse_cli.http.network import check_environment

        check_environment(self.base_url)

    def run(
        self,
        events: "Iterable[Event]",
        result: Result,
        asked: "Asked | None" = None,
        extras: Extras = _NO_EXTRAS,
    ) -> None:
        """Drain a flow and show its events; raise the error it ended with, if any."""
        if extras.receipts:
            from pixverse_cli.reporting.receipt import with_receipts

            known = self.earlier.known if extras.up_to_date else None
            events = with_receipts(events, force=extras.force, known=known)
        try:
            self._drain(events, result, asked)
        except PixverseError as error:
            self._notify(error.message, extras)
            raise
        self._notify("done", extras)

    def run_saving(
        self,
        events: "Iterable[Event]",
        destination: "Destination | None",
        asked: "Asked",
        extras: Extras = _NO_EXTRAS,
    ) -> None:
        """Drain a flow that waits; results are paths, or URLs if nothing is saved."""
        if destination is None:
            self.run(events, Result.URL, asked, extras)
        else:
            result = Result.NOTHING if destination.template.stdout else Result.FILE
            self.run(events, result, asked, extras)

    def shorten(self, task_id: str) -> str:
        """Return a prefix of a task id that is unique in the store; else the whole id."""
        try:
            return self.store.records.unique_prefix(task_id)
        except PixverseError:
            return task_id

    def _notify(self, text: str, extras: Extras) -> None:
        """Notify that the command has ended, if that is wanted and it took long."""
        if extras.notify:
            from pixverse_cli.reporting.notify import tell

            seconds = self.runtime.clock.monotonic() - self._started
            tell(text, self.runtime.environ, seconds)

    def _drain(self, events: "Iterable[Event]", result: Result, asked: "Asked | None") -> None:
        environ = self.runtime.environ
        if environ.get("GITHUB_ACTIONS") == "true":
            from pixverse_cli.reporting.github import with_summary

            events = with_summary(events, environ, outputs="github-output" in self.given)
        over = self.runtime.interrupts.leave
        try:
            self.reporter(result).run(events, asked, sent=self._sent, over=over)
        except PixverseError:
            raise
        except Exception as error:
            raise unforeseen(error, self._charged()) from error

    def _charged(self) -> Charged:
        """Return what this run's requests have cost, as the store knows it."""
        try:
            records = self._requests()
        except PixverseError:
            return Charged.UNKNOWN
        return common_charge([each.charged for each in records]) if records else Charged.NO

    def _sent(self) -> "list[Record]":
        """Return this run's requests as the store holds them; none if it cannot be read."""
        try:
            return self._requests()
        except PixverseError:
            return []

    def _requests(self) -> "list[Record]":
        """Return this run's requests; a run that never used the tools has none.

        :raises PixverseError: the store cannot be read.
        """
        return self.store.records.of_run(self.tools.run) if "tools" in self.__dict__ else []
