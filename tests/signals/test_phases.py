"""SIGINT, SIGTERM and SIGHUP in each phase: how soon it ends, with what code, and what is told."""

import json
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from pixverse_cli.sandbox import Pace
from tests.media.video.boxes import video
from tests.processes import Pixverse
from tests.servers import HANG, Pause, Script, ScriptedServer, answer

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
EXIT = {INT: 130, TERM: 143, HUP: 129}
URL = "https://example.com/turtle.webp"
TURTLE = Path(__file__).parent.parent / "data" / "turtle.png"
TASK = "0385dc79-5ff8-4d82-bcb6-0123456789ab"
SOON = 1.0  # seconds, and as much again for a machine that has other things to do
LONG = Pace(queue=0.0, run=(600.0, 600.0))


def js(value):
    return answer(json.dumps(value).encode(), content_type="application/json")


def task(status, **known):
    return js({"request_id": "r", "output": {"task_id": TASK, "task_status": status, **known}})


class Running:
    """A command under way; what it says on stderr is read as it comes."""

    def __init__(self, person, *words):
        self.process = person.start(*words)
        self.said = ""
        self.sent = 0.0

    def until(self, words):
        """Read stderr until it says so."""
        while words not in self.said:
            line = self.process.stderr.readline()
            assert line, f"{words!r} was never said, but {self.said!r}"
            self.said += line
        return self

    def signal(self, number):
        self.sent = time.monotonic()
        self.process.send_signal(number)
        return self

    def ended(self, *, within=SOON):
        """Return the exit code, stdout and stderr of a command that ends in time."""
        stdout, rest = self.process.communicate(timeout=20)
        assert time.monotonic() - self.sent < within + SOON
        stderr = self.said + rest
        assert "Traceback" not in stderr
        assert "Exception ignored" not in stderr
        return self.process.returncode, stdout, stderr


@pytest.fixture
def person(home, tmp_path):
    """Return a function that gives somebody whose service is a scripted server, or none."""

    def make(server=None):
        made = Pixverse(home, tmp_path)
        made.environ["DASHSCOPE_API_KEY"] = "sk-0123456789"
        if server is not None:
            made.environ["DASHSCOPE_HTTP_BASE_URL"] = f"{server.origin}/api/v1"
        return made

    return make


def arrived(server, count):
    """Wait until so many requests have come, whole."""
    end = time.monotonic() + 20
    while len(server.requests) < count or not server.requests[count - 1].endswith(b"}"):
        assert time.monotonic() < end
        time.sleep(0.01)


def caught(process, number):
    """Whether the process has a handler for the signal; before that Python itself starts."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    mask = int(re.search(r"SigCgt:\s*([0-9a-f]+)", status)[1], 16)
    return bool(mask >> (number - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks /proc")
@pytest.mark.parametrize("number", [TERM, HUP])
@pytest.mark.parametrize("delay", [0.0, 0.02, 0.08])
def test_while_modules_load_it_ends_in_silence(person, number, delay):
    running = Running(person(), "submit", URL)
    while not caught(running.process, number):
        time.sleep(0.001)
    time.sleep(delay)
    code, stdout, _ = running.signal(number).ended()
    assert (code, stdout) == (EXIT[number], "")


@pytest.mark.parametrize("number", [INT, TERM])
def test_while_uploading_nothing_is_bought_and_that_is_said(person, number):
    with ScriptedServer([lambda _: [js({"request_id": "r", "data": policy})]], [HANG]) as server:
        policy = {
            "policy": "p",
            "signature": "s",
            "upload_dir": "dashscope-instant/x/2026-11-23/y",
            "upload_host": server.origin,
            "expire_in_seconds": 300,
            "max_file_size_mb": 100,
            "oss_access_key_id": "k",
            "x_oss_object_acl": "private",
            "x_oss_forbid_overwrite": "true",
        }
        running = Running(person(server), "submit", TURTLE, "--json")
        while server.connections < 2:
            time.sleep(0.01)
        code, stdout, stderr = running.signal(number).ended()
    error = json.loads(stderr.splitlines()[-1])["error"]
    assert (code, stdout, error["charged"]) == (EXIT[number], "", "no")
    assert "Nothing was bought" in error["message"]


@pytest.mark.parametrize("number", [INT, TERM, HUP])
def test_while_the_create_call_is_out_its_answer_is_still_heard(person, number):
    with ScriptedServer([Pause(0.8), task("PENDING")]) as server:
        running = Running(person(server), "submit", URL, "--json", "--wait")
        arrived(server, 1)
        code, stdout, stderr = running.signal(number).ended(within=0.8 + SOON)
    record, error = json.loads(stdout), json.loads(stderr.splitlines()[-1])["error"]
    assert (code, record["task_id"], record["charged"]) == (EXIT[number], TASK, "yes")
    assert (error["task_id"], error["charged"]) == (TASK, "yes")
    assert error["hint"] == f"pixverse wait {TASK} --download"


def test_a_call_that_stays_without_answer_gets_five_seconds_and_is_called_unclear(person):
    with ScriptedServer([HANG]) as server:
        running = Running(person(server), "submit", URL, "--json")
        arrived(server, 1)
        code, stdout, stderr = running.signal(TERM).ended(within=5.5)
        assert time.monotonic() - running.sent > 4.5
    error = json.loads(stderr.splitlines()[-1])["error"]
    assert (code, stdout, error["charged"], error["retryable"]) == (143, "", "unknown", False)
    assert "pixverse recover" in error["hint"]


def test_a_second_signal_leaves_at_once_and_lies_no_more_than_the_first(person):
    with ScriptedServer([HANG]) as server:
        running = Running(person(server), "submit", URL, "--json")
        arrived(server, 1)
        running.signal(TERM)
        time.sleep(0.2)
        code, _, stderr = running.signal(INT).ended()
    error = json.loads(stderr.splitlines()[-1])["error"]
    assert (code, error["charged"]) == (130, "unknown")


def test_after_the_signal_no_second_image_is_bought(person):
    with ScriptedServer([Pause(0.5), task("PENDING")]) as server:
        running = Running(person(server), "submit", URL, f"{URL}?2", f"{URL}?3")
        arrived(server, 1)
        code, stdout, stderr = running.signal(INT).ended(within=0.5 + SOON)
    assert (code, stdout) == (130, f"{TASK}\n")
    assert "Stopped" in stderr


@pytest.mark.parametrize("number", [INT, TERM, HUP])
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_while_waiting_it_says_what_goes_on_and_how_to_take_it_up(
    home, tmp_path, open_sandbox, number, flags
):
    sandbox = open_sandbox(pace=LONG)
    person = Pixverse(home, tmp_path, sandbox)
    running = Running(person, "submit", URL, "--wait", "-v", *flags)
    running.until("/api/v1/tasks/")
    code, stdout, stderr = running.signal(number).ended()
    [bought] = sandbox.account.tasks
    again = f"pixverse wait {bought.task_id} --download"
    assert code == EXIT[number]
    if flags:
        assert json.loads(stdout)["task_id"] == bought.task_id
        assert json.loads(stderr.splitlines()[-1])["error"]["hint"] == again
    else:
        assert stdout == ""
        assert stderr.splitlines()[-1] == f"hint: {again}"
        assert f"Task {bought.task_id} keeps running at the service" in stderr


@pytest.mark.parametrize("command", ["wait", "download", "status"])
def test_before_the_first_answer_about_a_task_it_is_told_as_it_is_known(pixverse, person, command):
    bought = pixverse("submit", URL).lines[0]
    with ScriptedServer(Script([HANG])) as server:
        running = Running(person(server), command, bought, "--json")
        while not server.connections:
            time.sleep(0.01)
        code, stdout, stderr = running.signal(TERM).ended()
    error = json.loads(stderr.splitlines()[-1])["error"]
    assert (code, error["charged"], error["task_id"]) == (143, "yes", bought)
    assert json.loads(stdout)["task_id"] == bought


def test_while_downloading_what_has_come_is_kept(person, tmp_path):
    film = video(200_000)
    head = answer(film, content_type="video/mp4", etag='"1"')[: -len(film) // 2]
    with ScriptedServer([lambda _: [done]], [head, HANG]) as server:
        done = task("SUCCEEDED", video_url=server.url())
        running = Running(person(server), "download", TASK, "-o", "out.mp4", "--json")
        part = tmp_path / "out.mp4.part"
        while not (part.exists() and part.stat().st_size > 90_000):
            time.sleep(0.01)
        code, stdout, stderr = running.signal(INT).ended()
    assert (code, json.loads(stdout)["task_id"]) == (130, TASK)
    assert "nothing is saved yet" in stderr
    assert film.startswith(part.read_bytes())
    assert part.stat().st_size > 90_000
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("number", [INT, TERM])
def test_while_searching_it_is_called_unclear(home, tmp_path, open_sandbox, number):
    person = Pixverse(home, tmp_path, open_sandbox("never-arrived"))
    running = Running(person, "submit", URL).until("searching")
    time.sleep(0.3)
    code, stdout, stderr = running.signal(number).ended()
    assert (code, stdout) == (EXIT[number], "")
    assert "charged: unknown" in stderr
    assert stderr.splitlines()[-1].startswith("hint: run `pixverse recover`")


def test_while_pausing_after_a_refusal_nothing_is_bought(home, tmp_path, open_sandbox):
    person = Pixverse(home, tmp_path, open_sandbox("throttled:99"))
    running = Running(person, "submit", URL).until("again in")
    code, stdout, stderr = running.signal(TERM).ended()
    assert (code, stdout) == (143, "")
    assert "Nothing was bought" in stderr


def test_a_signal_that_is_sent_twice_is_still_explained(home, tmp_path, open_sandbox):
    sandbox = open_sandbox(pace=LONG)
    running = Running(Pixverse(home, tmp_path, sandbox), "submit", URL, "--wait", "-v")
    running.until("/api/v1/tasks/")
    hail = threading.Thread(target=lambda: [running.signal(INT) for _ in range(20)])
    hail.start()
    hail.join()
    code, _, stderr = running.ended()
    assert code == 130
    assert "pixverse wait" in stderr.splitlines()[-1]
