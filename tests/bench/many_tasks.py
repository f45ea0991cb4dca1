"""What watching many tasks costs: ``python -m tests.bench.many_tasks``.

The flow of ``wait --all`` runs against an account whose clock is simulated: each call takes
50 ms, each sleep returns at once. It prints the mean delay between a task's end and the query
that notices it, the calls for each task, the most calls of one kind within one second, and the
memory that the process gains while tasks wait.
"""

import resource
import sys
import tempfile
from bisect import bisect_left
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pixverse_cli.domain.catalog import MODELS
from pixverse_cli.domain.events import Ended
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.plan import WaitPolicy
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store
from tests.clocks import FakeClock
from tests.flows.account import Account
from tests.flows.watching import watch

SERVICE = "https://service.example/api/v1"
PARAMETERS = {"resolution": "720P", "duration": 5, "audio": False}


class CountingAccount(Account):
    """An account that notes the time of each call."""

    def __init__(self, clock, page_size):
        super().__init__(clock=clock, origin="https://videos.example", page_size=page_size)
        self.queries, self.listings = [], []

    def query(self, task_id):
        self.queries.append(self.clock.monotonic())
        return super().query(task_id)

    def listed(self, **page):
        self.listings.append(self.clock.monotonic())
        return super().listed(**page)


def busiest_second(times):
    return max((bisect_left(times, at + 1.0) - place for place, at in enumerate(times)), default=0)


def add(store, account, seconds):
    """Add a running task of an earlier run, which ends after so many seconds."""
    body = {"model": MODELS[0].name, "input": {"prompt": None}, "parameters": PARAMETERS}
    job = account.accept(body, 1, wait=0.0, run=seconds)
    draft = Record(
        number=0, status=Status.UNCLEAR, service=SERVICE, model=MODELS[0].name, run="", **PARAMETERS
    )
    number = store.records.intend(draft).number
    accepted = Task(task_id=job.task_id, status=Status.RUNNING, raw_status="RUNNING")
    return store.records.accepted(number, accepted, account.clock.now())


def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def run(name, run_seconds, *, page_size=100, minutes=60):
    """Watch one task for each of ``run_seconds``, and print what it cost."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        clock = FakeClock()
        store, account = Store(Path(directory)), CountingAccount(clock, page_size)
        records = [add(store, account, seconds) for seconds in run_seconds]
        tools = Tools(
            connect=lambda: account,
            store=store,
            clock=clock,
            interrupts=Interrupts(clock),
            service=SERVICE,
            account=lambda: "account",
            run="bench",
        )
        started, before, delays = clock.monotonic(), megabytes(), []
        for event in watch(records, tools, WaitPolicy(timeout=minutes * 60.0)):
            if isinstance(event, Ended) and event.error is None:
                job = account.jobs[event.record.task_id]
                end = job.at + timedelta(seconds=job.wait + job.run)
                delays.append((clock.now() - end).total_seconds())
        calls = len(account.queries) + len(account.listings)
        print(
            f"{name:<44}{sum(delays) / max(1, len(delays)):7.1f} s"
            f"{calls / len(records):9.1f}"
            f"{busiest_second(account.queries):8}{busiest_second(account.listings):6}"
            f"{clock.monotonic() - started:9.1f} s{megabytes() - before:8.1f} MB"
        )
        store.close()


def main():
    print(f"{'':<44}{'delay':>9}{'calls':>9}{'most/s: query, list':>20}{'in all':>5}{'memory':>11}")
    run("300 tasks ending over a minute", [60.0 + 0.2 * n for n in range(300)])
    run("the same, 10 rows a page", [60.0 + 0.2 * n for n in range(300)], page_size=10)
    run("100 tasks ending over a minute", [60.0 + 0.6 * n for n in range(100)])
    run("1000 tasks ending over a minute", [60.0 + 0.06 * n for n in range(1000)])
    run("1000 tasks that have ended", [0.0] * 1000)
    for minutes in (5, 10):
        run(f"1000 tasks running for {minutes} minutes", [7200.0] * 1000, minutes=minutes)


if __name__ == "__main__":
    main()
