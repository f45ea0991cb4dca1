"""``list --json`` of many records: ``python tests/bench/big_list.py [RECORDS [PAIRS]]``.

It runs in turn with a bare loop over sqlite3 and json.dumps, in a process of its own. It prints
the ratio of the processor times, the peak memory of both, and how ``list`` and ``status`` of
such a store compare with those of a store of twenty records.
"""

import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from pixverse_cli.store import Store

PIXVERSE = str(Path(sysconfig.get_path("scripts")) / "pixverse")
BARE = """
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.row_factory = sqlite3.Row
for row in connection.execute("SELECT * FROM task ORDER BY number DESC"):
    print(json.dumps(dict(row), ensure_ascii=False))
"""
# Rows as ``submit --wait`` leaves them; no two have the same times, every second prompt is Chinese.
FILL = """
WITH RECURSIVE count(n, at) AS (SELECT 1, 1764000000.0 UNION ALL
    SELECT n + 1, at + 47.251 FROM count WHERE n < :records)
INSERT INTO task (task_id, status, service, account, model, kind, image, inputs, prompt,
    resolution, duration, audio, watermark, seed, fingerprint, estimate, intent_at, boot,
    began_at_uptime, ended_at_uptime, run, request_id, submitted_at, scheduled_at, ended_at,
    seen_at, video_url, usage, file, sha256)
SELECT printf('%08x-5ff8-4d82-bcb6-0123456789ab', n), 'SUCCEEDED',
    'https://dashscope.aliyuncs.com/api/v1', '0123456789abcdef', 'pixverse/pixverse-v6-it2v',
    'image-to-video', 'turtle.webp',
    '[["image", null, "turtle.webp", "' || printf('%064x', n) || '"]]',
    iif(n % 2, 'The camera slowly rises over the reef', '镜头缓缓升起'), '720P',
    5, 0, 0, n, printf('%064x', n), '1.35', strftime(:time, at, 'unixepoch'),
    '01234567-89ab-cdef-0123-456789abcdef', n + 0.25, n + 0.75, printf('%032x', n),
    printf('%036x', n), strftime(:time, at + 1.1, 'unixepoch'),
    strftime(:time, at + 4.2, 'unixepoch'), strftime(:time, at + 99.3, 'unixepoch'),
    strftime(:time, at + 100.4, 'unixepoch'), 'https://videos.example/v.mp4?Signature=abc',
    '{"duration": 5, "SR": 720, "audio": false}', '/videos/turtle.mp4', printf('%064x', n)
    FROM count
"""
TIME = "%Y-%m-%dT%H:%M:%fZ"


def fill(directory, records):
    store = Store(directory)
    store._database.rows(FILL, records=records, time=TIME)  # noqa: SLF001  a thousand writes a second is slow
    store.close()


def measured(command, environment):
    """Return the processor seconds and the peak memory, in MB, of one run."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed: {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(name, one, other, pairs):
    """Print the median of the paired ratios, and both peaks; ``one`` and ``other`` are runs."""
    both = [(measured(*one), measured(*other)) for _ in range(pairs + 1)][1:]
    ratios = sorted(ours[0] / theirs[0] for ours, theirs in both)
    ours, theirs = (max(peak for _, peak in runs) for runs in zip(*both, strict=True))
    print(
        f"{name:<44}{statistics.median(ratios):6.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        f"  memory {ours:.0f} and {theirs:.0f} MB"
    )


def main():
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as home:
        environments = {}
        for name, count in (("big", records), ("small", 20)):
            fill(Path(home) / name, count)
            environments[name] = {**os.environ, "PIXVERSE_STATE_DIR": f"{home}/{name}"}
        big, small = environments["big"], environments["small"]
        every = [PIXVERSE, "list", "--all", "--json"]
        bare = [sys.executable, "-c", BARE, f"{home}/big/tasks.db"]
        compare(f"list --json of {records} / bare loop", (every, big), (bare, big), pairs)
        first = ["list", "--limit", "20"]
        for words in (first, ["status", "0000000a"], ["list", "--status", "FAILED"]):
            command = [PIXVERSE, *words]
            compare(
                f"{' '.join(words)}, big / small store", (command, big), (command, small), pairs
            )


if __name__ == "__main__":
    main()
