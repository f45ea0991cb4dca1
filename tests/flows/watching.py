"""Running flows to their end: watching without saving, and what a flow returns."""

from pixverse_cli.flows.save import Transfers
from pixverse_cli.flows.watch import Watch


def watch(records, tools, policy):
    """Yield every event until all tasks have ended."""
    tasks = Watch(tools, policy, Transfers(tools))
    for record in records:
        yield from tasks.join(record)
    while tasks:
        yield from (yield from tasks.until_one_ends())


def collect_result(flow, into):
    """Yield a flow's events, and append what it returns to a list."""
    into.append((yield from flow))
