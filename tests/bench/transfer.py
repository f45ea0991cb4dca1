"""Transfers of a large file: ``python tests/bench/transfer.py [MEGABYTES [PAIRS]]``.

Both sides transfer the same file with the same server on loopback, in turn, and do the same
work. A download is checked, hashed and flushed to the disk: against ``curl``, ``sha256sum`` and
``sync``. An upload is hashed before it is sent and again while it is sent: against ``sha256sum``
and ``curl -F``. Printed are the ratios of the wall times and the peak memory of both.
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

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.media.video.boxes import FTYP, box, moov

DOWNLOAD = """
import sys
from pathlib import Path
from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.media.video.download import download
for step in download(sys.argv[1], Path(sys.argv[2]), clock=SystemClock(), force=True):
    pass
"""
CURL_DOWNLOAD = 'curl -sS -o "$1" "$0" && sha256sum "$1" && sync "$1"'
UPLOAD = """
import sys
from pathlib import Path
from pixverse_cli.dashscope.upload import send
from pixverse_cli.dashscope.wire import Policy
from pixverse_cli.domain.plan import InputFile
from pixverse_cli.disk.files import checked_sha256
from pixverse_cli.media.inputs.source import open_for_upload, open_input
url, path = sys.argv[1], Path(sys.argv[2])
size = path.stat().st_size
with open_input(path, path.name) as file:
    sha256 = checked_sha256(file, size, path.name)
source = InputFile(path, path.name, size, "mp4", 1280, 720, sha256)
policy = Policy(host=url, directory="d", form={"policy": "p"}, max_bytes=None)
with open_for_upload(source) as upload:
    for _ in send(policy, "d/v.mp4", upload, size, loopback=True):
        pass
"""
CURL_UPLOAD = 'sha256sum "$1" && curl -sS -F policy=p -F key=d/v.mp4 -F "file=@$1" "$0"'


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Sends files, and takes uploads without keeping them."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read1(min(left, 2**20)))
        self.send_response(204)
        self.end_headers()

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
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed: {status}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def compare(name, ours, theirs, pairs):
    """Print the median of the paired ratios and the peak memory of ours."""
    both = [(timed(ours), timed(theirs)) for _ in range(pairs + 1)][1:]
    ratios = sorted(mine[0] / other[0] for mine, other in both)
    seconds = statistics.median(mine[0] for mine, _ in both)
    peak = max(mine[1] for mine, _ in both)
    print(
        f"{name:<48} {statistics.median(ratios):.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        f"  {seconds:.2f} s, memory {peak:.0f} MiB"
    )


def main():
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory(prefix="pixverse-transfer-") as directory:
        write_video(Path(directory) / "v.mp4", megabytes * 1024 * 1024)
        os.chdir(directory)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        size = f"{megabytes} MiB"
        compare(
            f"download of {size} / curl, sha256sum, sync",
            [sys.executable, "-c", DOWNLOAD, f"{url}/v.mp4", "ours.mp4"],
            ["sh", "-c", CURL_DOWNLOAD, f"{url}/v.mp4", "curl.mp4"],
            pairs,
        )
        compare(
            f"upload of {size} / sha256sum, curl -F",
            [sys.executable, "-c", UPLOAD, url, "v.mp4"],
            ["sh", "-c", CURL_UPLOAD, url, "v.mp4"],
            pairs,
        )


if __name__ == "__main__":
    main()
