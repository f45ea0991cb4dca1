"""Watching tasks to their end, without saving their videos."""

from pixverse_cli.flows.transfers import Transfers
from pixverse_cli.flows.watch import Watch


def watch(records, tools, policy):
    """Yield every event until all tasks have ended."""
    tasks = Watch(tools, policy, Transfers(tools))
    for record in records:
        yield from tasks.join(record)
    while tasks:
        yield from (yield from tasks.until_one_ends())
