"""G. Terminal and store: foreign text, and streams of every kind (rows 80 to 82)."""

import contextlib
import os
import re
import signal
import subprocess
import time

import pytest

from tests.faults.case import ALL, Case, Way, parameters, row
from tests.faults.service import TASK, accepted, finished, refusal, standing
from tests.faults.terminal import opened, read_all, resize
from tests.processes import COMMAND, Ran

HOSTILE = (
    "\x1b[31m\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\rERASED\u202egnp\u2066\x9b31m[link=x]y[/x]\x00"
)
OUR_OWN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]")
FOUL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def hostile_service(*words):
    """Return a command against a service whose every text attacks the terminal."""

    def run(world):
        world.sandbox("hostile-text")
        first = world.submit("--wait", "--interval", "0.2")
        return world.run(*words) if words else first

    return run


def hostile_failure(world):
    world.serve(query=[standing("FAILED", code="Bad" + HOSTILE, message=HOSTILE)])
    world.know()
    return world.run("wait", "--interval", "0.2")


def hostile_refusal(world):
    world.serve(create=[refusal("400 Bad", "Invalid" + HOSTILE, HOSTILE)])
    return world.submit()


def hostile_id(world):
    world.serve(create=[accepted(TASK + HOSTILE + "\nsecond line")])
    return world.submit()


def hostile_link(world):
    world.serve(query=[finished("http://127.0.0.1:1/" + HOSTILE + "\nhttp://second/")])
    world.know()
    return world.run("wait", "--interval", "0.2")


def hostile_prompt(world):
    world.sandbox()
    world.run("submit", "https://example.com/a.png", "-p", HOSTILE.replace("\0", ""))
    return world.run("list")


def nothing_foul(world, ran):
    for heard in world.heard:
        shown = OUR_OWN.sub("", heard.stdout + heard.stderr)
        assert not FOUL.search(shown.replace("\t", "")), shown
        assert "\x1b]" not in heard.stdout + heard.stderr
        assert "\x1b[31m" not in heard.stdout + heard.stderr or world.way is Way.TERMINAL
    assert "second" not in [line[:6] for line in ran.lines]


def off_the_terminal(**variables):
    def run(world):
        world.serve()
        return world.submit("--wait", "--interval", "0.2", **variables)

    return run


def bare(_world, ran):
    assert "\x1b" not in ran.stdout + ran.stderr


def in_a_locale(**variables):
    """Return a whole run with text that the locale cannot show."""

    def run(world):
        world.serve(query=[finished(prompt="海龟 \U0001f422")])
        (world.directory / "海龟.webp").write_bytes(_turtle())
        return world.run(
            *("submit", "海龟.webp", "-p", "海龟 \U0001f422", "--wait", "--interval", "0.2"),
            **{"LANG": None} | variables,
        )

    return run


def _turtle():
    from tests.faults.world import TURTLE  # noqa: PLC0415  read once a test

    return TURTLE.read_bytes()


def sent_whole(world, _ran):
    assert '"prompt": "海龟 \U0001f422"'.encode() in world.service.sent["create"][0]


SAVED = {"code": 0, "creates": 1, "saved": 1}
CASES = (
    Case(80, "hostile answers", hostile_service(), code=0, saved=1, also=nothing_foul, ways=ALL),
    *(
        Case(
            80, f"hostile {words[0]}", hostile_service(*words), code=0, also=nothing_foul, ways=ALL
        )
        for words in (("list",), ("status",), ("list", "--remote"))
    ),
    Case(
        80,
        "hostile failure",
        hostile_failure,
        code=5,
        charged="no",
        retryable=False,
        also=nothing_foul,
        ways=ALL,
    ),
    Case(
        80,
        "hostile refusal",
        hostile_refusal,
        code=2,
        charged="no",
        retryable=False,
        also=nothing_foul,
        ways=ALL,
    ),
    Case(80, "hostile id", hostile_id, code=0, also=nothing_foul, ways=ALL),
    Case(80, "hostile link", hostile_link, code=0, also=nothing_foul, ways=ALL),
    Case(80, "hostile prompt", hostile_prompt, code=0, also=nothing_foul, ways=ALL),
    Case(81, "no terminal", off_the_terminal(), **SAVED, also=bare),
    Case(82, "LC_ALL=C", in_a_locale(LC_ALL="C"), **SAVED, also=sent_whole),
    Case(
        82,
        "POSIX without UTF-8",
        in_a_locale(LC_ALL="POSIX", PYTHONUTF8="0"),
        **SAVED,
        also=sent_whole,
    ),
    Case(82, "ASCII only", in_a_locale(PYTHONIOENCODING="ascii"), **SAVED, also=sent_whole),
    Case(
        82,
        "cp936",
        in_a_locale(PYTHONIOENCODING="cp936"),
        code=0,
        also=sent_whole,
        ways=(Way.JSON,),
    ),
    Case(82, "latin-1", in_a_locale(PYTHONIOENCODING="latin-1"), **SAVED, also=sent_whole),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


def on_screen(world, *words, columns=80, resized=0, **variables):
    """Run on a terminal that may change its width, and return the ended command."""
    ours, theirs = opened(columns)
    process = subprocess.Popen(
        [*COMMAND, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=world.directory,
        env=world.environment({"TERM": "xterm-256color", "COLUMNS": None} | variables),
    )
    os.close(theirs)
    if resized:
        time.sleep(0.5)
        resize(ours, resized)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGWINCH)
    shown = read_all(ours).decode("utf-8", "replace")
    return world.hear(Ran(code=process.wait(30), stdout=shown, stderr=""))


@row(81)
@pytest.mark.parametrize("way", [Way.TERMINAL])
@pytest.mark.parametrize("words", [("list",), ("submit", "https://example.com/a.png", "--wait")])
class TestScreens:
    def test_a_dumb_terminal_gets_plain_lines(self, world, words):
        world.serve()
        world.know()
        ran = on_screen(world, *words, TERM="dumb")
        assert ran.code == 0
        assert "\x1b" not in ran.stdout

    def test_no_color_means_no_colour(self, world, words):
        world.serve()
        world.know()
        ran = on_screen(world, *words, NO_COLOR="1")
        assert ran.code == 0
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", ran.stdout)

    def test_twenty_columns_garble_nothing(self, world, words):
        world.serve()
        world.know()
        ran = on_screen(world, *words, columns=20, resized=13)
        assert ran.code == 0
        assert "Traceback" not in ran.stdout
