"""The command in GitHub Actions, in the sandbox, without arguments and with misspelt words."""

import os
import re
import signal
import sys
import tempfile

import pytest

from tests.commands.conftest import SMALL, TURTLE
from tests.processes import COMMAND


def test_without_arguments_the_short_help_is_printed_and_the_exit_code_is_2(pixverse):
    run = pixverse()
    assert (run.code, run.stdout) == (2, "")
    assert "pixverse submit a.webp" in run.stderr


def test_misspelt_words_and_names_of_other_tools_get_a_suggestion(pixverse):
    assert "'submit'" in pixverse("submti").stderr
    assert "`pixverse submit`" in pixverse("create").stderr
    assert "--model" in pixverse("submit", "--modle", "c1").stderr


def test_with_json_every_usage_error_is_one_json_object(pixverse):
    for words in (("submti",), ("submit",), ("submit", "--modle"), ("list", "--limit"), ()):
        run = pixverse(*words, "--json")
        assert (run.code, run.error["code"]) == (2, "usage"), words
        assert run.stdout == ""


def test_a_key_file_that_can_be_read_only_once_is_read_once(submit, sandbox):
    """A shell gives one for ``DASHSCOPE_API_KEY_FILE_PATH=<(command)``."""
    reader, writer = os.pipe()
    os.write(writer, f"{sandbox.api_key}\n".encode())
    os.close(writer)
    variables = {"DASHSCOPE_API_KEY_FILE_PATH": f"/dev/fd/{reader}", "DASHSCOPE_API_KEY": None}
    run = submit("--wait", **variables)
    os.close(reader)
    assert run.code == 0, run.stderr


class TestGitHub:
    def variables(self, directory):
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": directory / "output",
            "GITHUB_STEP_SUMMARY": directory / "summary",
        }

    def test_outputs_and_summary_list_the_made_videos(self, submit, tmp_path):
        run = submit("-o", "a.mp4", "--github-output", **self.variables(tmp_path))
        assert run.lines[0] in (tmp_path / "output").read_text().splitlines()
        assert "| SUCCEEDED | v6 |" in (tmp_path / "summary").read_text()

    def test_without_the_option_no_outputs_are_written(self, submit, tmp_path):
        submit(**self.variables(tmp_path))
        assert not (tmp_path / "output").exists()

    @pytest.mark.parametrize(
        ("variable", "path", "why"),
        [
            ("GITHUB_OUTPUT", "/nowhere/output", "no such file or directory"),
            ("GITHUB_OUTPUT", "/", "is a directory"),
            ("GITHUB_OUTPUT", "", "it is not set"),
            ("GITHUB_STEP_SUMMARY", "/nowhere/summary", "no such file or directory"),
        ],
    )
    def test_a_file_of_the_runner_that_cannot_be_written_is_a_warning(
        self, submit, tmp_path, variable, path, why
    ):
        run = submit("--github-output", **self.variables(tmp_path) | {variable: path})
        assert run.code == 0
        lines = [line for line in run.stderr.splitlines() if line.startswith("::")]
        problem = f"{variable}={path} cannot be written: {why}"
        assert lines == [f"::warning title=pixverse::{problem}"]

    @pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
    def test_a_pipe_that_nobody_reads_is_a_warning_and_not_waited_for(
        self, submit, tmp_path, variable
    ):
        os.mkfifo(tmp_path / "pipe")
        pipe = {variable: tmp_path / "pipe"}
        run = submit("--github-output", **self.variables(tmp_path) | pipe)
        assert run.code == 0
        assert f"{variable}={tmp_path}/pipe cannot be written: no process reads" in run.stderr

    def test_an_error_becomes_one_escaped_annotation(self, pixverse, tmp_path):
        run = pixverse("submit", "a%0Ab\n::error::x.png", **self.variables(tmp_path))
        commands = [line for line in run.stderr.splitlines() if line.startswith("::")]
        assert len(commands) == 1
        assert commands[0].startswith("::error title=pixverse usage::a%250Ab")

    def test_the_summary_names_the_image_of_each_task(self, pixverse, open_sandbox, tmp_path):
        images = ["https://example.com/a.png", "https://example.com/b.png"]
        refusing = pixverse.against(open_sandbox("not-activated"))
        refusing("submit", *images, "--wait", **self.variables(tmp_path))
        for image in images:
            assert f"| {image} | FAILED |" in (tmp_path / "summary").read_text()


class TestSandbox:
    def test_a_command_runs_against_the_sandbox_with_its_own_store(self, pixverse):
        words = ("sandbox", "--seed", "1", "--", *COMMAND, "submit", TURTLE, *SMALL)
        run = pixverse(*words, DASHSCOPE_API_KEY="sk-of-the-user")
        assert run.code == 0
        assert pixverse("list").stdout == ""

    def test_the_exit_code_is_passed_on(self, pixverse):
        assert pixverse("sandbox", "--", sys.executable, "-c", "raise SystemExit(7)").code == 7
        assert pixverse("sandbox", "--", "no-such-command").code == 2

    def test_without_a_temporary_folder_it_tells_the_way_out(self, pixverse, monkeypatch):
        monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
        ran = pixverse("sandbox", "--", "true")
        assert ran.code == 1
        assert "make a folder for the command's store: No such file" in ran.stderr
        assert "set TMPDIR" in ran.stderr

    def test_the_child_does_not_get_the_users_key(self, pixverse):
        script = "import os; open('key', 'w').write(os.environ['DASHSCOPE_API_KEY'])"
        pixverse("sandbox", "--", sys.executable, "-c", script, DASHSCOPE_API_KEY="sk-of-the-user")
        assert (pixverse.directory / "key").read_text().startswith("sk-sandbox")

    def test_without_a_command_it_prints_two_exports_and_ends_with_130(self, pixverse):
        process = pixverse.start("sandbox")
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert [line.partition("=")[0] for line in sorted(lines)] == [
            "export DASHSCOPE_API_KEY",
            "export DASHSCOPE_HTTP_BASE_URL",
        ]
        assert process.returncode == 130

    def test_alone_it_says_what_the_two_lines_are_for_and_shows_requests(self, pixverse):
        process = pixverse.start("sandbox", "-v")
        variables = dict(process.stdout.readline()[7:-1].split("=", 1) for _ in range(2))
        assert pixverse("doctor", **variables).code == 0
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
        first, *calls = told.splitlines()
        assert "Paste the two lines into another shell" in first
        assert any(re.fullmatch(r"GET api /api/v1/tasks\S* 200", call) for call in calls), calls

    def test_alone_and_quiet_it_says_nothing_more(self, pixverse):
        process = pixverse.start("sandbox", "-q")
        for _ in range(2):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert "Paste" not in process.communicate(timeout=20)[1]

    def test_the_error_for_an_unknown_scenario_lists_all_scenarios(self, pixverse):
        run = pixverse("sandbox", "--scenario", "nonsense", "--", "true")
        assert run.code == 2
        assert "lost-reply" in run.stderr
