"""G. Terminal and store: foreign text, terminals and encodings (rows 80 to 82)."""

import contextlib
import os
import re
import signal
import subprocess
import time

import pytest

from tests.faults.case import ALL, Case, Way, parameters, row
from tests.faults.service import TASK, accepted, refusal, succeeded, task_is
from tests.faults.terminal import opened, read_all, resize
from tests.processes import COMMAND, Ran

HOSTILE = (
    "\x1b[31m\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\rERASED\u202egnp\u2066\x9b31m[link=x]y[/x]\x00"
)
OWN_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def hostile_service(*words):
    """Return a command against a service whose texts all attack the terminal."""

    def run(world):
        world.sandbox("hostile-text")
        first = world.submit("--wait", "--interval", "0.2")
        return world.run(*words) if words else first

    return run


def hostile_failure(world):
    world.serve(query=[task_is("FAILED", code="Bad" + HOSTILE, message=HOSTILE)])
    world.add_task()
    return world.run("wait", "--interval", "0.2")


def hostile_refusal(world):
    world.serve(create=[refusal("400 Bad", "Invalid" + HOSTILE, HOSTILE)])
    return world.submit()


def hostile_id(world):
    world.serve(create=[accepted(TASK + HOSTILE + "\nsecond line")])
    return world.submit()


def hostile_link(world):
    world.serve(query=[succeeded("http://127.0.0.1:1/" + HOSTILE + "\nhttp://second/")])
    world.add_task()
    return world.run("wait", "--interval", "0.2")


def hostile_prompt(world):
    world.sandbox()
    world.run("submit", "https://example.com/a.png", "-p", HOSTILE.replace("\0", ""))
    return world.run("list")


def no_controls(world, ran):
    for each in world.heard:
        output = OWN_SEQUENCES.sub("", each.stdout + each.stderr)
        assert not CONTROLS.search(output.replace("\t", "")), output
        assert "\x1b]" not in each.stdout + each.stderr
        assert "\x1b[31m" not in each.stdout + each.stderr or world.way is Way.TERMINAL
    assert "second" not in [line[:6] for line in ran.lines]


def without_a_terminal(**variables):
    def run(world):
        world.serve()
        return world.submit("--wait", "--interval", "0.2", **variables)

    return run


def no_escape_sequences(_world, ran):
    assert "\x1b" not in ran.stdout + ran.stderr


def with_encoding(**variables):
    """Return a submit and wait with text that the encoding cannot represent."""

    def run(world):
        world.serve(query=[succeeded(prompt="海龟 \U0001f422")])
        (world.directory / "海龟.webp").write_bytes(_turtle())
        return world.run(
            *("submit", "海龟.webp", "-p", "海龟 \U0001f422", "--wait", "--interval", "0.2"),
            **{"LANG": None} | variables,
        )

    return run


def _turtle():
    from tests.faults.world import TURTLE  # noqa: PLC0415  read once a test

    return TURTLE.read_bytes()


def prompt_is_sent(world, _ran):
    assert '"prompt": "海龟 \U0001f422"'.encode() in world.service.sent["create"][0]


SAVED = {"code": 0, "creates": 1, "saved": 1}
CASES = (
    Case(80, "hostile answers", hostile_service(), code=0, saved=1, also=no_controls, ways=ALL),
    *(
        Case(80, f"hostile {words[0]}", hostile_service(*words), code=0, also=no_controls, ways=ALL)
        for words in (("list",), ("status",), ("list", "--remote"))
    ),
    Case(
        80,
        "hostile failure",
        hostile_failure,
        code=5,
        charged="no",
        retryable=False,
        also=no_controls,
        ways=ALL,
    ),
    Case(
        80,
        "hostile refusal",
        hostile_refusal,
        code=2,
        charged="no",
        retryable=False,
        also=no_controls,
        ways=ALL,
    ),
    Case(80, "hostile id", hostile_id, code=0, also=no_controls, ways=ALL),
    Case(80, "hostile link", hostile_link, code=0, also=no_controls, ways=ALL),
    Case(80, "hostile prompt", hostile_prompt, code=0, also=no_controls, ways=ALL),
    Case(81, "no terminal", without_a_terminal(), **SAVED, also=no_escape_sequences),
    Case(82, "LC_ALL=C", with_encoding(LC_ALL="C"), **SAVED, also=prompt_is_sent),
    Case(
        82,
        "POSIX without UTF-8",
        with_encoding(LC_ALL="POSIX", PYTHONUTF8="0"),
        **SAVED,
        also=prompt_is_sent,
    ),
    Case(82, "ASCII only", with_encoding(PYTHONIOENCODING="ascii"), **SAVED, also=prompt_is_sent),
    Case(
        82,
        "cp936",
        with_encoding(PYTHONIOENCODING="cp936"),
        code=0,
        also=prompt_is_sent,
        ways=(Way.JSON,),
    ),
    Case(82, "latin-1", with_encoding(PYTHONIOENCODING="latin-1"), **SAVED, also=prompt_is_sent),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


def resized(world, *words):
    """Run a process on a terminal that becomes narrower, and return the ended command."""
    master, slave = opened(20)
    process = subprocess.Popen(
        [*COMMAND, *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=world.directory,
        env=world.environment({"TERM": "xterm-256color", "COLUMNS": None}),
    )
    os.close(slave)
    time.sleep(0.5)
    resize(master, 13)
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGWINCH)
    output = read_all(master).decode("utf-8", "replace")
    return world.hear(Ran(code=process.wait(30), stdout=output, stderr=""))


@row(81)
@pytest.mark.parametrize("way", [Way.TERMINAL])
@pytest.mark.parametrize("words", [("list",), ("submit", "https://example.com/a.png", "--wait")])
class TestScreens:
    def test_a_dumb_terminal_gets_plain_lines_81(self, world, words):
        world.serve()
        world.add_task()
        ran = world.on_terminal(*words, TERM="dumb")
        assert ran.code == 0
        assert "\x1b" not in ran.stdout

    def test_no_color_turns_colours_off_81(self, world, words):
        world.serve()
        world.add_task()
        ran = world.on_terminal(*words, NO_COLOR="1")
        assert ran.code == 0
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", ran.stdout)

    def test_a_narrow_terminal_and_a_resize_cause_no_error_81(self, world, words):
        world.serve()
        world.add_task()
        ran = resized(world, *words)
        assert ran.code == 0
        assert "Traceback" not in ran.stdout
