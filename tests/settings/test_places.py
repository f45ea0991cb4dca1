"""The service's address, the directories, and ``config.toml``."""

import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.errors import PixverseError, UnexpectedError, UsageError
from pixverse_cli.settings.places import (
    CONFIG_KEYS,
    DEFAULT_BASE_URL,
    base_url,
    config_directory,
    config_file,
    is_on_loopback,
    state_directory,
)

SINGAPORE = "https://llm-x.ap-southeast-1.maas.aliyuncs.com/api/v1"


def address(url):
    return base_url({"DASHSCOPE_HTTP_BASE_URL": url})


def test_the_default_address_is_the_documented_one():
    assert base_url({}) == address("") == "https://dashscope.aliyuncs.com/api/v1"


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("https://example.com/api/v1", "https://example.com/api/v1"),
        ("https://example.com/api/v1/", "https://example.com/api/v1"),
        ("https://llm-x.cn-beijing.maas.aliyuncs.com/api/v1", None),
        ("http://127.0.0.1:8000/api/v1", None),
        ("http://127.8.9.10/api/v1", None),
        ("http://localhost:8000/api/v1", None),
        ("http://LOCALHOST/api/v1", "http://localhost/api/v1"),
        ("http://[::1]:8000/api/v1", None),
        ("HTTPS://Example.com", "https://example.com/api/v1"),
        ("https://dashscope.aliyuncs.com", DEFAULT_BASE_URL),
        ("https://dashscope.aliyuncs.com/", DEFAULT_BASE_URL),
        ("https://llm-x.ap-southeast-1.maas.aliyuncs.com", SINGAPORE),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/api/v1"),
        ("https://gateway.example/models/video/", "https://gateway.example/models/video"),
        ("https://dashscope.aliyuncs.com:443/api/v1", DEFAULT_BASE_URL),
        ("https://dashscope.aliyuncs.com:", DEFAULT_BASE_URL),
        ("https://dashscope.aliyuncs.com.", DEFAULT_BASE_URL),
        ("https://dashscope.aliyuncs.com.:443/api/v1", DEFAULT_BASE_URL),
        (f"https://{'a' * 63}.example/api/v1", None),
        ("http://[::1]:80/api/v1", "http://[::1]/api/v1"),
        ("https://example.com:80/api/v1", None),
        ('"https://example.com/api/v1"\r\n', "https://example.com/api/v1"),
        ("\ufeffhttps://example.com/api/v1 ", "https://example.com/api/v1"),
    ],
)
def test_https_and_loopback_addresses_are_accepted(url, used):
    assert address(url) == (used or url)


@pytest.mark.parametrize(
    "url",
    [
        "http://dashscope.aliyuncs.com/api/v1",
        "http://127.0.0.1.evil.com/api/v1",
        "http://localhost.evil.com/",
        "http://localhost@evil.com/",
        "http://127.0.0.1:80@evil.com/",
        "http://evil.com\\@127.0.0.1/",
        "http://evil.com#@127.0.0.1/",
        "http://0.0.0.0/",
        "http://192.168.1.1/",
        "http://[fe80::1]/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "dashscope.aliyuncs.com/api/v1",
        "127.0.0.1:8000",
        "https://",
        "https:///api/v1",
        "https://[::1/api/v1",
        "https://exa mple.com/",
        "https://example.com/api\n/v1",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://example.com/api/v1?x=1",
        "https://example.com/api/v1#x",
        "https://{WorkspaceId}.cn-beijing.maas.aliyuncs.com/api/v1",
        "https://<WorkspaceId>.cn-beijing.maas.aliyuncs.com/api/v1",
        "https://a..b/api/v1",
        "https://.example.com/api/v1",
        "https://example.com../api/v1",
        "https://\u00ad.example.com",
        f"https://{'a' * 64}.example/api/v1",
        "nonsense",
        " ",
    ],
)
def test_other_addresses_are_refused_27(url):
    with pytest.raises(UsageError, match="DASHSCOPE_HTTP_BASE_URL") as refused:
        address(url)
    assert DEFAULT_BASE_URL in refused.value.hint


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://dashscope\u3002aliyuncs\u3002com", "https://dashscope.aliyuncs.com"),
        ("https://d\u0430shscope.aliyuncs.com", "https://xn--dshscope-16g.aliyuncs.com"),
        ("https://B\xdccher.example:8443/v1X", "https://xn--bcher-kva.example:8443/v1X"),
    ],
)
def test_a_host_with_other_letters_is_refused_and_shown_as_it_is_looked_up(url, written):
    with pytest.raises(UsageError, match="not ASCII") as refused:
        address(url)
    assert refused.value.hint.endswith(f"DASHSCOPE_HTTP_BASE_URL={written}")


@pytest.mark.parametrize(
    ("url", "beginning"),
    [
        ("dashscope.aliyuncs.com", "begin it with https://"),
        ("localhost:8000/api/v1", "begin it with http://"),
        ("nonsense", "unset it"),
    ],
)
def test_the_hint_for_an_address_without_its_scheme_gives_one(url, beginning):
    with pytest.raises(UsageError) as refused:
        address(url)
    assert refused.value.hint.startswith(beginning)


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", DEFAULT_BASE_URL),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1/", DEFAULT_BASE_URL),
        ("https://gateway.example/Compatible-Mode/v1", "https://gateway.example/api/v1"),
        ("https://llm-x.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1", SINGAPORE),
        ("https://dashscope.aliyuncs.com/api/v2", DEFAULT_BASE_URL),
        ("https://dashscope.aliyuncs.com/api", DEFAULT_BASE_URL),
        ("https://dashscope.aliyuncs.com//api/v1", DEFAULT_BASE_URL),
        ("https://dashscope.aliyuncs.com/api/v1/tasks", DEFAULT_BASE_URL),
        (f"{DEFAULT_BASE_URL}/services/aigc/video-generation/video-synthesis", DEFAULT_BASE_URL),
        ("https://gateway.example/x/api/v1/tasks", "https://gateway.example/x/api/v1"),
        ("https://gateway.example/x/compatible-mode/v1", "https://gateway.example/x/api/v1"),
    ],
)
def test_the_path_of_another_api_is_refused_and_the_right_address_named(url, right):
    with pytest.raises(UsageError, match="not at this path") as refused:
        address(url)
    assert refused.value.hint == f"use DASHSCOPE_HTTP_BASE_URL={right}"


@pytest.mark.parametrize(
    "url",
    [
        "https://somebody:hunter2@example.com/api/v1",
        "https://example.com/api/v1?token=hunter2",
        "sk-hunter2hunter2",
    ],
)
def test_a_secret_in_the_address_is_refused_and_not_shown(url):
    with pytest.raises(UsageError) as refused:
        address(url)
    assert "hunter2" not in str(refused.value) + refused.value.hint


@given(st.text(alphabet=":/@.[]\\?#%127http slocaexm\n\u00e9") | st.text())
def test_any_text_is_an_address_or_refused(text):
    try:
        url = address(text)
    except UsageError:
        return
    assert url.lower().startswith("https://") or is_on_loopback(url)


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1/", True),
        ("http://127.255.255.254/", True),
        ("http://127.0.0.0/", True),
        ("https://[::1]:1/x", True),
        ("http://localhost/", True),
        ("http://LocalHost:80", True),
        ("http://128.0.0.1/", False),
        ("http://126.255.255.255/", False),
        ("http://[::2]/", False),
        ("http://[::]/", False),
        ("http://0.0.0.0/", False),
        ("http://127.0.0.1.evil.com/", False),
        ("http://evil.com/127.0.0.1", False),
        ("http://localhost.localdomain/", False),
        ("http://127.1/", False),
        ("http://2130706433/", False),
        ("http://10.0.0.1/", False),
        ("ws://127.0.0.1/", False),
        ("http:127.0.0.1", False),
        ("http://[::1/", False),
        ("", False),
    ],
)
def test_loopback_addresses_are_recognised(url, loopback):
    assert is_on_loopback(url) is loopback


@pytest.mark.parametrize(
    ("place", "variable"),
    [(state_directory, "PIXVERSE_STATE_DIR"), (config_directory, "PIXVERSE_CONFIG_DIR")],
)
class TestDirectories:
    def test_the_variable_names_the_directory(self, place, variable, tmp_path):
        assert place({variable: str(tmp_path / "x")}) == tmp_path / "x"

    def test_a_tilde_is_the_home_directory(self, place, variable, home):
        assert place({variable: "~/x"}) == home / "x"

    def test_a_relative_path_is_made_absolute(self, place, variable, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert place({variable: "x"}) == tmp_path / "x"

    def test_the_home_of_an_unknown_user_is_an_error(self, place, variable):
        with pytest.raises(UnexpectedError, match="no home directory") as refused:
            place({variable: "~nobody-of-that-name/x"})
        assert variable in refused.value.hint

    @pytest.mark.parametrize("environ", [{}, {"empty": True}])
    def test_the_default_is_the_platforms_directory(self, place, variable, home, environ):
        directory = place(dict.fromkeys((variable,), "") if environ else {})
        assert directory.is_relative_to(home)
        assert directory.name == "pixverse"


@pytest.mark.parametrize("name", ["PIXVERSE_ACCESS_KEY", "PIXVERSE_API_BASE", "PIXVERSE_ENV"])
def test_variables_of_another_program_are_not_read(name, home):
    assert base_url({name: "http://evil.com"}) == DEFAULT_BASE_URL
    assert state_directory({name: "/elsewhere"}).is_relative_to(home)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs is always used")
@pytest.mark.parametrize("state", [None, "", " ", "/elsewhere", "/else where/", "relative"])
@pytest.mark.parametrize("home", [None, "", "/home/turtle", "/home/turtle/", "relative"])
def test_the_default_directories_are_those_of_platformdirs(monkeypatch, state, home):
    for name, value in (("XDG_STATE_HOME", state), ("XDG_CONFIG_HOME", state), ("HOME", home)):
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    for ours, theirs in (
        (state_directory, platformdirs.user_state_path),
        (config_directory, platformdirs.user_config_path),
    ):
        expected = theirs("pixverse", appauthor=False)
        if expected.is_absolute():  # else the error is tested below
            assert ours({}) == expected


HOMELESS = """
import os
import platformdirs
from pixverse_cli.domain.errors import UnexpectedError
from pixverse_cli.settings.places import state_directory
os.setuid(54321)
try:
    print(state_directory({}))
except UnexpectedError as error:
    print(error.hint)
"""

if os.geteuid() == 0:  # only root can become an unknown user

    def test_without_a_home_the_hint_names_the_variables_86():
        environ = {name: os.environ[name] for name in ("PATH",)}
        ran = subprocess.run(
            [sys.executable, "-P", "-c", HOMELESS],
            capture_output=True,
            text=True,
            check=True,
            env=environ,
        )
        assert ran.stdout == ("set HOME, or both PIXVERSE_STATE_DIR and PIXVERSE_CONFIG_DIR\n")


@pytest.fixture
def config(tmp_path):
    """Return a function that reads the given ``config.toml``."""

    def read(content):
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / "config.toml").write_bytes(data)
        return config_file(tmp_path)

    return read


def test_without_a_config_file_nothing_is_set(tmp_path):
    assert config_file(tmp_path / "nowhere") == {}


def test_a_config_file_can_set_text_numbers_and_flags(config):
    found = config('model = "c1"\nduration = 8\ninterval = 2.5\naudio = true\nwatermark = false\n')
    assert {name: setting.value for name, setting in found.items()} == {
        "model": "c1",
        "duration": "8",
        "interval": "2.5",
        "audio": "true",
        "watermark": "false",
    }


def test_each_setting_knows_its_file_and_line(config, tmp_path):
    found = config('# mine\n\nmodel = "c1"\n"shot-type" = "multi"\n')
    path = tmp_path / "config.toml"
    assert found["model"].source == f"{path}, line 3: model"
    assert found["shot-type"].source == f"{path}, line 4: shot-type"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('modle = "c1"', "line 1: modle: no such setting"),
        ('model = "c1"\n\nshot_type = "multi"', "line 3: shot_type: no such setting"),
        ('[defaults]\nmodel = "c1"', "line 1: defaults: no such setting"),
        ('modle = "c1"', "modle: no such setting; did you mean model?"),
        ("max_cost = 3", "max_cost: no such setting; did you mean max-cost?"),
        ('api-key = "x"', "`pixverse auth login` stores the API key"),
        ('prompt = "x"', "line 1: prompt: no such setting"),
        ('api-key = "x"', "line 1: api-key: no such setting"),
        ("\nmodel = []", "line 2: model: must be text, a number, true or false"),
        ("duration = 2026-01-01", "line 1: duration: must be text"),
        ('model.x = "c1"', "line 1: model: must be text"),
        ("= 1", "line 1"),
        ('model = "c1', "Unterminated string"),
        ("model", "Expected '='"),
        (b"model = 'c1'\nseed = '\xff'", "cannot be read: line 2 is not UTF-8 text"),
        ("model = {name = 'c1'}", "line 1: model: must be text"),
        ("[[video]]\nmodel = 'c1'", "line 1: video: no such setting"),
        ("seed = 12:00:00", "line 1: seed: must be text"),
        ("model = 'c1'\nmodel = 'v6'", "Cannot overwrite a value"),
        ("model\u2028 = 'c1'", "line 1"),
        ("seed = 0x" + "f" * 5000, "line 1: seed: must be text"),
        ("seed = " + "9" * 5000, "config.toml: "),
        ("model = " + "[" * 5000, "nested too deeply"),
    ],
)
def test_an_error_in_a_config_file_is_reported_with_its_line(config, tmp_path, content, message):
    with pytest.raises(UsageError) as refused:
        config(content)
    assert message in str(refused.value)
    assert str(tmp_path / "config.toml") in str(refused.value)


def test_all_errors_of_a_config_file_are_reported_at_once(config):
    with pytest.raises(UsageError) as refused:
        config("x = 1\nmodel = []\nseed = 5\ny = 2\n")
    lines = [line.partition(", ")[2] for line in refused.value.message.splitlines()]
    assert lines == [
        "line 1: x: no such setting",
        "line 2: model: must be text, a number, true or false",
        "line 4: y: no such setting",
    ]


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\r\n# \xe2\x80\xa8\r\n"])
def test_a_byte_order_mark_and_windows_line_ends_are_accepted_99(config, start):
    found = config(start + b'model = "c1"\r\nduration = 8\r\n')
    assert {name: setting.value for name, setting in found.items()} == {
        "model": "c1",
        "duration": "8",
    }


def test_other_line_separators_do_not_end_a_line_99(config):
    found = config("# a\u2028b\u2029c\u0085d\nmodel = 'c1'\n")
    assert found["model"].source.endswith("line 2: model")


def test_the_error_for_an_unknown_key_lists_all_keys(config):
    with pytest.raises(UsageError) as refused:
        config("x = 1")
    assert all(name in refused.value.hint for name in CONFIG_KEYS)


def test_a_config_file_that_is_a_pipe_is_refused_without_blocking(tmp_path):
    os.mkfifo(tmp_path / "config.toml")
    with pytest.raises(UsageError, match=r"cannot be read: .*named pipe"):
        config_file(tmp_path)


def test_a_link_to_a_config_file_that_is_gone_is_an_error(tmp_path):
    (tmp_path / "config.toml").symlink_to(tmp_path / "dotfiles" / "config.toml")
    with pytest.raises(UsageError, match="cannot be read: no such file"):
        config_file(tmp_path)


def test_a_key_in_the_wrong_file_is_not_shown_30(config):
    with pytest.raises(UsageError) as refused:
        config("DASHSCOPE_API_KEY = sk-hunter2\n")
    assert refused.value.hint == 'strings need quotes: DASHSCOPE_API_KEY = "..."'
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("model = v5.6", 'strings need quotes: model = "..."'),
        ("model = v5.6 # the old one", 'strings need quotes: model = "..."'),
        ("timeout = 30m", 'strings need quotes: timeout = "..."'),
        ("once = True", "write once = true"),
        ("audio = FALSE", "write audio = false"),
        ("seed = 1\nseed = 2", None),
        ("seed = 1 duration = 3", None),
        ('model = "v6', None),
    ],
)
def test_the_hint_for_a_toml_error_fits_its_line(config, content, hint):
    with pytest.raises(UsageError) as refused:
        config(content)
    assert refused.value.hint == hint


def test_a_config_file_in_utf_16_is_read_and_without_its_mark_refused(config):
    text = 'model = "c1"\r\n'
    assert config(text.encode("utf-16"))["model"].value == "c1"
    with pytest.raises(UsageError, match="line 1 is not UTF-8 text"):
        config(text.encode("utf-16-le"))


def test_a_config_file_that_is_a_directory_is_an_error(tmp_path):
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        config_file(tmp_path)


@given(st.text())
def test_any_text_is_parsed_or_refused(tmp_path_factory, content):
    directory = Path(tmp_path_factory.mktemp("config"))
    (directory / "config.toml").write_bytes(content.encode("utf-8", "surrogatepass"))
    try:
        found = config_file(directory)
    except PixverseError:
        return
    assert found.keys() <= set(CONFIG_KEYS)
