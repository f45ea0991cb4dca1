"""``auth``, ``doctor`` and ``models``, which make no paid call."""

import stat

import pytest

KEY = "sk-0123456789abcdef0123456789abcdef"


class TestAuth:
    def test_login_keeps_the_key_readable_by_its_user_only(self, pixverse, home, sandbox):
        run = pixverse("auth", "login", stdin=f"  {KEY}\n", DASHSCOPE_API_KEY=None)
        kept = home / ".config" / "pixverse" / "api_key"
        assert run.code == 0
        assert kept.read_text().strip() == KEY
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert sandbox.calls == []

    def test_status_shows_the_source_and_four_characters(self, pixverse):
        run = pixverse("auth", "status", DASHSCOPE_API_KEY=KEY)
        assert run.lines == ["…cdef from DASHSCOPE_API_KEY"]
        assert KEY not in run.stdout + run.stderr

    def test_logout_deletes_the_kept_key(self, pixverse):
        pixverse("auth", "login", stdin=KEY, DASHSCOPE_API_KEY=None)
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
        assert [states[each] for each in ("store", "settings", "key", "service")] == ["ok"] * 4
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
