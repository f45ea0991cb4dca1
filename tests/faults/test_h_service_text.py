"""H. Text of the service that repeats the key or holds escapes, hostile names, ids that are paths.

Every test ends with a search for the key in the output, the store and all files (rows 102, 103).
"""

import json
import unicodedata

from tests.clocks import START
from tests.faults.case import ALL, Case, Way, parameters
from tests.faults.service import (
    KEY,
    POLICY,
    SIGNATURE,
    TASK,
    accepted,
    as_json,
    list_row,
    refusal,
    succeeded,
    task_is,
    task_list,
)
from tests.faults.world import TURTLE
from tests.servers import RESET, answer

ESCAPES = "\x1b[31m\x1b]0;owned\x07\u202e\u2028\u200b\x9b"
ECHO = f"{ESCAPES}Bearer {KEY}{ESCAPES}{KEY[:9]}\u200b{KEY[9:]}"
USAGE = {"size": ECHO, ECHO: [ECHO, {ECHO: ECHO}], "duration": 5, "SR": "720", "audio": False}
HOSTILE_FILE = "a\x1b[31m\u202egnp\u2028b\n.webp"
TEXT_OF_THE_USER = {"image", "inputs", "file"}


def finished(**more):
    """Return the answer about a finished task, all of whose texts repeat the key."""

    def steps(request):
        body = json.loads(succeeded(request_id=ECHO)[0](request)[0].partition(b"\r\n\r\n")[2])
        return [as_json(body | {"usage": USAGE, "request_id": ECHO} | more)]

    return [steps]


def submit(*options, **routes):
    def run(world):
        world.serve(**routes)
        return world.submit(*options, inside=True)

    return run


def submit_file(**routes):
    def run(world):
        world.serve(**routes)
        return world.run_inside("submit", TURTLE)

    return run


def about_a_finished_task(*words):
    """Return a command about a task whose answers repeated the key."""

    def run(world):
        world.serve(query=finished(), listing=task_list(remote_row()))
        world.submit("--wait", inside=True)
        return world.run(*words)

    return run


def remote_row():
    return list_row(ECHO, START, status=ECHO, model=ECHO) | {"request_id": ECHO, "caller_uid": ECHO}


def recover_candidates(world):
    rows = [list_row(each + ESCAPES, START) for each in ("first-task", f"second-{KEY}")]
    world.serve(create=[[RESET]], listing=task_list(*rows), query=task_is("RUNNING"))
    return world.submit("-vv", inside=True)


def echoed_at_the_cut(world):
    """Submit with ``-vv`` to a service whose long answer repeats the key where the trace ends."""
    body = json.dumps({"output": {"task_id": TASK, "task_status": "PENDING"}, "message": ""})
    filled = body.replace('""', f'"{"x" * (4000 - len(body) - 8)}{KEY}"')
    world.serve(create=as_json(filled))
    ran = world.submit("-vv", inside=True)
    assert KEY[:6] not in ran.stderr
    return ran


def hostile_file(*words):
    """Return commands about a request whose image has a hostile file name."""

    def run(world):
        world.serve(query=finished())
        image = world.directory / HOSTILE_FILE
        image.write_bytes(TURTLE.read_bytes())
        first = world.run_inside("submit", image.name, "--wait", "-o", "{image}.mp4")
        return world.run(*words) if words else first

    return run


def store_is_clean(world, _ran):
    for row in world.rows():
        for name, value in row.items():
            if isinstance(value, str) and name not in TEXT_OF_THE_USER:
                assert_clean(name, value)


def output_is_clean(world, ran):
    store_is_clean(world, ran)
    if world.way is Way.JSON:
        for line in ran.json:
            texts = {name: line[name] for name in line.keys() - TEXT_OF_THE_USER}
            assert_clean("stdout", json.dumps(texts, ensure_ascii=False))
    for video in world.videos:
        assert_clean("file name", video.name)


def masked(world, ran):
    output_is_clean(world, ran)
    assert "***" in ran.stdout + ran.stderr


def assert_clean(name, text):
    bad = [char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")]
    assert not bad, (name, bad)
    assert KEY not in text


def no_escapes_at_all(_world, ran):
    assert "u001b" not in ran.stderr
    assert "[31m5F" in ran.stderr


def nothing_was_asked(world, _ran):
    assert sum(world.service.counts.values()) == 0


def asked_about(*words):
    """Return a command about an id; the store knows another task."""

    def run(world):
        world.serve()
        world.add_task()
        return world.run_inside(*words)

    return run


def id_of_the_service(task_id):
    """Return a ``wait`` for a task whose id, by the service, is a path."""

    def run(world):
        world.serve(create=accepted(task_id), query=succeeded(task_id=task_id))
        world.submit(inside=True)
        ran = world.run_inside("wait", "--all", "--timeout", "5")
        paths = [sent.split()[1] for sent in world.service.sent["query"]]
        assert all(path.count(b"/") == 4 for path in paths), paths
        assert not world.service.sent["listing"]
        return ran

    return run


NO = {"charged": "no", "retryable": False}
REFUSED = {"code": 2, "creates": 1, "store": ("NOT_SENT",), "also": masked} | NO
DONE = {"code": 0, "also": output_is_clean}
NO_REQUEST = {"code": 2, "store": ("RUNNING",), "also": nothing_was_asked, "ways": (Way.JSON,)} | NO
PATHS = (
    ".",
    "..",
    "...",
    "/",
    "a/b",
    "../tasks",
    "%2e",
    "%2e%2e",
    "..%2f..%2fuploads-and-more-text",
)
LONG_PATHS = (
    "../../uploads?action=getPolicy",
    "a/../../../api/v1/uploads-x",
    "%2e%2e%2fuploads-and-more",
)

CASES = (
    Case(
        102,
        "refusal",
        submit(create=refusal("400 Bad", "InvalidParameter" + ECHO, ECHO)),
        **REFUSED,
        ways=ALL,
    ),
    Case(
        102,
        "request id in a header",
        submit(
            create=as_json(
                {"code": "InvalidParameter", "message": "Refused."},
                status="400 Bad",
                x_request_id=f"{KEY}\x1b[31m",
            )
        ),
        **REFUSED,
    ),
    Case(
        102,
        "key refused",
        submit(create=refusal("401 No", "InvalidApiKey", f"Incorrect API key provided: {KEY}")),
        code=3,
        creates=1,
        store=("NOT_SENT",),
        also=output_is_clean,
        **NO,
    ),
    Case(
        102,
        "policy refused",
        submit_file(policy=refusal("403 No", "AccessDenied" + ECHO, ECHO)),
        code=3,
        creates=0,
        also=masked,
        **NO,
    ),
    Case(
        102,
        "upload refused",
        submit_file(
            upload=answer(
                f"<?xml?><Error><Code>{SIGNATURE}</Code><Message>{POLICY}</Message>".encode(),
                status="403 No",
                x_oss_request_id="\x1b[31m5F\x9b\x07",
                connection="close",
            )
        ),
        code=6,
        charged="no",
        retryable=True,
        creates=0,
        also=no_escapes_at_all,
    ),
    Case(
        102,
        "not HTTP",
        submit(create=[f"{KEY}{ESCAPES} hello\r\n\r\n".encode()], listing=task_list()),
        code=9,
        charged="unknown",
        also=output_is_clean,
    ),
    Case(102, "accepted", submit(create=accepted(request_id=ECHO, message=ECHO)), **DONE),
    Case(
        102,
        "failed task",
        submit("--wait", query=task_is("FAILED", code="Bad" + ECHO, message=ECHO)),
        code=5,
        store=("FAILED",),
        also=masked,
        ways=ALL,
        **NO,
    ),
    *(
        Case(102, f"usage, {' '.join(words)}", about_a_finished_task(*words), **DONE, ways=ALL)
        for words in (("status", TASK), ("list",), ("list", "--remote"))
    ),
    Case(102, "usage, -vv", about_a_finished_task("wait", TASK, "-vv"), **DONE),
    Case(102, "candidates", recover_candidates, code=9, charged="unknown", also=output_is_clean),
    Case(102, "key at the end of the trace", echoed_at_the_cut, **DONE),
    *(
        Case(102, f"file name, {' '.join(words)}", hostile_file(*words), **DONE, saved=1, ways=ALL)
        for words in ((), ("list",), ("status",))
    ),
    *(
        Case(103, f"{command} {path}", asked_about(command, path), **NO_REQUEST)
        for command in ("status", "wait", "download", "cancel")
        for path in PATHS + LONG_PATHS
    ),
    *(
        Case(103, f"recover --adopt {path}", asked_about("recover", "--adopt", path), **NO_REQUEST)
        for path in PATHS + LONG_PATHS
    ),
    *(
        Case(
            103,
            f"the service calls a task {task_id}",
            id_of_the_service(task_id),
            code=code,
            charged="yes",
            creates=1,
        )
        for task_id, code in (("..", 2), (".", 2), ("a/../../uploads", 0))
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
