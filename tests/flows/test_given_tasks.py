"""The video of a finished task as the input of another request."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from pixverse_cli.domain.catalog import MODELS, Media, Role
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.plan import Given
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.video_request import InputReader

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
EXPIRES = int((NOON + timedelta(hours=1)).timestamp())
ID = "5abf2c85-1234-4d82-9a10-0f0000000001"
DONE = Record(
    number=1,
    status=Status.SUCCEEDED,
    service="https://s",
    task_id=ID,
    submitted_at=NOON - timedelta(hours=2),
    video_url=f"https://oss.example/v.mp4?Expires={EXPIRES}",
    usage={"duration": 5, "size": "992*944"},
)
MODEL = next(model for model in MODELS if model.rule(Role.VIDEO, Media.VIDEO))


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Return a function that reads a task id as the video; it returns the input and problems."""
    monkeypatch.chdir(tmp_path)

    def reader(*records, argument=ID, now=NOON):
        with ExitStack() as stack:
            problems = []
            found = InputReader(MODEL, stack, lambda _: list(records), now).read(
                Given(video=argument), problems
            )
        return found, problems

    return reader


def test_the_link_of_the_video_is_used_under_the_tasks_id(read):
    ((video,), problems) = read(DONE, argument=ID[:8])
    assert problems == []
    assert (video.role, video.source, video.identity) == (Role.VIDEO, ID, ID)
    assert (video.media, video.seconds, video.link) == (Media.VIDEO, 5.0, DONE.video_url)
    assert video.file is None


def test_a_start_of_an_id_must_belong_to_one_task(read):
    other = replace(DONE, number=2, task_id=f"{ID}-2")
    assert "several task ids start with it" in read(DONE, other, argument=ID[:8])[1][0]
    assert "no known task id starts with it" in read(argument=ID[:8])[1][0]
    assert read(DONE, other)[1] == []  # the whole id of one is not ambiguous


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"status": Status.RUNNING}, "the task is RUNNING as far as is known: `pixverse wait"),
        ({"provisional": True}, "`pixverse wait"),
        ({"video_url": None}, "the URL of its video is not known; save it: `pixverse download"),
        ({"video_url": None, "file": "/a.mp4"}, "give its file instead: /a.mp4"),
        ({"video_url": "https://x/v", "submitted_at": NOON - timedelta(hours=24)}, "has expired"),
    ],
)
def test_a_task_without_a_usable_link_is_refused_with_the_way_out(read, change, problem):
    assert problem in read(replace(DONE, **change))[1][0]


@pytest.mark.parametrize(("seconds", "usable"), [(3599, True), (3600, False), (3601, False)])
def test_a_link_is_used_until_it_expires(read, seconds, usable):
    assert (read(DONE, now=NOON + timedelta(seconds=seconds))[1] == []) is usable
