"""Many processes with one store that submit, wait and download at the same time."""

import json
import time
from collections import Counter
from dataclasses import dataclass

from pixverse_cli.disk.files import has_sha256
from pixverse_cli.store import Store

MODELS = ("v6", "c1")  # the service counts creates for each model


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """The result: exit codes, and the numbers of tasks, records and videos."""

    codes: Counter
    stderr: str
    seconds: float
    throttled: Counter
    accepted: int
    records: int
    complete: int

    def __str__(self):
        return "\n".join(
            f"{count:8} {what}"
            for what, count in (
                ("processes that ended with 0", self.codes[0]),
                ("that did not", self.codes.total() - self.codes[0]),
                ("creates answered 429", self.throttled["create"]),
                ("queries answered 429", self.throttled["query"]),
                ("tasks on the service", self.accepted),
                ("tasks in the store", self.records),
                ("complete videos", self.complete),
                ("messages about a locked store", self.stderr.count("lock")),
                ("seconds", round(self.seconds, 1)),
            )
        )


def crowd(pixverse, sandbox, size):
    """Run ``size`` processes that submit, wait and save at once."""
    start = time.monotonic()
    running = [
        pixverse.start(
            *("submit", f"https://example.com/{index}.png", "-p", f"Number {index}."),
            *("-m", MODELS[index % len(MODELS)], "-r", "360P", "-d", "1", "--wait", "--json"),
        )
        for index in range(size)
    ]
    outputs = [process.communicate(timeout=300) for process in running]
    seconds = time.monotonic() - start
    saved = [json.loads(stdout) for stdout, _ in outputs if stdout]
    store = Store(pixverse.state)
    kept = {record.task_id: record for record in store.records.newest(-1) if record.task_id}
    store.close()
    return Crowd(
        codes=Counter(process.returncode for process in running),
        stderr="".join(stderr for _, stderr in outputs),
        seconds=seconds,
        throttled=Counter(
            "create" if call.method == "POST" else "query"
            for call in sandbox.calls
            if call.status == 429
        ),
        accepted=len(sandbox.account.tasks),
        records=len(kept),
        complete=sum(
            has_sha256(pixverse.directory / record["file"], kept[record["task_id"]].sha256)
            for record in saved
        ),
    )
