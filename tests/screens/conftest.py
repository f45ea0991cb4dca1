"""A home with tasks in its store, and the command on a terminal of any size."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.store import Store
from tests.faults.service import Service, task_is
from tests.inside import Inside
from tests.processes import COMMAND
from tests.screens.screen import Screen, Shown

PROMPT = "镜头缓缓上升海龟从珊瑚礁中游出阳光穿透海面一群小鱼跟在它身后慢慢游过。🐢"


def task_id(number):
    """Return an id whose first 8 characters tell it from the others."""
    return f"{number:08x}-5ff8-4d82-bcb6-000000000001"


def still_running(request):
    """Answer the query of any task: it is running."""
    asked = re.match(rb"GET /api/v1/tasks/([^/ ]+)", request)[1].decode()
    return [task_is("RUNNING", asked)]


@pytest.fixture
def service():
    with Service(query=[[still_running]]) as service:
        yield service


@pytest.fixture
def running(home, tmp_path, service):
    """Return the command with the service as its address."""
    running = Inside(home, tmp_path)
    running.environ |= service.environment | {"TERM": "xterm-256color"}
    return running


@pytest.fixture
def stored(running):
    """Return a function that adds tasks to the store, as earlier commands would leave them."""

    def add(*states, image="图片/海龟_{}.png", prompt=PROMPT):
        store = Store(running.state)
        at = datetime.now(UTC) - timedelta(minutes=3)
        for number, status in enumerate(map(Status, states), 1):
            draft = Record(
                number=0,
                status=Status.UNCLEAR,
                service=running.environ["DASHSCOPE_HTTP_BASE_URL"],
                model="pixverse/pixverse-v6-it2v",
                image=image.format(number),
                prompt=prompt,
                resolution="720P",
                duration=5,
                intent_at=at,
            )
            task = Task(task_id=task_id(number), status=status, raw_status=status, submitted_at=at)
            kept = store.records.intend(draft).number
            store.records.accepted(kept, task, at)
            store.records.seen(kept, task)
        store.close()

    return add


@pytest.fixture
def printed(running):
    """Return a function that runs a command on a terminal to its end, in this process."""

    def run(*words, columns=80, rows=24):
        ran = running.on_terminal(*words, columns=columns, rows=rows)
        assert ran.code == 0, ran.stdout
        return Shown(ran.stdout.encode(), columns=columns, rows=rows)

    return run


@pytest.fixture
def screen(running):
    """Return a function that starts a process on a terminal; what still runs is killed."""
    opened = []

    def start(*words, columns=80, rows=24, **variables):
        environ = running.environ | variables
        command = [*COMMAND, *words]
        opened.append(Screen(command, environ, running.directory, columns=columns, rows=rows))
        return opened[-1]

    yield start
    for each in opened:
        each.close()
