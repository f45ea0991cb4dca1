"""The command in odd places: GitHub Actions, the sandbox around it, no arguments, wrong words."""

import signal
import sys

from tests.commands.conftest import SMALL, TURTLE
from tests.processes import COMMAND


def test_no_arguments_show_the_short_help_and_exit_2(pixverse):
    run = pixverse()
    assert (run.code, run.stdout) == (2, "")
    assert "pixverse submit turtle.webp" in run.stderr


def test_misspelt_words_and_words_of_other_tools_get_a_pointer(pixverse):
    assert "'submit'" in pixverse("submti").stderr
    assert "`pixverse submit`" in pixverse("create").stderr
    assert "--model" in pixverse("submit", "--modle", "c1").stderr


def test_every_usage_error_is_one_json_object_if_asked(pixverse):
    for words in (("submti",), ("submit",), ("submit", "--modle"), ("list", "--limit"), ()):
        run = pixverse(*words, "--json")
        assert (run.code, run.error["code"]) == (2, "usage"), words
        assert run.stdout == ""


class TestGitHub:
    def variables(self, directory):
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": directory / "output",
            "GITHUB_STEP_SUMMARY": directory / "summary",
        }

    def test_outputs_and_summary_tell_what_was_made(self, submit, tmp_path):
        run = submit("-o", "a.mp4", "--github-output", **self.variables(tmp_path))
        assert run.lines[0] in (tmp_path / "output").read_text().splitlines()
        assert "| SUCCEEDED | v6 |" in (tmp_path / "summary").read_text()

    def test_outputs_are_left_alone_unless_asked_for(self, submit, tmp_path):
        submit(**self.variables(tmp_path))
        assert not (tmp_path / "output").exists()

    def test_an_error_becomes_one_escaped_annotation(self, pixverse, tmp_path):
        run = pixverse("submit", "a%0Ab\n::error::x.png", **self.variables(tmp_path))
        commands = [line for line in run.stderr.splitlines() if line.startswith("::")]
        assert len(commands) == 1
        assert commands[0].startswith("::error title=pixverse usage::a%250Ab")


class TestSandbox:
    def test_a_command_runs_against_it_with_a_store_of_its_own(self, pixverse):
        words = ("sandbox", "--seed", "1", "--", *COMMAND, "submit", TURTLE, *SMALL)
        run = pixverse(*words, DASHSCOPE_API_KEY="sk-of-the-user")
        assert run.code == 0
        assert pixverse("list").stdout == ""

    def test_the_exit_code_is_passed_on(self, pixverse):
        assert pixverse("sandbox", "--", sys.executable, "-c", "raise SystemExit(7)").code == 7
        assert pixverse("sandbox", "--", "no-such-command").code == 2

    def test_the_user_s_key_is_not_the_child_s(self, pixverse):
        script = "import os; open('key', 'w').write(os.environ['DASHSCOPE_API_KEY'])"
        pixverse("sandbox", "--", sys.executable, "-c", script, DASHSCOPE_API_KEY="sk-of-the-user")
        assert (pixverse.directory / "key").read_text().startswith("sk-sandbox")

    def test_alone_it_prints_two_exports_and_ends_with_130(self, pixverse):
        process = pixverse.start("sandbox")
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert [line.partition("=")[0] for line in sorted(lines)] == [
            "export DASHSCOPE_API_KEY",
            "export DASHSCOPE_HTTP_BASE_URL",
        ]
        assert process.returncode == 130

    def test_an_unknown_scenario_lists_the_known_ones(self, pixverse):
        run = pixverse("sandbox", "--scenario", "nonsense", "--", "true")
        assert run.code == 2
        assert "lost-reply" in run.stderr
