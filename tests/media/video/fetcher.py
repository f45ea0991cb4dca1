"""A process that fetches one video: ``fetcher.py URL TARGET MOST_BYTES_IN_A_FILE``.

Prints as JSON the result, and by how many kB the process grew after its imports.
"""

import json
import re
import resource
import sys
from pathlib import Path

import requests  # noqa: F401  so that its import does not count as growth

from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.media.video.download import download


def peak():
    status = Path("/proc/self/status")
    return int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1]) if status.exists() else 0


url, target, limit = sys.argv[1:]
if limit != "0":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
before = peak()
try:
    *_, fetched = download(url, Path(target), clock=SystemClock())
except NotSavedError as error:
    outcome = [type(error).__name__, error.message]
else:
    outcome = [fetched.already, fetched.sha256]
print(json.dumps([outcome, peak() - before]))
