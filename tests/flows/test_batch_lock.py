"""A lock file that cannot be written: the video is saved, and that is said."""

import errno
from pathlib import Path

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.events import Ended, Note
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.plan import Action, BatchItem, WaitPolicy
from pixverse_cli.flows.batch import batch
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store
from tests.flows.test_states import order_of


class FailingLock:
    """A lock file without entries, whose writing fails."""

    def __init__(self, error):
        self.error = error

    def entry(self, _output):
        return None

    def keep(self, _entry):
        raise self.error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left"), "the lock file cannot be written: no space left"),
        (UsageError("m.lock, line 1: not valid"), "the lock file is not changed: m.lock, line 1"),
    ],
)
def test_a_lock_that_cannot_be_written_is_told_and_the_video_counts(tmp_path, clock, error, words):
    store = Store(tmp_path)
    tools = Tools(lambda: None, store, clock, Interrupts(clock), "https://s", lambda: "account")
    item = BatchItem(
        output="a.mp4",
        action=Action.UP_TO_DATE,
        path=Path("/a.mp4"),
        order=order_of("A turtle.", "https://x/a.png", once=False),
        sha256="0" * 64,
        task_id="t-1",
    )
    events = list(batch([item], tools, WaitPolicy(timeout=0.0), FailingLock(error)))
    (told,) = [event.text for event in events if isinstance(event, Note)]
    assert words in told
    assert [event.error for event in events if isinstance(event, Ended)] == [None]
    store.close()
