"""G. The store: damaged, empty, or not a store (rows 83 and 84)."""

import contextlib
import sqlite3

from tests.faults.case import Case, Way, parameters
from tests.faults.service import TASK, accepted, succeeded, task_list
from tests.faults.world import IMAGE_URL
from tests.servers import RESET

SUBMIT = ("submit", IMAGE_URL, "-p", "A turtle")
REFUSED = {"code": 1, "charged": "no", "retryable": False, "creates": 0}


def damaged(damage, *words):
    """Return a command that runs with a damaged store, which it must not change."""

    def run(world):
        world.serve()
        world.add_task()
        damage(world.database)
        before = content_of(world.database)
        ran = world.run(*words)
        assert content_of(world.database) == before, "the damaged store was changed"
        return ran

    return run


def content_of(path):
    return path.read_bytes() if path.is_file() else sorted(path.parent.iterdir())


def text(path):
    path.write_text("This is no database.\n" * 1000)


def half(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + b"\xaa" * (len(content) // 2))


def empty(path):
    path.write_bytes(b"")


def directory(path):
    path.unlink()
    path.mkdir()


def symlink(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def from_the_future(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def invalid_values(path):
    """Write invalid values into a valid database."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE task SET status = 'DREAMING', usage = '{', submitted_at = 'x'")
        connection.commit()


def broken_during_the_call(damage):
    """Return a submit whose store is damaged during the create call."""

    def submit(world):
        def steps(_request):
            damage(world.database)
            return [accepted()]

        world.serve(create=[[steps]])
        return world.run(*SUBMIT)

    return submit


def broken_during_the_search(world):
    """Submit; the answer is lost, and the store is damaged while its task is looked for."""

    def steps(_request):
        text(world.database)
        return [task_list()]

    world.serve(create=[[RESET]], listing=[[steps]])
    return world.run_inside(*SUBMIT)


def id_is_printed_and_kept(world, ran):
    assert TASK in ran.stderr
    (kept,) = world.home.rglob("unrecorded-tasks.jsonl")
    assert TASK in kept.read_text()


def recovered_from_the_log(world):
    """Run ``recover`` after the store broke during the create call and was repaired."""

    def steps(_request):
        world.database.rename(world.database.with_name("away"))
        world.database.mkdir()
        return [accepted()]

    world.serve(create=[[steps]], query=[succeeded()])
    world.run(*SUBMIT)
    world.database.rmdir()
    world.database.with_name("away").rename(world.database)
    return world.run("recover")


DAMAGES = (text, half, empty, directory, symlink)
AFTER_THE_CALL = {"code": 1, "charged": "yes", "retryable": False, "creates": 1}
CASES = (
    *(
        Case(
            83,
            f"submit finds {damage.__name__}",
            damaged(damage, *SUBMIT),
            **REFUSED,
            says="store.*PIXVERSE_STATE_DIR|store.*mv ",
        )
        for damage in DAMAGES
    ),
    *(
        Case(
            83,
            f"{words[0]} finds {damage.__name__}",
            damaged(damage, *words),
            code=1,
            charged="no",
            retryable=False,
            says="store",
            ways=(Way.JSON,),
        )
        for damage in (text, empty)
        for words in (("list",), ("wait",), ("status", TASK), ("recover",))
    ),
    Case(
        83,
        "the store breaks during the search",
        broken_during_the_search,
        code=9,
        charged="unknown",
        retryable=False,
        creates=1,
        says="the search was given up: the store.*pixverse recover",
    ),
    Case(
        83,
        "invalid values in the rows",
        damaged(invalid_values, "list"),
        code=1,
        charged="no",
        retryable=False,
        says="store",
    ),
    Case(
        83,
        "store becomes text in the call",
        broken_during_the_call(text),
        **AFTER_THE_CALL,
        also=id_is_printed_and_kept,
    ),
    Case(83, "store repaired, then recover", recovered_from_the_log, code=0, store=("PENDING",)),
    Case(84, "from the future, submit", damaged(from_the_future, *SUBMIT), **REFUSED, says="newer"),
    Case(84, "from the future, list", damaged(from_the_future, "list"), **REFUSED, says="newer"),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
