"""``auth``, ``doctor`` and ``models``, which make no paid call."""

import stat
from datetime import UTC, datetime, timedelta

import pytest

from tests.clocks import FakeClock
from tests.inside import Inside

KEY = "sk-0123456789abcdef0123456789abcdef"
CHECKS = dict.fromkeys(
    (
        *("state folder", "store", "settings", "key", "address", "proxy", "certificates"),
        *("service", "config folder", "current folder", "temp folder"),
    ),
    "ok",
)


class TestAuth:
    def test_login_keeps_a_checked_key_readable_by_its_user_only(self, pixverse, home, sandbox):
        run = pixverse(
            "auth", "login", stdin=f" 'Bearer {sandbox.api_key}'\r\n", DASHSCOPE_API_KEY=None
        )
        kept = home / ".config" / "pixverse" / "api_key"
        assert run.code == 0
        assert kept.read_text() == f"{sandbox.api_key}\n"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert [(call.method, call.path) for call in sandbox.calls] == [("GET", "/api/v1/tasks/")]
        assert f"{sandbox.base_url} accepts the key" in run.stderr

    def test_a_key_given_as_an_argument_is_refused_and_not_shown_30(self, pixverse, sandbox):
        run = pixverse("auth", "login", KEY)
        assert (run.code, sandbox.calls) == (2, [])
        assert KEY not in run.stderr

    def test_login_without_the_check_makes_no_call(self, pixverse, home, sandbox):
        run = pixverse("auth", "login", "--no-check", stdin=KEY, DASHSCOPE_API_KEY=None)
        assert (run.code, sandbox.calls) == (0, [])
        variables = {"DASHSCOPE_API_KEY": None}
        shown = pixverse("auth", "login", "--json", stdin=sandbox.api_key, **variables).json[0]
        assert (shown["checked"], shown["key_ending"]) == (True, sandbox.api_key[-4:])
        shown = pixverse("auth", "login", "--no-check", "--json", stdin=KEY, **variables).json[0]
        assert shown["checked"] is False
        assert (home / ".config" / "pixverse" / "api_key").read_text() == f"{KEY}\n"

    def test_a_refused_key_is_not_stored_and_replaces_none(self, pixverse, home, sandbox):
        pixverse("auth", "login", stdin=sandbox.api_key, DASHSCOPE_API_KEY=None)
        run = pixverse("auth", "login", "--json", stdin=KEY, DASHSCOPE_API_KEY=None)
        assert (run.code, run.error["code"], run.stdout) == (3, "auth", "")
        assert run.error["message"].startswith("the key was not stored: the service refused")
        assert "--no-check" in run.error["hint"]
        assert KEY not in run.stderr
        assert (home / ".config" / "pixverse" / "api_key").read_text() == f"{sandbox.api_key}\n"

    @pytest.mark.parametrize(
        ("address", "reason"),
        [
            ("http://127.0.0.1:9/api/v1", "no connection to 127.0.0.1"),
            ("https://dashscope.aliyuncs.com/compatible-mode/v1", "not at this path"),
        ],
    )
    def test_a_key_that_cannot_be_checked_is_stored_and_this_is_said(
        self, pixverse, home, address, reason
    ):
        variables = {"DASHSCOPE_API_KEY": None, "DASHSCOPE_HTTP_BASE_URL": address}
        run = pixverse("auth", "login", stdin=KEY, **variables)
        assert (run.code, run.lines[0][:5]) == (0, "…cdef")
        assert "the key could not be checked: " in run.stderr
        assert reason in run.stderr
        assert (home / ".config" / "pixverse" / "api_key").read_text() == f"{KEY}\n"

    def test_status_shows_the_source_and_four_characters(self, pixverse):
        run = pixverse("auth", "status", DASHSCOPE_API_KEY=KEY)
        assert run.lines == ["…cdef from DASHSCOPE_API_KEY"]
        assert KEY not in run.stdout + run.stderr

    def test_logout_deletes_the_kept_key(self, pixverse):
        pixverse("auth", "login", "--no-check", stdin=KEY, DASHSCOPE_API_KEY=None)
        assert pixverse("auth", "logout", DASHSCOPE_API_KEY=None).code == 0
        assert pixverse("auth", "status", DASHSCOPE_API_KEY=None).code == 3

    @pytest.mark.parametrize("typed", ["", "  \n", "two words", "sk-sp-abc", "ключ"])
    def test_an_invalid_key_is_not_kept_and_not_shown(self, pixverse, home, typed):
        run = pixverse("auth", "login", "--json", stdin=typed, DASHSCOPE_API_KEY=None)
        assert (run.code, run.error["code"]) == (3, "auth")
        assert not (home / ".config" / "pixverse" / "api_key").exists()
        assert not typed.strip() or typed not in run.stderr


class TestDoctor:
    def test_all_checks_succeed_against_the_sandbox_without_a_paid_call(self, pixverse, sandbox):
        run = pixverse("doctor", "--json")
        states = {line["check"]: line["state"] for line in run.json}
        assert run.code == 0
        assert {check: state for check, state in states.items() if check in CHECKS} == CHECKS
        assert [call.method for call in sandbox.calls] == ["GET"]

    @pytest.mark.parametrize(
        ("variables", "code"),
        [
            ({"DASHSCOPE_API_KEY": None}, 3),
            ({"DASHSCOPE_API_KEY": KEY}, 3),
            ({"DASHSCOPE_HTTP_BASE_URL": "http://127.0.0.1:9"}, 6),
            ({"PIXVERSE_STATE_DIR": "/dev/null/no"}, 1),
        ],
        ids=["no key", "a refused key", "a closed port", "an impossible state directory"],
    )
    def test_each_failed_check_has_its_exit_code(self, pixverse, variables, code):
        run = pixverse("doctor", **variables)
        assert run.code == code
        assert "fail " in run.stdout

    @pytest.mark.parametrize(
        ("content", "variables", "says"),
        [
            ('modle = "c1"', {}, "config.toml, line 1: modle: no such setting"),
            ('\nmodel = "c9"', {}, "config.toml, line 2: model c9: choose"),
            ("duration = 0", {}, "config.toml, line 1: duration 0:"),
            ('timeout = "soon"', {}, "config.toml, line 1: timeout soon: must be a time"),
            ('max-cost = "lots"', {}, "config.toml, line 1: max-cost lots: must be an amount"),
            ('output = "{nothing}"', {}, "config.toml, line 1: output"),
            ("model =", {}, "config.toml: "),
            ("", {"PIXVERSE_SHOT_TYPE": "wide"}, "PIXVERSE_SHOT_TYPE=wide: choose"),
        ],
    )
    def test_a_bad_setting_is_a_failed_line(self, pixverse, home, content, variables, says):
        config = home / ".config" / "pixverse" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(content)
        run = pixverse("doctor", **variables)
        failed = [line for line in run.lines if line.startswith("fail")]
        assert run.code == 1
        assert len(failed) == 1
        assert failed[0].startswith("fail  settings")
        assert says in failed[0]

    def test_the_sources_of_the_settings_are_shown(self, pixverse, home):
        config = home / ".config" / "pixverse" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text("duration = 8\n")
        line = line_of(pixverse("doctor", PIXVERSE_MODEL="c1", PIXVERSE_INTERVAL=None), "settings")
        assert line.startswith("ok")
        assert line.endswith(f"PIXVERSE_MODEL, {config}, line 1: duration")

    @pytest.mark.parametrize(
        ("check", "variables", "says"),
        [
            ("proxy", {"HTTPS_PROXY": "socks5h://u:p#w@proxy"}, "HTTPS_PROXY: the proxy's address"),
            ("certificates", {"SSL_CERT_FILE": "/dev/null"}, "SSL_CERT_FILE=/dev/null"),
            (
                "address",
                {"DASHSCOPE_HTTP_BASE_URL": "https://x.example/compatible-mode/v1"},
                "path",
            ),
        ],
    )
    def test_a_wrong_network_setting_is_a_failed_line(self, pixverse, check, variables, says):
        address = {"DASHSCOPE_HTTP_BASE_URL": "https://dashscope.invalid/api/v1"}
        run = pixverse("doctor", **address | {"REQUESTS_CA_BUNDLE": None} | variables)
        assert run.code in (1, 6)
        assert line_of(run, check).startswith("fail")
        assert says in line_of(run, check)
        assert "p#w" not in run.stdout + run.stderr

    def test_host_region_and_workspace_are_named(self, pixverse):
        url = "https://llm-x.ap-southeast-1.maas.aliyuncs.com"
        line = line_of(pixverse("doctor", DASHSCOPE_HTTP_BASE_URL=url), "address")
        assert f"{url}/api/v1; region Singapore; takes only keys of the workspace llm-x" in line
        assert "no estimates: list prices are known for the China (Beijing) region only" in line

    def test_a_sandbox_is_on_this_machine_and_its_clock_is_the_same(self, pixverse):
        run = pixverse("doctor")
        assert line_of(run, "address").endswith("/api/v1; on this machine")
        assert line_of(run, "service").endswith("; this machine's clock is right")

    def test_a_wrong_clock_is_a_warning(self, home, tmp_path, open_sandbox):
        ahead = FakeClock(datetime.now(UTC) + timedelta(hours=1))
        run = Inside(home, tmp_path, open_sandbox(clock=ahead))("doctor")
        line = line_of(run, "service")
        assert (run.code, line[:4]) == (0, "warn")
        assert "clock is 3600 s behind" in line or "clock is 3599 s behind" in line
        assert "set the clock" in line


def line_of(run, check):
    """Return the line of one check of doctor."""
    return next(line for line in run.lines if line[6:].startswith(f"{check} "))


class TestModels:
    def test_rows_in_a_pipe_start_with_the_model(self, pixverse):
        rows = [line.split("\t") for line in pixverse("models").lines]
        assert len(rows) == 12 * 4 * 2 + 4 * 4 + 1 + 1 + 3
        v56 = ["pixverse/pixverse-v5.6-it2v", "v5.6", "1080P", "5,8", "audio", "0.70"]
        assert [*v56, "image-to-video"] in rows
        assert ["pixverse/pixverse-upscale", "upscale", "any", "-", "silent", "0.15"] in [
            row[:6] for row in rows
        ]

    def test_json_has_limits_and_dated_prices(self, pixverse):
        first = pixverse("models", "--json").json[0]
        assert first["model"] == "pixverse/pixverse-v6-it2v"
        assert first["prices"]["silent"]["720P"] == 0.27
        assert first["prices"]["audio"]["1080P"] == 0.68
        assert first["prices_as_of"] == "2026-08"
