"""Each command's story, ready to be drained; what it needs is imported when it is asked for."""

# ruff: noqa: PLC0415  importing late is what this package is for

import sys
from typing import TYPE_CHECKING

from pixverse_cli.app.context import AppContext, Output
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixverse_cli.domain.events import Event
    from pixverse_cli.domain.submit_args import SubmitArgs
    from pixverse_cli.domain.task import Record
    from pixverse_cli.flows.create_call import Order
    from pixverse_cli.flows.plan import Plan
    from pixverse_cli.flows.remote import RemoteTask
    from pixverse_cli.flows.save import Destination
    from pixverse_cli.flows.watch import WaitPolicy
    from pixverse_cli.sandbox import Sandbox


def submit(app: AppContext, wish: "SubmitArgs") -> None:
    """Check a wish, and show it, send it, or send it and see it through."""
    checked = plan(app, wish)
    if wish.dry_run:
        show_requests(app, checked, as_curl=wish.curl)
    elif checked.policy is None:
        app.run(made(app, checked), Result.TASK_ID)
    else:
        app.run_saving(made(app, checked), checked.destination)


def plan(app: AppContext, wish: "SubmitArgs") -> "Plan":
    """Return a checked plan; if it is to be sent, key and store are sound as well."""
    from pixverse_cli.flows.plan import check

    def live(order: "Order") -> "Record | None":
        return app.store.records.live(order.fingerprint, app.base_url)

    now = app.runtime.clock.now()
    plan = check(wish, app.settings, app.stack, now, live)
    for note in plan.notes:
        app.reporter().note(note)
    if not wish.dry_run:
        app.prepare()
    return plan


def made(app: AppContext, plan: "Plan") -> "Iterator[Event]":
    """Create the plan's tasks; wait and save as planned."""
    from pixverse_cli.flows.pipelines import make

    return make(plan, app.tools)


def show_requests(app: AppContext, plan: "Plan", *, as_curl: bool) -> None:
    """Show each request as it would be sent; say where a URL is not known yet."""
    from pixverse_cli.flows.preview import PLACEHOLDER, curl, preview

    reporter = app.reporter()
    if any(order.picture for order in plan.orders):
        reporter.note(f"a local image is uploaded at submit: {PLACEHOLDER} is a placeholder")
    if as_curl:
        for order in plan.orders:
            streams.put(curl(order, app.base_url))
    else:
        reporter.requests(preview(order) for order in plan.orders)


def policy(app: AppContext, *, any_one: bool = False, fail_fast: bool = False) -> "WaitPolicy":
    """Return how long and how often to look."""
    from pixverse_cli.flows.plan import wait_policy

    return wait_policy(app.settings, any_one=any_one, fail_fast=fail_fast)


def keeping(app: AppContext, *, wanted: bool, force: bool) -> "Destination | None":
    """Return where videos go, if they are wanted on this disk."""
    from pixverse_cli.flows.plan import destination_of

    if not wanted and not app.settings.typed("output"):
        return None
    taken = app.output is not Output.HUMAN
    return destination_of(app.settings, force=force, stdout_is_taken=taken)


def waited(
    app: AppContext,
    references: "Sequence[str] | None",
    policy: "WaitPolicy",
    destination: "Destination | None",
    *,
    every: bool = False,
) -> "Iterator[Event]":
    """Watch tasks until they end."""
    from pixverse_cli.flows.pipelines import wait

    app.settings.insist()
    return wait(references, app.tools, policy, destination, every=every)


def seen(
    app: AppContext, references: "Sequence[str] | None", *, judging: bool
) -> "Iterator[Event]":
    """Ask once how tasks stand."""
    from pixverse_cli.flows.look import look

    return look(references, app.tools, judging=judging)


def saved(
    app: AppContext, references: "Sequence[str] | None", destination: "Destination | None"
) -> "Iterator[Event]":
    """Save finished videos."""
    from pixverse_cli.flows.pipelines import save

    app.settings.insist()
    return save(references, app.tools, destination)


def listed(app: AppContext, *, every: bool) -> "list[Record]":
    """Return the store's records that the filters leave, newest first."""
    from pixverse_cli.flows.local_list import listed

    return listed(app.settings, app.store, app.runtime.clock.now(), every=every)


def remote(app: AppContext) -> "Iterator[RemoteTask | Event]":
    """Return the account's tasks on the service, newest first."""
    from pixverse_cli.flows.remote import remote as listed_remotely

    return listed_remotely(app.tools)


def canceled(app: AppContext, references: "Sequence[str]") -> "Iterator[Event]":
    """Cancel queued tasks."""
    from pixverse_cli.flows.cancel import cancel

    return cancel(references, app.tools)


def recovered(app: AppContext, adopted: str | None) -> "Iterator[Event]":
    """Search for unclear requests, or adopt the task that the user names."""
    from pixverse_cli.flows.recover import adopt, recover

    return recover(app.tools) if adopted is None else adopt(adopted, app.tools)


def show_models(app: AppContext) -> None:
    """Show the catalogue."""
    from pixverse_cli.reporting import catalog

    if app.output is not Output.HUMAN:
        lines = catalog.json_lines()
    elif streams.is_terminal(sys.stdout):
        lines = catalog.table_lines()
    else:
        lines = catalog.rows()
    for line in lines:
        streams.put(line)


def sandbox(
    app: AppContext, scenarios: "Sequence[str]", *, seed: int | None, realistic: bool, port: int
) -> "Sandbox":
    """Return a running sandbox.

    :raises UsageError: its extra is not installed, or a scenario is not known.
    """
    import secrets

    from pixverse_cli.sandbox import Sandbox

    if seed is None:
        seed = secrets.randbelow(2**31)
    made = Sandbox(scenarios=scenarios, seed=seed, realistic=realistic, port=port)
    return app.stack.enter_context(made)


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


def run_against(app: AppContext, sandbox: "Sandbox", command: "Sequence[str]") -> int:
    """Run a command against the sandbox and return its exit code."""
    from pixverse_cli.sandbox.child import run

    return run(command, sandbox, app.runtime.environ)


def serve(app: AppContext, sandbox: "Sandbox") -> None:
    """Print how to use the sandbox, and serve until a signal comes."""
    app.reporter().exports(sandbox.environment)
    while True:
        app.runtime.clock.sleep(3600.0)
