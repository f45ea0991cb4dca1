"""The store's file: its permissions, its format, and damaged or locked files."""

import errno
import os
import random
import resource
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from pixverse_cli.disk.files import NoLocksError
from pixverse_cli.domain.errors import TimeLimitError, UnexpectedError
from pixverse_cli.store import Store
from pixverse_cli.store.database import Database
from pixverse_cli.store.schema import MIGRATIONS


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o022, 0o000, 0o077])
def test_the_store_is_readable_by_its_user_only_34(directory, umask):
    before = os.umask(umask)
    try:
        Store(directory).close()
    finally:
        os.umask(before)
    assert mode(directory) == 0o700
    assert mode(directory / "tasks.db") == 0o600


def test_the_journal_is_readable_by_its_user_only(store, directory):
    store.rate_slots.take("x", 1, 1.0)
    with closing(sqlite3.connect(directory / "tasks.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM slot")
        assert mode(directory / "tasks.db-journal") == 0o600
        other.execute("ROLLBACK")


def test_the_directory_contains_only_the_store(store, directory):
    store.rate_slots.take("x", 1, 1.0)
    assert [path.name for path in directory.iterdir()] == ["tasks.db"]


def test_the_draft_of_a_killed_process_does_not_matter(directory):
    directory.mkdir()
    (directory / f"tasks.db.{os.getpid()}.new").write_bytes(b"half")
    Store(directory).close()
    assert [path.name for path in directory.iterdir()] == ["tasks.db"]


def version(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def test_a_new_store_has_the_newest_format(directory):
    Store(directory).close()
    assert version(directory / "tasks.db") == len(MIGRATIONS)


def test_a_store_of_an_earlier_format_is_migrated(directory, open_store, intent):
    directory.mkdir()
    with closing(sqlite3.connect(directory / "tasks.db")) as old:
        old.execute("PRAGMA user_version = 0")
        old.execute("VACUUM")  # writes the header, so that the file is not empty
    assert (directory / "tasks.db").stat().st_size > 0
    assert open_store().records.intend(intent()).number == 1
    assert version(directory / "tasks.db") == len(MIGRATIONS)


def test_a_failed_migration_changes_nothing(directory):
    directory.mkdir()
    with closing(sqlite3.connect(directory / "tasks.db")) as old:
        old.execute("CREATE TABLE upload (x)")  # the second table of the first migration
    with pytest.raises(UnexpectedError):
        Store(directory)
    with closing(sqlite3.connect(directory / "tasks.db")) as after:
        tables = {row[0] for row in after.execute("SELECT name FROM sqlite_master")}
    assert tables == {"upload"}
    assert version(directory / "tasks.db") == 0


def test_a_store_that_cannot_be_used_is_closed(store, directory):
    store.close()
    with closing(sqlite3.connect(directory / "tasks.db")) as other:
        other.execute("PRAGMA user_version = 999")
    before = open_descriptors()
    with pytest.raises(UnexpectedError) as refused:
        Store(directory)
    assert refused.value.__traceback__ is not None  # which keeps a database that is open
    assert open_descriptors() == before


def open_descriptors():
    return sorted(os.listdir("/dev/fd"))  # noqa: PTH208  numbers, not paths


def test_a_store_of_the_newest_format_is_opened_while_another_process_writes(directory):
    Store(directory).close()
    with closing(sqlite3.connect(directory / "tasks.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        # without locks it would fail as soon as it waited
        Database(directory / "tasks.db", try_lock=no_locks).close()


def test_a_store_of_a_newer_version_is_not_changed_84(store, directory):
    store.close()
    with closing(sqlite3.connect(directory / "tasks.db")) as other:
        other.execute("PRAGMA user_version = 999")
    before = (directory / "tasks.db").read_bytes()
    with pytest.raises(UnexpectedError, match="newer pixverse") as refused:
        Store(directory)
    assert "upgrade" in refused.value.hint
    assert (directory / "tasks.db").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "0 bytes"), (b"not a database\n" * 100, "not a store"), (b"SQLite format 3\0", "store")],
    ids=["empty", "text", "a header only"],
)
def test_a_file_that_is_not_a_store_is_refused_and_not_changed_83(directory, content, message):
    directory.mkdir()
    path = directory / "tasks.db"
    path.write_bytes(content)
    with pytest.raises(UnexpectedError, match=message) as refused:
        Store(directory)
    assert str(path) in refused.value.message
    assert refused.value.hint
    assert path.read_bytes() == content


def test_a_damaged_store_is_refused_83(store, directory, intent, seed):
    for _ in range(200):
        store.records.intend(intent(prompt="x" * 500))
    store.close()
    path = directory / "tasks.db"
    data = bytearray(path.read_bytes())
    data[4096:-4096] = random.Random(seed).randbytes(len(data) - 8192)
    path.write_bytes(data)
    with (
        closing(Store(directory)) as damaged,
        pytest.raises(UnexpectedError, match="damaged") as refused,
    ):
        damaged.records.newest(-1)
    assert "mv " in refused.value.hint


def test_an_intact_store_has_no_damage(store):
    assert store.damage() is None


def test_damage_is_described_by_sqlite(store, directory, open_store, intent):
    for _ in range(50):
        store.records.intend(intent(fingerprint="x"))
    store.close()
    with closing(sqlite3.connect(directory / "tasks.db")) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'task_by_status'")
        other.commit()
    assert open_store().damage()


def test_a_directory_is_refused_83(directory):
    (directory / "tasks.db").mkdir(parents=True)
    with pytest.raises(UnexpectedError, match="is a directory"):
        Store(directory)


@pytest.mark.parametrize("target", ["real.db", "nothing"])
def test_a_symbolic_link_is_refused_and_not_followed_83(directory, target):
    Store(directory).close()
    (directory / "tasks.db").rename(directory / "real.db")
    (directory / "tasks.db").symlink_to(directory / target)
    with pytest.raises(UnexpectedError, match="symbolic link"):
        Store(directory)
    assert not (directory / "nothing").exists()


@pytest.mark.parametrize("folder", ["file/state", "file"])
def test_the_error_for_an_impossible_directory_names_the_variable_86(tmp_path, folder):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnexpectedError) as refused:
        Store(tmp_path / folder)
    assert "PIXVERSE_STATE_DIR" in refused.value.hint


def test_a_store_locked_by_another_process_is_waited_for_85(store, directory, intent):
    """The lock is released while SQLite waits, so that nothing is refused."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, directory / "tasks.db"], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    assert store.records.intend(intent()).number == 1
    assert holder.wait() == 0
    holder.stdout.close()


def test_a_locked_store_is_not_waited_for_beyond_the_time_limit_107(directory):
    """Nor where it was opened again, for a thread. SQLite waits a quarter of a second."""
    with (
        closing(Store(directory, time_is_up=lambda: True)) as store,
        closing(store.reopened()) as reopened,
        closing(sqlite3.connect(directory / "tasks.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(TimeLimitError, match=r"kept the store .* locked") as ended:
            reopened.records.unsettled()
    assert "--timeout" in ended.value.hint


def test_the_reason_for_a_store_that_can_be_read_is_that_of_sqlite(store, directory, intent):
    (directory / "tasks.db-journal").symlink_to("missing/journal")
    with pytest.raises(UnexpectedError, match="cannot be used: unable to open database file"):
        store.records.intend(intent())


HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(0.7)
connection.execute("COMMIT")
"""

FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from pixverse_cli.disk.files import NoLocksError
from pixverse_cli.domain.errors import UnexpectedError
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.store import Store
from pixverse_cli.store.database import Database
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
directory = Path(sys.argv[1])
before = sys.argv[2] == "before"
store = None if before else Store(directory)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
record = Record(number=1, status=Status.PENDING, service="s", task_id="task-1")
try:
    store = store or Store(directory)
    store.records.intend(record)
except UnexpectedError as error:
    print(error.message)
    print(error.hint)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
if not before:
    print(store.keep_in_fallback_log(record))
"""


def on_a_full_disk(directory, when):
    ran = subprocess.run(
        [sys.executable, "-P", "-c", FULL_DISK, directory, when],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_a_full_disk_before_the_call_is_an_error_57(directory):
    message, hint = on_a_full_disk(directory, "before")
    assert message == f"the store {directory}/tasks.db cannot be used: disk I/O error"
    assert "free disk space" in hint
    assert list(directory.iterdir()) == []


def test_a_disk_that_is_full_after_the_call_keeps_the_written_records_57(
    store, directory, intent, open_store
):
    store.records.intend(intent())
    message, _, aside = on_a_full_disk(directory, "after")
    assert "cannot be used" in message
    assert aside == str(directory / "unrecorded-tasks.jsonl")
    assert open_store().records.get(1).status == "UNCLEAR"


def test_rlimit_fsize_exists():
    assert resource.RLIMIT_FSIZE


def no_links(_draft, _target):
    raise OSError(errno.EPERM, "Operation not permitted")


def no_locks(_descriptor):
    raise NoLocksError(errno.ENOLCK, "No locks available")


def test_without_hard_links_the_store_is_created_and_nothing_is_left_98(directory):
    for _ in range(2):  # the second one opens it
        with closing(Database(directory / "tasks.db", link=no_links)) as database:
            assert database.rows("SELECT * FROM task") == []
    assert [path.name for path in directory.iterdir()] == ["tasks.db"]
    assert mode(directory / "tasks.db") == 0o600
    assert version(directory / "tasks.db") == len(MIGRATIONS)


def test_without_hard_links_a_store_created_meanwhile_is_used_98(directory, open_store, intent):
    def another_process_is_first(_draft, _target):
        open_store().records.intend(intent())
        no_links(_draft, _target)

    path = directory / "tasks.db"
    with closing(Database(path, link=another_process_is_first)) as database:
        assert len(database.rows("SELECT * FROM task")) == 1
    assert [path.name for path in directory.iterdir()] == ["tasks.db"]


WITHOUT_LINKS = """
import sys
from contextlib import closing
from pathlib import Path
from pixverse_cli.store.database import Database

def no_links(draft, target):
    raise OSError(1, "Operation not permitted")

sys.stdin.readline()
with closing(Database(Path(sys.argv[1]), link=no_links)) as database:
    database.rows("INSERT INTO slot (name, next_at) VALUES (hex(randomblob(8)), 1.0)")
"""


def test_without_hard_links_many_processes_create_one_store_98(directory):
    directory.mkdir()
    words = [sys.executable, "-P", "-c", WITHOUT_LINKS, directory / "tasks.db"]
    processes = [subprocess.Popen(words, stdin=subprocess.PIPE, text=True) for _ in range(6)]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait() for process in processes] == [0] * 6
    for process in processes:
        process.stdin.close()
    with closing(Database(directory / "tasks.db")) as database:
        assert len(database.rows("SELECT * FROM slot")) == 6
    assert [path.name for path in directory.iterdir()] == ["tasks.db"]


def test_without_locks_no_store_is_created_98(directory):
    with pytest.raises(UnexpectedError, match="files cannot be locked there") as refused:
        Database(directory / "tasks.db", try_lock=no_locks)
    assert "no locks available" in refused.value.message
    assert refused.value.hint == "set PIXVERSE_STATE_DIR to a directory on a local disk"
    assert list(directory.iterdir()) == []


@pytest.mark.usefixtures("store")
def test_without_locks_a_store_that_exists_is_refused_at_once_98(directory):
    """SQLite calls a missing lock manager "busy", and would be asked for half a minute."""
    with closing(sqlite3.connect(directory / "tasks.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UnexpectedError, match="files cannot be locked there"):
            Database(directory / "tasks.db", try_lock=no_locks)


@pytest.mark.usefixtures("store")
def test_while_nothing_is_busy_locks_are_not_tried_98(directory):
    with closing(Database(directory / "tasks.db", try_lock=no_locks)) as database:
        assert database.rows("SELECT * FROM task") == []
