"""The download of a large video and curl: ``python tests/bench/transfer.py [MEGABYTES [PAIRS]]``.

Both download the same file from the same server on loopback, in turn. It prints the ratios of
the wall times (a download also waits for the disk) and the peak memory of pixverse. pixverse
also checks the file, hashes it and flushes it to the disk.
"""

import http.server
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.media.video.boxes import FTYP, box, moov

DOWNLOAD = """
import sys
from pathlib import Path
from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.media.video.download import download
for step in download(sys.argv[1], Path(sys.argv[2]), clock=SystemClock(), force=True):
    pass
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        return


def write_video(path, size):
    """Write a complete MP4 with ``size`` bytes of data."""
    with path.open("wb") as file:
        file.write(box(b"ftyp", FTYP) + moov() + (8 + size).to_bytes(4) + b"mdat")
        for _ in range(size // 2**20):
            file.write(os.urandom(2**20))


def timed(command):
    """Return the wall seconds and the peak memory, in MiB, of one run."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed: {status}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def main():
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 512
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as directory:
        write_video(Path(directory) / "v.mp4", megabytes * 1024 * 1024)
        os.chdir(directory)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v.mp4"
        pixverse = [sys.executable, "-c", DOWNLOAD, url, "ours.mp4"]
        curl = ["curl", "-sS", "-o", "curl.mp4", url]
        ratios, peak = [], 0.0
        for _ in range(pairs + 1):
            (pixverse_seconds, memory), (curl_seconds, _) = timed(pixverse), timed(curl)
            ratios.append(pixverse_seconds / curl_seconds)
            peak = max(peak, memory)
        ratios = sorted(ratios[1:])
        print(
            f"download of {megabytes} MiB / curl  {statistics.median(ratios):.2f}"
            f"  ({ratios[0]:.2f} to {ratios[-1]:.2f})  memory {peak:.0f} MiB"
        )


if __name__ == "__main__":
    main()
