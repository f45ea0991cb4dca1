"""Many processes at once: no record is lost, no write is refused, rate limits are kept."""

import subprocess
import sys

import pytest

WRITER = """
import sys
from pathlib import Path
from datetime import datetime, UTC
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.store import Store
directory, who, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sys.stdin.read()
store = Store(directory)
now = datetime(2026, 11, 23, tzinfo=UTC)
for number in range(count):
    record = Record(number=0, status=Status.UNCLEAR, service="s", prompt=who, fingerprint="same")
    written = store.records.intend(record)
    task = Task(task_id=f"{who}-{number}", status=Status.PENDING, raw_status="PENDING")
    store.records.accepted(written.number, task, now)
    print(store.rate_slots.take("create", 5, 1_800_000_000.0))
"""

ONCE = """
import sys
from pathlib import Path
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.store import Store
sys.stdin.read()
store = Store(Path(sys.argv[1]))
record = Record(number=0, status=Status.UNCLEAR, service="s", fingerprint="same")
print(store.records.intend(record, once=True) is not None)
"""


def run_together(script, directory, count, *arguments):
    """Run ``count`` processes that start their work at the same time; return their lines."""
    children = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", script, directory, f"writer{number}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    for child in children:
        child.stdin.close()
        child.stdin = None
    ended = [(child.communicate(timeout=100), child.returncode) for child in children]
    assert [said for (_, said), _ in ended if said] == []
    assert {code for _, code in ended} == {0}
    return [out.splitlines() for (out, _), _ in ended]


def test_many_writers_lose_nothing_and_get_different_slots_56(directory, open_store):
    """8 processes create the store at once and write 25 times each."""
    lines = run_together(WRITER, directory, 8, "25")
    kept = open_store().records.newest(-1)
    assert {record.task_id for record in kept} == {
        f"writer{who}-{number}" for who in range(8) for number in range(25)
    }
    assert {record.number for record in kept} == set(range(1, 201))
    assert all(record.task_id.startswith(record.prompt + "-") for record in kept)
    waits = sorted(float(wait) for out in lines for wait in out)
    gap = 1 / (5 * 0.8)
    assert waits == pytest.approx([number * gap for number in range(200)], abs=1e-3)


def test_of_many_processes_with_equal_requests_one_gets_a_record(directory):
    lines = run_together(ONCE, directory, 8)
    assert sorted(line for out in lines for line in out) == ["False"] * 7 + ["True"]
