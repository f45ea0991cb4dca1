"""Shared by the download tests: a video, answers with it, and functions that download it."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.frozen import replace
from pixverse_cli.media.video.download import Fetched, TransferLimits, download
from pixverse_cli.media.video.failures import BrokenOffError
from tests.servers import ScriptedServer, answer

from .boxes import video

VIDEO = video(300_000)
ETAG = '"v1"'
QUICK = TransferLimits(connect=1, stall=0.3, rate=100_000, rate_window=0.4)


def steps(url, target, *, force=False, limits=QUICK):
    return list(download(url, target, clock=SystemClock(), force=force, limits=limits))


def save(url, target, **options):
    return steps(url, target, **options)[-1]


def part(target):
    return target.with_name(target.name + ".part")


def notes(target):
    return target.with_name(target.name + ".part.json")


def cut(count, **headers):
    """Return an answer with the complete video's headers that ends after ``count`` bytes."""
    return answer(VIDEO, **({"etag": ETAG} | headers))[: -len(VIDEO) + count or None]


def leave_part(target, count, **headers):
    """Create a part of ``count`` bytes, as a cut transfer does."""
    with ScriptedServer([cut(count, **headers)]) as server, pytest.raises(BrokenOffError):
        save(server.url(), target)
    assert part(target).read_bytes() == VIDEO[:count]
    return count


def resume_download(target, *answers):
    """Download the same URL again; the notes of the part name a new server."""
    remembered = json.loads(notes(target).read_text())
    with ScriptedServer(*([each] for each in answers)) as server:
        notes(target).write_text(json.dumps(remembered | {"url": server.url()}))
        return save(server.url(), target), server.requests


def rest_of_video(start, **headers):
    span = f"bytes {start}-{len(VIDEO) - 1}/{len(VIDEO)}"
    fields = {"etag": ETAG, "content_range": span} | headers
    return answer(VIDEO[start:], status="206 Partial Content", **fields)


def assert_saved(target, fetched):
    assert target.read_bytes() == VIDEO
    expected = Fetched(path=target, size=len(VIDEO), sha256=sha256(VIDEO).hexdigest())
    assert replace(fetched, state=None) == expected
    assert list(target.parent.iterdir()) == [target]


def assert_nothing_saved(target):
    assert not os.path.lexists(target)


def start_download(url, target, *, limit=0):
    """Start a process that downloads; ``limit`` is the maximum size of its files, 0 for none."""
    return subprocess.Popen(
        [sys.executable, Path(__file__).with_name("fetcher.py"), url, target, str(limit)],
        stdout=subprocess.PIPE,
    )


def result_of(process):
    """Return ``[already, sha256]`` or ``[error, message]``, and the growth of its memory in kB."""
    return json.loads(process.communicate(timeout=30)[0])
