"""Each command's story, ready to be drained; what it needs is imported when it is asked for."""

# ruff: noqa: PLC0415  importing late is what this package is for

import sys
from typing import TYPE_CHECKING

from pixverse_cli.reporting import streams
from pixverse_cli.reporting.result import Result
from pixverse_cli.services.things import Output, Services

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixverse_cli.domain.events import Event
    from pixverse_cli.domain.task import Record
    from pixverse_cli.domain.wish import Wish
    from pixverse_cli.flows.check import Plan
    from pixverse_cli.flows.create import Order
    from pixverse_cli.flows.fetch import Keeping
    from pixverse_cli.flows.remote import RemoteTask
    from pixverse_cli.flows.watch import Patience
    from pixverse_cli.sandbox import Sandbox


def submit(services: Services, wish: "Wish") -> None:
    """Check a wish, and show it, send it, or send it and see it through."""
    checked = plan(services, wish)
    if wish.dry_run:
        show_requests(services, checked, as_curl=wish.curl)
    elif checked.patience is None:
        services.run(made(services, checked), Result.TASK_ID)
    else:
        services.run_saving(made(services, checked), checked.keeping)


def plan(services: Services, wish: "Wish") -> "Plan":
    """Return a checked plan; if it is to be sent, key and store are sound as well."""
    from pixverse_cli.flows.check import check

    def live(order: "Order") -> "Record | None":
        return services.store.records.live(order.fingerprint, services.base_url)

    now = services.surroundings.clock.now()
    plan = check(wish, services.settings, services.stack, now, live)
    for note in plan.notes:
        services.reporter().note(note)
    if not wish.dry_run:
        services.prepare()
    return plan


def made(services: Services, plan: "Plan") -> "Iterator[Event]":
    """Create the plan's tasks; wait and save as planned."""
    from pixverse_cli.flows.stories import make

    return make(plan, services.tools)


def show_requests(services: Services, plan: "Plan", *, as_curl: bool) -> None:
    """Show each request as it would be sent; say where a URL is not known yet."""
    from pixverse_cli.flows.preview import PLACEHOLDER, curl, preview

    reporter = services.reporter()
    if any(order.picture for order in plan.orders):
        reporter.note(f"a local image is uploaded at submit: {PLACEHOLDER} is a placeholder")
    if as_curl:
        for order in plan.orders:
            streams.put(curl(order, services.base_url))
    else:
        reporter.requests(preview(order) for order in plan.orders)


def patience(services: Services, *, any_one: bool = False, fail_fast: bool = False) -> "Patience":
    """Return how long and how often to look."""
    from pixverse_cli.flows.check import patience_of

    return patience_of(services.settings, any_one=any_one, fail_fast=fail_fast)


def keeping(services: Services, *, wanted: bool, force: bool) -> "Keeping | None":
    """Return where videos go, if they are wanted on this disk."""
    from pixverse_cli.flows.check import keeping_of

    if not wanted and not services.settings.typed("output"):
        return None
    taken = services.output is not Output.HUMAN
    return keeping_of(services.settings, force=force, stdout_is_taken=taken)


def waited(
    services: Services,
    references: "Sequence[str] | None",
    patience: "Patience",
    keeping: "Keeping | None",
    *,
    every: bool = False,
) -> "Iterator[Event]":
    """Watch tasks until they end."""
    from pixverse_cli.flows.stories import wait

    services.settings.insist()
    return wait(references, services.tools, patience, keeping, every=every)


def seen(
    services: Services, references: "Sequence[str] | None", *, judging: bool
) -> "Iterator[Event]":
    """Ask once how tasks stand."""
    from pixverse_cli.flows.look import look

    return look(references, services.tools, judging=judging)


def saved(
    services: Services, references: "Sequence[str] | None", keeping: "Keeping | None"
) -> "Iterator[Event]":
    """Save finished videos."""
    from pixverse_cli.flows.stories import save

    services.settings.insist()
    return save(references, services.tools, keeping)


def listed(services: Services, *, every: bool) -> "list[Record]":
    """Return the store's records that the filters leave, newest first."""
    from pixverse_cli.flows.listing import listed

    return listed(services.settings, services.store, services.surroundings.clock.now(), every=every)


def remote(services: Services) -> "Iterator[RemoteTask | Event]":
    """Return the account's tasks on the service, newest first."""
    from pixverse_cli.flows.remote import remote as listed_remotely

    return listed_remotely(services.tools)


def canceled(services: Services, references: "Sequence[str]") -> "Iterator[Event]":
    """Cancel queued tasks."""
    from pixverse_cli.flows.cancel import cancel

    return cancel(references, services.tools)


def recovered(services: Services, adopted: str | None) -> "Iterator[Event]":
    """Search for unclear requests, or adopt the task that the user names."""
    from pixverse_cli.flows.recover import adopt, recover

    return recover(services.tools) if adopted is None else adopt(adopted, services.tools)


def show_models(services: Services) -> None:
    """Show the catalogue."""
    from pixverse_cli.reporting import catalog

    if services.output is not Output.HUMAN:
        lines = catalog.json_lines()
    elif streams.is_terminal(sys.stdout):
        lines = catalog.table_lines()
    else:
        lines = catalog.rows()
    for line in lines:
        streams.put(line)


def sandbox(
    services: Services, scenarios: "Sequence[str]", *, seed: int | None, realistic: bool, port: int
) -> "Sandbox":
    """Return a running sandbox.

    :raises UsageError: its extra is not installed, or a scenario is not known.
    """
    import secrets

    from pixverse_cli.sandbox import Sandbox

    if seed is None:
        seed = secrets.randbelow(2**31)
    made = Sandbox(scenarios=scenarios, seed=seed, realistic=realistic, port=port)
    return services.stack.enter_context(made)


def show_schema() -> None:
    """Show the JSON Schema of what ``--json`` and ``--events`` print."""
    import json

    from pixverse_cli.reporting.schema import schema

    streams.put(json.dumps(schema(), indent=2))


def show_scenarios() -> None:
    """List the trouble that the sandbox can play."""
    from pixverse_cli.sandbox import SCENARIOS

    for name, scenario in SCENARIOS.items():
        streams.put(f"{name:<18}{scenario.summary}")


def run_against(services: Services, sandbox: "Sandbox", command: "Sequence[str]") -> int:
    """Run a command against the sandbox and return its exit code."""
    from pixverse_cli.sandbox.child import run

    return run(command, sandbox, services.surroundings.environ)


def serve(services: Services, sandbox: "Sandbox") -> None:
    """Print how to use the sandbox, and serve until a signal comes."""
    services.reporter().exports(sandbox.environment)
    while True:
        services.surroundings.clock.sleep(3600.0)
