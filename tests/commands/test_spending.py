"""``--budget`` and ``--once``: what is refused before anything is sent, and what is not paid."""

import pytest

from tests.commands.conftest import TURTLE

SMALL_COST = "0.15"  # of the turtle at 360P for one second


def test_what_is_over_the_budget_is_refused_before_anything_is_sent(submit, sandbox):
    assert submit("--budget", "0.20/day").code == 0
    calls = len(sandbox.calls)
    run = submit("--budget", "0.20/day")
    assert (run.code, len(sandbox.calls)) == (2, calls)
    assert "0.15 CNY is over the rest of the budget 0.20/day: 0.05 CNY left until" in run.stderr


def test_the_sum_of_all_videos_counts(submit, sandbox):
    run = submit("-n", "4", "--budget", "0.45/week")
    assert (run.code, sandbox.calls) == (2, [])
    assert "0.60 CNY" in run.stderr
    assert "enough for 3 of 4 videos" in run.stderr
    assert submit("-n", "3", "--budget", "0.45/week").code == 0


def test_a_failed_task_gives_its_part_of_the_budget_back(open_sandbox, pixverse):
    other = pixverse.against(open_sandbox("fail"))
    words = ("submit", TURTLE, "-r", "360P", "-d", "1", "--wait", "--budget", "0.15/day")
    assert [other(*words).code for _ in range(2)] == [5, 0]  # only the first task fails


@pytest.mark.parametrize("budget", ["100", "day", "-1/day", "1/year", "nan/day", "1e9/day", ""])
def test_a_budget_that_is_none_is_refused_with_the_rule(submit, sandbox, budget):
    run = submit("--budget", budget, "--seed", "x")
    assert (run.code, sandbox.calls) == (2, [])
    assert f"--budget {budget}".rstrip() in run.stderr
    assert "such as 100/day or 500/month" in run.stderr
    assert "--seed x" in run.stderr


def test_the_budget_may_be_a_setting(submit, home, sandbox):
    config = home / ".config" / "pixverse"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('budget = "0.10/day"\n')
    assert submit().code == 2
    assert submit(PIXVERSE_BUDGET="0.20/day").code == 0
    assert submit("--budget", "1/day", PIXVERSE_BUDGET="0.10/day").code == 0
    assert sandbox.account.creates == 2


def test_an_equal_request_that_exists_costs_no_budget(submit):
    assert submit("--once", "--budget", "0.15/day").code == 0
    assert submit("--once", "--budget", "0.15/day").code == 0


def test_a_dry_run_shows_how_the_budget_stands(submit):
    submit()
    run = submit("--dry-run", "--budget", "0.45/day")
    assert "budget 0.45/day: 0.15 CNY spent by estimates, 0.30 left, renews on" in run.stderr


def test_doctor_and_cost_show_how_the_budget_stands(submit, pixverse):
    submit()
    for command in ("doctor", "cost"):
        run = pixverse(command, PIXVERSE_BUDGET="0.45/day")
        assert "0.15 CNY spent by estimates, 0.30 left" in run.stdout + run.stderr


def test_batch_refuses_as_a_whole_what_is_over_the_budget(pixverse, sandbox, tmp_path):
    rows = "".join(f"{TURTLE},{at}.mp4,360P,1,{at}\n" for at in range(3))
    manifest = tmp_path / "videos.csv"
    manifest.write_text("image,output,resolution,duration,seed\n" + rows)
    run = pixverse("batch", manifest, "--budget", "0.30/day")
    assert (run.code, sandbox.calls) == (2, [])
    assert "enough for 2 of 3 videos" in run.stderr
    assert pixverse("batch", manifest, "--budget", "0.45/day").code == 0
    # up to date: nothing is bought, so nothing is refused
    assert pixverse("batch", manifest, "--budget", "0.45/day").code == 0
    assert sandbox.account.creates == 3


class TestOnce:
    def test_once_may_be_a_setting(self, submit, home, sandbox):
        config = home / ".config" / "pixverse"
        config.mkdir(parents=True)
        (config / "config.toml").write_text("once = true\n")
        assert submit().lines == submit().lines
        assert sandbox.account.creates == 1

    def test_the_variable_and_its_opposite_option(self, submit, sandbox):
        submit(PIXVERSE_ONCE="true")
        submit(PIXVERSE_ONCE="true")
        assert sandbox.account.creates == 1
        submit("--no-once", PIXVERSE_ONCE="true")
        assert sandbox.account.creates == 2

    def test_a_bad_value_is_refused(self, submit, home, sandbox):
        config = home / ".config" / "pixverse"
        config.mkdir(parents=True)
        (config / "config.toml").write_text('once = "maybe"\n')
        run = submit()
        assert (run.code, sandbox.calls) == (2, [])
        assert "once maybe: must be true or false" in run.stderr


def test_an_unknown_cost_needs_a_word_if_there_is_a_budget(pixverse, sandbox):
    words = ("upscale", "https://example.com/v.mp4", "--budget", "100/day", "--dry-run")
    run = pixverse(*words)
    assert (run.code, sandbox.calls) == (2, [])
    assert "cannot be compared with the budget 100/day" in run.stderr
    assert pixverse(*words, "--cost-unknown-ok").code == 0
