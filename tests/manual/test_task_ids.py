"""Task ids at a TAB: their source, and that no text of a store can do harm."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from pixverse_cli.commands.task_ids import ASKED, SQL
from pixverse_cli.domain.text import harmless
from pixverse_cli.settings.places import state_directory
from tests.manual.conftest import PICTURES, require, task_id
from tests.manual.shells import ROOT, descriptions, words
from tests.processes import COMMAND

HOSTILE = "\x1b]0;x\x07a\u202eb\x9b31mc\r\nd\u2066e\ufefff\U000e0041g $(touch owned) `id` '\"\\"


def offered(world, shell_name, line="pixverse status ", **variables):
    shell = world.open(shell_name, **variables)
    try:
        return shell.complete(line)
    finally:
        shell.close()


def fast_path(store, command="status", **variables):
    """Run the command as the scripts do when there is no sqlite3 program."""
    environ = {**os.environ, "_PIXVERSE_TASK_IDS": str(store), **variables}
    ran = subprocess.run([*COMMAND, command], capture_output=True, env=environ, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    return ran.stdout.decode()


def without_sqlite3(world):
    """Remove the sqlite3 program, and put the real command on PATH."""
    (world.programs / "sqlite3").unlink()
    python = f'exec "{sys.executable}" -P -m pixverse_cli "$@"'
    world.program("pixverse", f'PYTHONPATH="{ROOT}" {python}')


def test_without_the_sqlite3_program_pixverse_prints_the_ids(empty_world, shell_name):
    empty_world.write_store("one", "two")
    without_sqlite3(empty_world)
    lines = offered(empty_world, shell_name)
    assert [task_id(2), task_id(1)] == words(lines)
    assert descriptions(lines)[task_id(2)] in ("", "RUNNING two")


@pytest.mark.parametrize("command", ["status", "wait"])
def test_sqlite3_and_pixverse_print_the_same(empty_world, command):
    store = empty_world.write_store("one", HOSTILE, None, "x" * 100, "\n  \n", "é 🎬")
    environ = empty_world.environ | {"ANSWER": "", "SCRIPT": ""}
    script = f"source {ROOT}/completions/pixverse.bash; _pixverse_lines '{store}' {command}"
    ran = subprocess.run(["/bin/bash", "-c", script], env=environ, capture_output=True, check=True)
    assert ran.stderr == b""
    assert fast_path(store, command) == ran.stdout.decode() != ""


def test_the_fast_path_imports_only_its_own_module(empty_world):
    store = empty_world.write_store("one")
    ask = (
        "import sys\nfrom pixverse_cli.__main__ import run\nrun()\n"
        "print(sorted(n for n in sys.modules if n.startswith(('pixverse_cli.', 'typer', 'ssl'))))"
    )
    environ = {**os.environ, "_PIXVERSE_TASK_IDS": str(store)}
    command = [sys.executable, "-P", "-c", ask]
    ran = subprocess.run(command, capture_output=True, text=True, env=environ, check=True)
    expected = ["pixverse_cli.__main__", "pixverse_cli.commands", "pixverse_cli.commands.task_ids"]
    assert str(expected) in ran.stdout.splitlines()


# Each record by the name that the shells offer, with what its row holds.
RECORDS = {
    "queued": {"status": "PENDING"},
    "queued-unconfirmed": {"status": "PENDING", "provisional": 1},
    "running": {"status": "RUNNING"},
    "finished": {"status": "SUCCEEDED"},
    "saved": {"status": "SUCCEEDED", "file": "/a.mp4"},
    "failed": {"status": "FAILED"},
    "failed-unconfirmed": {"status": "FAILED", "provisional": 1},
    "failed-elsewhere": {"status": "FAILED", "fingerprint": None},
    "cancelled": {"status": "CANCELED"},
    "unknown": {"status": "UNKNOWN"},
    "#11": {"status": "NOT_SENT", "task_id": None},
    "#12": {"status": "UNCLEAR", "task_id": None},
    "finished-unconfirmed": {"status": "SUCCEEDED", "provisional": 1},
}
FILES = {*PICTURES, "sub dir", "notes.txt", "plan.toml", ".local"}  # offered where a video is one
TASKS = {name for name in RECORDS if not name.startswith("#")}
USABLE = {
    "status": TASKS,
    "wait": {"queued", "queued-unconfirmed", "running"},
    "cancel": {"queued"},
    "download": {"finished", "finished-unconfirmed"},
    "retry": {"failed", "cancelled", "#11"},
    "forget": TASKS | {"#11"},
    "upscale": {"finished", "saved"},
}


def write_records(world, names=tuple(RECORDS)):
    store = world.write_store()
    usual = {"fingerprint": "f", "provisional": None, "file": None, "service": ""}
    with closing(sqlite3.connect(store)) as connection, connection:
        for number, (name, told) in enumerate(RECORDS.items(), 1):
            if name in names:
                row = {"number": number, "task_id": name} | usual | told
                connection.execute(
                    f"INSERT INTO task ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                    tuple(row.values()),
                )
    return store


@pytest.mark.parametrize("command", USABLE)
def test_what_the_command_can_use_is_offered(empty_world, shell_name, command):
    write_records(empty_world)
    offer = words(offered(empty_world, shell_name, f"pixverse {command} "))
    assert {*offer} - FILES == USABLE[command]


VIDEOS = {
    "upscale fin": ["finished"],
    "upscale no": ["notes.txt"],
    "lipsync --text a sav": ["saved"],
    "lipsync saved ": [],
    "motion a.png fin": ["finished"],
    "motion fin": [],
    "motion a": ["a.png"],
    "motion a.png no": ["notes.txt"],
    "motion a.png saved ": [],
}


def test_a_video_is_a_file_or_a_finished_task(empty_world, shell_name):
    write_records(empty_world)
    shell = empty_world.open(shell_name)
    try:
        found = {line: words(shell.complete(f"pixverse {line}")) for line in VIDEOS}
    finally:
        shell.close()
    told = {line: [word for word in found[line] if word[0] != "-"] for line in found}
    assert told == VIDEOS


@pytest.mark.parametrize("command", USABLE)
def test_without_the_sqlite3_program_the_same_is_offered(empty_world, command):
    lines = fast_path(write_records(empty_world), command).splitlines()
    assert {line.partition("\t")[0] for line in lines} == USABLE[command]


def test_without_the_sqlite3_program_shells_tell_pixverse_the_command(empty_world, shell_name):
    write_records(empty_world)
    without_sqlite3(empty_world)
    assert words(offered(empty_world, shell_name, "pixverse cancel ")) == ["queued"]


@pytest.mark.parametrize("name", ["bash", "zsh"])  # fish only prints its completions
def test_the_number_of_a_record_is_typed_so_that_it_is_no_comment(empty_world, name):
    require(name)
    write_records(empty_world, ("#11",))
    shell = empty_world.open(name)
    try:
        assert shell.run("pixverse retry ")[:2] == ["retry", "#11"]
    finally:
        shell.close()


def test_the_newest_fifty_are_offered(empty_world, shell_name):
    with closing(sqlite3.connect(empty_world.write_store("x"))) as connection, connection:
        rows = [(task_id(number), "x") for number in range(2, 61)]
        columns = "task_id, prompt, status, service"
        connection.executemany(f"INSERT INTO task ({columns}) VALUES (?, ?, 'RUNNING', '')", rows)
    assert [task_id(number) for number in range(60, 10, -1)] == words(
        offered(empty_world, shell_name)
    )


def test_text_of_the_store_is_harmless_and_never_executed(empty_world, shell_name):
    empty_world.write_store(HOSTILE)
    lines = offered(empty_world, shell_name)
    assert words(lines) == [task_id(1)]
    assert all(harmless(text) == text for line in lines for text in line.split("\t"))
    assert not (empty_world.home / "owned").exists()


def test_only_plain_ids_are_offered(empty_world, shell_name):
    store = empty_world.write_store("one")
    names = ["$(touch owned)", "a b", "-rf", "a;b", "é", "a\nb", "a'b", "good.id_1-2", ""]
    with closing(sqlite3.connect(store)) as connection, connection:
        for name in names:
            statement = "INSERT INTO task (task_id, status, service) VALUES (?, 'RUNNING', '')"
            connection.execute(statement, (name,))
    assert ["good.id_1-2", task_id(1)] == words(offered(empty_world, shell_name))
    assert not (empty_world.home / "owned").exists()


def test_every_harmful_character_is_left_out():
    harmful = [chr(n) for n in range(1, 0x110000) if not 0xD800 <= n < 0xE000]
    harmful = [char for char in harmful if harmless(char) != char and char not in "\t\n\r"]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE TABLE task (number, task_id, status, prompt, file, fingerprint, provisional)"
        )
        for start in range(0, len(harmful), 40):
            prompt = "a" + "".join(harmful[start : start + 40]) + "\u200dz"
            connection.execute(
                "INSERT INTO task (task_id, status, prompt) VALUES ('i', 'S', ?)", (prompt,)
            )
        assert {line for (line,) in connection.execute(ASKED + SQL, ("",))} == {"i\tS a\u200dz"}


def test_line_breaks_become_spaces(empty_world):
    assert fast_path(empty_world.write_store("a\nb\tc\r")) == f"{task_id(1)}\tRUNNING a b c\n"


def other_tables(store):
    store.unlink()
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("CREATE TABLE task (name)")


DAMAGES = {
    "missing": lambda store: store.unlink(),
    "empty": lambda store: store.write_bytes(b""),
    "no database": lambda store: store.write_bytes(b"no database" * 1000),
    "cut": lambda store: os.truncate(store, 5000),
    "a directory": lambda store: (store.unlink(), store.mkdir()),
    "another program's": other_tables,
    "a pipe": lambda store: (store.unlink(), os.mkfifo(store)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_missing_or_damaged_store_offers_nothing_silently(empty_world, shell_name, damage):
    store = empty_world.write_store("one")
    DAMAGES[damage](store)
    assert offered(empty_world, shell_name) == []


@pytest.mark.parametrize("damage", list(DAMAGES)[:-1])  # the scripts pass files only
def test_the_fast_path_prints_nothing_for_a_damaged_store(empty_world, damage):
    store = empty_world.write_store("one")
    DAMAGES[damage](store)
    assert fast_path(store) == ""


def test_a_locked_store_offers_nothing_silently(empty_world, shell_name):
    store = empty_world.write_store("one")
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert offered(empty_world, shell_name) == []
        assert fast_path(store) == ""


def test_a_read_only_store_is_read_and_not_written(empty_world, shell_name):
    store = empty_world.write_store("one")
    store.chmod(0o400)
    before = store.stat().st_mtime_ns
    assert [task_id(1)] == words(offered(empty_world, shell_name))
    assert before == store.stat().st_mtime_ns
    assert [store] == list(store.parent.iterdir())


def test_a_sqliterc_does_not_change_the_completion(empty_world, shell_name):
    empty_world.write_store("one")
    (empty_world.home / ".sqliterc").write_text(".mode box\n.headers on\n", encoding="utf-8")
    assert [task_id(1)] == words(offered(empty_world, shell_name))


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"XDG_STATE_HOME": ""},
        {"XDG_STATE_HOME": "{home}/elsewhere"},
        {"XDG_STATE_HOME": "", "PIXVERSE_STATE_DIR": ""},
        {"PIXVERSE_STATE_DIR": "{home}/a place?with%23 #odd names"},
        {"PIXVERSE_STATE_DIR": "~/of mine"},
        {"PIXVERSE_STATE_DIR": "relative/to here"},
        {"PIXVERSE_STATE_DIR": "-x"},
        {"PIXVERSE_STATE_DIR": "{home}/first", "XDG_STATE_HOME": "{home}/second"},
    ],
)
def test_shells_read_the_store_that_the_program_uses(
    empty_world, shell_name, variables, monkeypatch
):
    variables = {
        name: text.replace("{home}", str(empty_world.home)) for name, text in variables.items()
    }
    together = {name: text for name, text in (empty_world.environ | variables).items() if text}
    for name in ("XDG_STATE_HOME", "PIXVERSE_STATE_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_STATE_HOME", "PIXVERSE_STATE_DIR"):
        if name in together:
            monkeypatch.setenv(name, together[name])
    monkeypatch.chdir(empty_world.home)
    empty_world.write_store("here", directory=state_directory(together))
    assert [task_id(1)] == words(offered(empty_world, shell_name, **variables))


def test_the_fast_path_reads_any_path(empty_world):
    store = empty_world.write_store("one", directory=empty_world.home / "a?b%20c#d é")
    assert fast_path(store).startswith(task_id(1))
