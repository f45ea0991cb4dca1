"""H. Records of another key or another address: nothing is concluded, and nothing is lost (88)."""

from datetime import timedelta

import pytest

from tests.clocks import START, CoarseClock
from tests.faults.case import Case, Way, parameters
from tests.faults.service import TASK, list_row, succeeded, task_is, task_list
from tests.faults.world import IMAGE_URL
from tests.servers import RESET

OTHER_KEY = "sk-canary-another-key-wxyz"
UID, OTHER_UID = "1000000000000001", "2000000000000002"


def with_key(steps, otherwise):
    """Return a route that gives these steps to the world's key, and other ones to other keys."""

    def route(request):
        script = otherwise if f"Bearer {OTHER_KEY}".encode() in request else steps
        return script(request) if callable(script) else [script]

    return [[route]]


def list_of(uid, *ids):
    rows = [list_row(each, START + timedelta(seconds=1)) for each in ids]
    return task_list(*({**row, "caller_parent_id": uid} for row in rows))


UNKNOWN_TO_OTHERS = with_key(task_is("RUNNING"), task_is("UNKNOWN"))


def other_key(*words, lost=False, **routes):
    """Return a command with another key than that of the submit, whose answer may be lost."""

    def provoke(world):
        world.serve(query=UNKNOWN_TO_OTHERS, **{"create": [[RESET]]} if lost else {})
        world.submit(inside=True)
        world.service.set_routes(**routes)
        world.clock.advance(300.0)
        return world.run_inside(*words, DASHSCOPE_API_KEY=OTHER_KEY)

    return provoke


def other_address(*words, lost=False):
    """Return a command with another base URL than that of the submit; both services know all."""

    def provoke(world):
        first = world.serve(**{"create": [[RESET]]} if lost else {"query": task_is("RUNNING")})
        world.submit(inside=True)
        world.serve(listing=task_list(), query=task_is("UNKNOWN"))
        world.clock.advance(300.0)
        ran = world.run_inside(*words)
        calls = world.service.counts
        assert sum(calls.values()) == 0, f"the other service was asked: {calls}"
        assert first.origin in ran.stderr or (world.way is Way.JSON and ran.code == 0)
        return ran

    return provoke


def finished_then(*words, **variables):
    """Return a command about a finished task that was sent to another address."""

    def provoke(world):
        first = world.serve()
        world.submit(inside=True)
        world.run_inside("status", TASK)
        world.serve(query=task_is("UNKNOWN"))
        ran = world.run_inside(*words, **variables)
        assert first.counts["video"] == 1
        assert world.service.counts["query"] == 0
        return ran

    return provoke


def once(query, **routes):
    """Return a submit with ``--once`` for a request that another key has sent."""

    def provoke(world):
        world.serve(query=query, **routes)
        world.submit(inside=True)
        world.clock.advance(300.0)
        return world.submit("--once", inside=True, DASHSCOPE_API_KEY=OTHER_KEY)

    return provoke


def once_finished(world):
    world.serve()
    world.submit(inside=True)
    world.run_inside("status", TASK)
    world.service.set_routes(query=task_is("UNKNOWN"))
    return world.submit("--once", "-o", "v.mp4", inside=True, DASHSCOPE_API_KEY=OTHER_KEY)


def once_at_another_address(world):
    first = world.serve(query=task_is("RUNNING"))
    world.submit(inside=True)
    world.serve()
    ran = world.submit("--once", inside=True)
    assert first.origin in ran.stderr
    return ran


def once_finished_at_another_address(world):
    first = world.serve()
    world.submit(inside=True)
    world.run_inside("status", TASK)
    world.serve(query=task_is("UNKNOWN"))
    ran = world.submit("--once", "-o", "v.mp4", inside=True)
    assert first.counts["video"] == 1
    return ran


def batch_at_another_address(world):
    (world.directory / "m.toml").write_text(
        f'[[video]]\nimage = "{IMAGE_URL}"\nprompt = "A turtle"\noutput = "v.mp4"\n'
    )
    world.serve(query=task_is("RUNNING"))
    world.submit(inside=True)
    world.serve()
    return world.run_inside("batch", "m.toml")


def once_after_a_lost_reply(world):
    world.serve(create=[[RESET]])
    world.submit(inside=True)
    world.clock.advance(300.0)
    return world.submit("--once", inside=True, DASHSCOPE_API_KEY=OTHER_KEY)


def older_store(*words, **routes):
    """Return a command about a record of a version that did not note which key was used."""

    def provoke(world):
        world.serve(create=[[RESET]])
        world.submit(inside=True)
        world.execute("UPDATE task SET account = NULL, boot = NULL, began_at_uptime = NULL")
        if "recover" not in words:
            world.execute(f"UPDATE task SET task_id = '{TASK}', status = 'RUNNING'")
            world.execute("UPDATE task SET submitted_at = intent_at, ended_at = NULL")
        world.service.set_routes(**routes)
        world.clock.advance(300.0)
        return world.run_inside(*words)

    return provoke


def other_key_of_the_account(listing):
    """Return a ``recover`` with another key, after both keys' lists have named the account."""

    def provoke(world):
        world.serve(create=[[RESET]], listing=list_of(UID, "foreign-task"))
        world.service.set_routes(query=succeeded(prompt="Somebody else's"))
        world.submit(inside=True)
        world.service.set_routes(listing=listing, query=succeeded())
        world.clock.advance(300.0)
        return world.run_inside("recover", DASHSCOPE_API_KEY=OTHER_KEY)

    return provoke


def skipped_with_a_note(world, ran):
    if world.way is Way.PIPE:
        assert "skipped: " in ran.stderr
        assert "was sent to" in ran.stderr
    assert ran.stdout == ""


def the_key_is_named(_world, ran):
    assert "…cdef" in ran.stderr
    assert OTHER_KEY not in ran.stderr


def account_is_known(world, _ran):
    assert world.rows()[0]["account"] is not None


ELSEWHERE = {"code": 3, "retryable": False, "creates": 1, "says": "was sent to http://127.0.0.1"}
RUNNING = {"charged": "yes", "store": ("PENDING",)} | ELSEWHERE
LOST = {"charged": "unknown", "store": ("UNCLEAR",)} | ELSEWHERE
NO_CREATE = {"creates": 0}  # at the other service
COMMANDS = (("status", TASK), ("wait", TASK), ("download", TASK), ("cancel", TASK), ("status",))
SKIPPED = {"code": 0, "store": ("PENDING",), "creates": 1, "also": skipped_with_a_note}
STILL_UNCLEAR = {"code": 9, "charged": "unknown", "retryable": False, "store": ("UNCLEAR",)}

FOREIGN_ROW = list_row("t", START, model="another model") | {"caller_parent_id": UID}

CASES = (
    *(
        Case(
            88, f"{' '.join(words)}, other key", other_key(*words), **RUNNING, also=the_key_is_named
        )
        for words in COMMANDS
    ),
    *(
        Case(88, f"{' '.join(words)}, other address", other_address(*words), **RUNNING | NO_CREATE)
        for words in COMMANDS
    ),
    Case(88, "wait --all, other address", other_address("wait", "--all"), **SKIPPED | NO_CREATE),
    Case(88, "wait --all, other key", other_key("wait", "--all"), **SKIPPED),
    Case(88, "recover, other key", other_key("recover", lost=True), **LOST, also=the_key_is_named),
    Case(
        88,
        "recover, other key of another account",
        other_key("recover", lost=True, listing=list_of(OTHER_UID, "foreign-task")),
        **LOST,
    ),
    Case(
        88,
        "recover, other key of the account",
        other_key_of_the_account(list_of(UID, TASK)),
        code=0,
        creates=1,
        store=("SUCCEEDED",),
    ),
    Case(
        88,
        "recover of what is not listed, other key of the account",
        other_key_of_the_account(task_list(FOREIGN_ROW)),
        **STILL_UNCLEAR,
        says="with the key that sent the request \\(…cdef\\)",
    ),
    Case(88, "recover, other address", other_address("recover", lost=True), **LOST | NO_CREATE),
    Case(88, "--once, other key", once(UNKNOWN_TO_OTHERS), **RUNNING | {"charged": "no"}),
    Case(
        88,
        "--once after a lost reply, other key",
        once_after_a_lost_reply,
        **LOST | {"charged": "no"},
    ),
    Case(
        88,
        "--once, other key of the account",
        once(task_is("RUNNING")),
        code=0,
        creates=1,
        store=("PENDING",),
    ),
    Case(88, "--once, finished, other key", once_finished, code=0, creates=1, saved=1),
    Case(
        88,
        "--once, other address",
        once_at_another_address,
        **RUNNING | NO_CREATE | {"charged": "no"},
    ),
    Case(
        88,
        "--once, finished, other address",
        once_finished_at_another_address,
        code=0,
        creates=0,
        saved=1,
    ),
    Case(
        88,
        "batch, other address",
        batch_at_another_address,
        **RUNNING | NO_CREATE | {"charged": "no"},
    ),
    Case(88, "download, finished, other address", finished_then("download", TASK), code=0, saved=1),
    Case(
        88,
        "wait --all --download, finished, other address",
        finished_then("wait", "--all", "--download"),
        code=0,
        saved=1,
    ),
    Case(
        88,
        "status, other key of the account",
        other_key("status", TASK, query=task_is("RUNNING")),
        code=0,
        store=("RUNNING",),
    ),
    Case(
        88,
        "status, older store",
        older_store("status", TASK, query=task_is("UNKNOWN")),
        code=12,
        charged="yes",
        retryable=False,
        store=("RUNNING",),
    ),
    Case(
        88,
        "status of a known task, older store",
        older_store("status", TASK, query=task_is("RUNNING")),
        code=0,
        store=("RUNNING",),
        also=account_is_known,
    ),
    Case(
        88,
        "recover, older store",
        older_store("recover", listing=task_list()),
        **STILL_UNCLEAR,
        says="older version",
    ),
    Case(
        88,
        "recover of a listed task, older store",
        older_store("recover", listing=list_of(UID, TASK), query=succeeded()),
        code=0,
        store=("SUCCEEDED",),
        also=account_is_known,
    ),
)


@pytest.fixture
def clock():
    """Return the clock of the searches, which need fewer calls with it."""
    return CoarseClock()


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
