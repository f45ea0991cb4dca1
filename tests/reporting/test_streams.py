"""stdout and stderr that are full, closed or have another encoding, with real processes."""

import os
import subprocess
from contextlib import contextmanager

import pytest
from PIL import Image

from pixverse_cli.reporting import streams
from tests.processes import COMMAND


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "turtle.png"
    Image.new("RGB", (64, 64)).save(path)
    return path


def run(pixverse, script, *arguments, **variables):
    """Run the command in a shell that redirects its streams."""
    command = " ".join([*COMMAND, *map(str, arguments)])
    return subprocess.run(
        ["bash", "-c", script.replace("PIXVERSE", command)],
        capture_output=True,
        check=False,
        cwd=pixverse.directory,
        env=pixverse.environ | variables,
        timeout=60,
    )


def task_id(pixverse):
    (line,) = pixverse("list").lines
    return line.partition("\t")[0]


def test_a_full_disk_on_stdout_prints_the_id_on_stderr_54(pixverse, image):
    ran = run(pixverse, "PIXVERSE >/dev/full", "submit", image)
    assert ran.returncode == 1
    assert task_id(pixverse) in ran.stderr.decode()
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("flags", "bought"), [((), 1), (("--json",), 1), (("--events",), 0)], ids=str
)
def test_a_closed_reader_loses_no_task_54(pixverse, image, flags, bought):
    """With --events the closed reader is noticed before the create call: nothing is bought."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as stdout:
        child = subprocess.run(
            [*COMMAND, "submit", image, *flags],
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
            cwd=pixverse.directory,
            env=pixverse.environ,
        )
    assert child.returncode == 141
    assert b"Traceback" not in child.stderr
    assert len(pixverse("list").lines) == bought


def test_a_closed_stdout_prints_the_id_on_stderr_54(pixverse, image):
    ran = run(pixverse, "PIXVERSE >&-", "submit", image)
    assert ran.returncode == 1
    assert task_id(pixverse) in ran.stderr.decode()


def test_a_video_for_a_closed_stdout_is_refused_before_it_is_paid_54(pixverse, image):
    ran = run(pixverse, "PIXVERSE >&-", "submit", image, "-o", "-")
    assert ran.returncode == 2
    assert b"stdout is closed" in ran.stderr
    assert not pixverse("list").lines


def test_a_closed_stderr_changes_nothing_55(pixverse, image):
    ran = run(pixverse, "PIXVERSE 2>&-", "submit", image)
    assert ran.returncode == 0
    assert ran.stdout.decode().strip() == task_id(pixverse)


@pytest.mark.parametrize(
    "variables", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "cp936"}]
)
def test_an_encoding_that_lacks_characters_escapes_them_82(pixverse, image, variables):
    odd = image.rename(image.with_name("海龟 🐢.png"))
    ran = run(pixverse, "PIXVERSE", "submit", f"'{odd}'", "--json", **variables)
    assert ran.returncode == 0, ran.stderr
    assert b"Traceback" not in ran.stderr
    assert ran.stdout.startswith(b'{"schema"')
    assert ran.stdout.endswith(b"}\n")


def test_a_file_name_that_is_not_utf_8_is_accepted_or_refused_77(pixverse, image):
    odd = os.fsencode(image.parent) + b"/\xff\xfe.png"
    os.rename(os.fsencode(image), odd)  # noqa: PTH104  bytes, which pathlib does not take
    ran = subprocess.run(
        [*map(os.fsencode, COMMAND), b"submit", odd, b"--json"],
        capture_output=True,
        check=False,
        cwd=pixverse.directory,
        env=pixverse.environ,
    )
    assert b"Traceback" not in ran.stderr
    assert ran.returncode in (0, 2)
    assert ran.returncode == 2 or pixverse("list").lines


class Lines:
    """Live lines that count how often they were hidden."""

    def __init__(self):
        self.times_hidden = 0

    def write_above(self, line):
        raise AssertionError(line)

    @contextmanager
    def hidden(self):
        self.times_hidden += 1
        yield


def test_live_lines_are_hidden_while_the_reader_of_a_pipe_may_show_a_result(monkeypatch, tmp_path):
    reader, writer = os.pipe()
    with os.fdopen(reader), os.fdopen(writer, "w") as pipe, (tmp_path / "f").open("w") as file:
        times = []
        for stream in (pipe, file):
            monkeypatch.setattr("sys.stdout", stream)
            lines = Lines()
            with streams.writing_above(lines):
                streams.put("clips/turtle.mp4")
            times.append(lines.times_hidden)
        monkeypatch.undo()
    assert times == [1, 0]
