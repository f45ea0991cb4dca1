"""SIGINT, SIGTERM and SIGHUP in each phase: time until the end, exit code and messages."""

import json
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from pixverse_cli.sandbox import Pace
from tests.inside import Inside
from tests.media.video.boxes import video
from tests.processes import Pixverse
from tests.servers import HANG, Pause, ScriptedServer, answer

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
EXIT = {INT: 130, TERM: 143, HUP: 129}
URL = "https://example.com/turtle.webp"
TURTLE = Path(__file__).parent.parent / "data" / "turtle.png"
TASK = "0385dc79-5ff8-4d82-bcb6-0123456789ab"
MAX_SECONDS = 1.0  # and as much again on a busy machine
LONG_PACE = Pace(queue=0.0, run=(600.0, 600.0))


def json_answer(value):
    return answer(json.dumps(value).encode(), content_type="application/json")


def task(status, **known):
    return json_answer(
        {"request_id": "r", "output": {"task_id": TASK, "task_status": status, **known}}
    )


class Running:
    """A running command; ``stderr`` is what has been read of its stderr."""

    def __init__(self, pixverse, *words):
        self.process = pixverse.start(*words)
        self.stderr = ""
        self.sent = 0.0

    def until(self, words):
        """Read stderr until it contains these words."""
        while words not in self.stderr:
            line = self.process.stderr.readline()
            assert line, f"{words!r} was never said, but {self.stderr!r}"
            self.stderr += line
        return self

    def signal(self, number):
        self.sent = time.monotonic()
        self.process.send_signal(number)
        return self

    def ended(self, *, within=MAX_SECONDS):
        """Return the exit code, stdout and stderr of a command that ends in time."""
        stdout, rest = self.process.communicate(timeout=20)
        assert time.monotonic() - self.sent < within + MAX_SECONDS
        stderr = self.stderr + rest
        assert "Traceback" not in stderr
        assert "Exception ignored" not in stderr
        return self.process.returncode, stdout, stderr


@pytest.fixture
def pixverse_for(home, tmp_path):
    """Return a function that makes a command for a scripted server, or for no server."""

    def make(server=None):
        pixverse = Inside(home, tmp_path)  # what is signalled is started, as a process
        pixverse.environ["DASHSCOPE_API_KEY"] = "sk-0123456789"
        if server is not None:
            pixverse.environ["DASHSCOPE_HTTP_BASE_URL"] = f"{server.origin}/api/v1"
        return pixverse

    return make


def wait_for_requests(server, count):
    """Wait until ``count`` complete requests have arrived."""
    end = time.monotonic() + 20
    while len(server.requests) < count or not server.requests[count - 1].endswith(b"}"):
        assert time.monotonic() < end
        time.sleep(0.01)


def is_caught(process, number):
    """Whether the process has a handler for the signal, which it installs early."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    mask = int(re.search(r"SigCgt:\s*([0-9a-f]+)", status)[1], 16)
    return bool(mask >> (number - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks /proc")
@pytest.mark.parametrize(("number", "delay"), [(TERM, 0.0), (HUP, 0.02), (TERM, 0.08)])
def test_a_signal_during_the_imports_ends_the_command_without_output_48(
    pixverse_for, number, delay
):
    running = Running(pixverse_for(), "submit", URL)
    while not is_caught(running.process, number):
        time.sleep(0.001)
    time.sleep(delay)
    code, stdout, _ = running.signal(number).ended()
    assert (code, stdout) == (EXIT[number], "")


@pytest.mark.parametrize("number", [TERM, HUP])
def test_a_signal_during_the_create_call_waits_for_its_answer_50(pixverse_for, number):
    with ScriptedServer([Pause(0.8), task("PENDING")]) as server:
        running = Running(pixverse_for(server), "submit", URL, "--json", "--wait")
        wait_for_requests(server, 1)
        code, stdout, stderr = running.signal(number).ended(within=0.8 + MAX_SECONDS)
    record, error = json.loads(stdout), json.loads(stderr.splitlines()[-1])["error"]
    assert (code, record["task_id"], record["charged"]) == (EXIT[number], TASK, "yes")
    assert (error["task_id"], error["charged"]) == (TASK, "yes")
    assert error["hint"] == f"pixverse wait {TASK} --download"


def test_after_a_signal_a_call_without_an_answer_is_unclear_within_five_seconds_50(pixverse_for):
    with ScriptedServer([HANG]) as server:
        running = Running(pixverse_for(server), "submit", URL, "--json")
        wait_for_requests(server, 1)
        code, stdout, stderr = running.signal(TERM).ended(within=5.5)
        assert time.monotonic() - running.sent > 4.5
    error = json.loads(stderr.splitlines()[-1])["error"]
    assert (code, stdout, error["charged"], error["retryable"]) == (143, "", "unknown", False)
    assert "pixverse recover" in error["hint"]


def test_a_second_signal_ends_at_once_with_charged_unknown_50(pixverse_for):
    with ScriptedServer([HANG]) as server:
        running = Running(pixverse_for(server), "submit", URL, "--json")
        wait_for_requests(server, 1)
        running.signal(TERM)
        time.sleep(0.2)
        code, _, stderr = running.signal(INT).ended()
    error = json.loads(stderr.splitlines()[-1])["error"]
    assert (code, error["charged"]) == (130, "unknown")


def test_after_a_signal_no_further_task_is_created_50(pixverse_for):
    with ScriptedServer([Pause(0.5), task("PENDING")]) as server:
        running = Running(pixverse_for(server), "submit", URL, f"{URL}?2", f"{URL}?3")
        wait_for_requests(server, 1)
        code, stdout, stderr = running.signal(INT).ended(within=0.5 + MAX_SECONDS)
    assert (code, stdout) == (130, f"{TASK}\n")
    assert "Stopped" in stderr


@pytest.mark.parametrize(("number", "flags"), [(INT, ("--json",)), (TERM, ()), (HUP, ())])
def test_a_signal_while_waiting_prints_the_task_and_the_next_command_51(
    home, tmp_path, open_sandbox, number, flags
):
    sandbox = open_sandbox(pace=LONG_PACE)
    pixverse = Pixverse(home, tmp_path, sandbox)
    running = Running(pixverse, "submit", URL, "--wait", "-v", *flags)
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


@pytest.mark.parametrize("command", ["download", "status"])
def test_a_signal_before_the_first_answer_prints_the_recorded_task_51(pixverse_for, command):
    with ScriptedServer([task("PENDING")], [HANG]) as server:
        pixverse = pixverse_for(server)
        bought = pixverse("submit", URL).lines[0]
        running = Running(pixverse, command, bought, "--json")
        while server.connections < 2:
            time.sleep(0.01)
        code, stdout, stderr = running.signal(TERM).ended()
    error = json.loads(stderr.splitlines()[-1])["error"]
    assert (code, error["charged"], error["task_id"]) == (143, "yes", bought)
    assert json.loads(stdout)["task_id"] == bought


def test_a_signal_during_a_download_keeps_the_part_51(pixverse_for, tmp_path):
    film = video(200_000)
    head = answer(film, content_type="video/mp4", etag='"1"')[: -len(film) // 2]
    with ScriptedServer([lambda _: [done]], [head, HANG]) as server:
        done = task("SUCCEEDED", video_url=server.url())
        running = Running(pixverse_for(server), "download", TASK, "-o", "out.mp4", "--json")
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
def test_a_signal_during_the_search_leaves_charged_unknown_50(home, tmp_path, open_sandbox, number):
    pixverse = Pixverse(home, tmp_path, open_sandbox("never-arrived"))
    running = Running(pixverse, "submit", URL).until("searching")
    time.sleep(0.3)
    code, stdout, stderr = running.signal(number).ended()
    assert (code, stdout) == (EXIT[number], "")
    assert "charged: unknown" in stderr
    assert stderr.splitlines()[-1].startswith("hint: run `pixverse recover`")


def test_a_signal_during_a_backoff_says_that_nothing_was_bought_49(home, tmp_path, open_sandbox):
    pixverse = Pixverse(home, tmp_path, open_sandbox("throttled:99"))
    running = Running(pixverse, "submit", URL).until("again in")
    code, stdout, stderr = running.signal(TERM).ended()
    assert (code, stdout) == (143, "")
    assert "Nothing was bought" in stderr


def test_many_signals_at_once_still_print_the_next_command_51(home, tmp_path, open_sandbox):
    sandbox = open_sandbox(pace=LONG_PACE)
    running = Running(Pixverse(home, tmp_path, sandbox), "submit", URL, "--wait", "-v")
    running.until("/api/v1/tasks/")
    sender = threading.Thread(target=lambda: [running.signal(INT) for _ in range(20)])
    sender.start()
    sender.join()
    code, _, stderr = running.ended()
    assert code == 130
    assert "pixverse wait" in stderr.splitlines()[-1]
