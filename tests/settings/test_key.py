"""The API key: its sources, its format, and that it is never shown."""

import os
import stat

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixverse_cli.domain.errors import AuthError, UnexpectedError
from pixverse_cli.settings.key import Key, check_shape, find_key, keep_key, kept_key_path, pasted

CANARY = "sk-canary-5e1b7a90"


@pytest.fixture
def config(tmp_path):
    return tmp_path / "config"


@pytest.fixture
def environ(home):
    """Return an environment in which only the home directory is set."""
    return {"HOME": str(home)}


def put(path, text, mode=0o600):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


@pytest.fixture
def sources(environ, config, home, tmp_path):
    """Return functions that set up each source of the key, in order of precedence."""

    def variable(value="key-1"):
        environ["DASHSCOPE_API_KEY"] = value

    def named_file(value="key-2"):
        path = put(tmp_path / "named", value)
        environ["DASHSCOPE_API_KEY_FILE_PATH"] = str(path)

    def kept(value="key-3"):
        put(kept_key_path(config), value)

    def vendor(value="key-4"):
        put(home / ".dashscope" / "api_key", value)

    return variable, named_file, kept, vendor


@pytest.mark.parametrize("first", range(4))
def test_the_first_source_with_a_key_is_used(sources, environ, config, first):
    for source in sources[first:]:
        source()
    assert find_key(environ, config).value == f"key-{first + 1}"


@pytest.mark.parametrize(
    ("number", "source"),
    [
        (0, "DASHSCOPE_API_KEY"),
        (1, "named (DASHSCOPE_API_KEY_FILE_PATH)"),
        (2, "config/api_key"),
        (3, ".dashscope/api_key"),
    ],
)
def test_a_key_knows_its_source(sources, environ, config, number, source):
    sources[number]()
    assert find_key(environ, config).source.endswith(source)


def test_the_error_without_a_key_names_auth_login(environ, config):
    with pytest.raises(AuthError, match="no API key") as refused:
        find_key(environ, config)
    assert "pixverse auth login" in refused.value.hint


@pytest.mark.parametrize("variable", ["DASHSCOPE_API_KEY", "DASHSCOPE_API_KEY_FILE_PATH"])
def test_an_empty_variable_counts_as_unset(sources, environ, config, variable):
    sources[3]()
    environ[variable] = ""
    assert find_key(environ, config).value == "key-4"


@pytest.mark.parametrize("blank", [" ", "\n", "\t \r\n", '""', "\ufeff", "Bearer ", "' '"])
@pytest.mark.parametrize("number", range(4))
def test_a_blank_key_is_an_error_and_no_other_source_is_read(
    sources, environ, config, number, blank
):
    sources[3]()
    sources[number](blank)
    with pytest.raises(AuthError, match="is blank"):
        find_key(environ, config)


def test_a_file_may_end_with_a_line_break(sources, environ, config):
    sources[2](CANARY + "\r\n")
    assert find_key(environ, config).value == CANARY


PASTED = [
    CANARY + "\n",
    CANARY + "\r\n",
    f"  {CANARY}\t",
    f"\u00a0{CANARY}\u3000",
    f"\ufeff{CANARY}\r\n",
    f'"{CANARY}"',
    f"'{CANARY}'\n",
    f"`{CANARY}`",
    f"\u201c{CANARY}\u201d",
    f"Bearer {CANARY}",
    f"bearer\t {CANARY}\n",
    f'"Bearer {CANARY}"\r\n',
    f'Bearer " {CANARY} "',
    f'\ufeff"{CANARY}"\n',
    f"\u200b{CANARY}\u200b\u00ad",
    f"export DASHSCOPE_API_KEY={CANARY}\n",
    f"DASHSCOPE_API_KEY='{CANARY}'",
    f'$env:DASHSCOPE_API_KEY = "{CANARY}"\r\n',
    f"API-KEY: {CANARY}",
    f"Authorization: Bearer {CANARY}",
]


@pytest.mark.parametrize("text", PASTED, ids=ascii)
@pytest.mark.parametrize("number", range(4))
def test_what_pasting_adds_is_removed_from_every_source(sources, environ, config, number, text):
    sources[number](text)
    assert find_key(environ, config).value == CANARY


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_key_file_of_a_windows_shell_is_read(config, environ, encoding):
    mark = "" if encoding in ("utf-16", "utf-8-sig") else "\ufeff"
    put(kept_key_path(config), f"{mark}{CANARY}\r\n".encode(encoding))
    assert find_key(environ, config).value == CANARY


@example("0\ufeff \ufeff")
@given(st.text("sk-01 '\"`\n\t\ufeff\u201c\u201dBbearer"))
def test_a_key_is_taken_out_of_its_wrapping_once_and_for_all(text):
    key = pasted(text)
    assert pasted(key) == key
    assert key in text


BAD = [
    CANARY + "\r\nX-Injected: 1",
    CANARY + " x",
    f'"{CANARY}',
    f"'{CANARY}\"",
    f"Basic {CANARY}",
    CANARY + "\n" + CANARY,
    f"DASHSCOPE_API_KEY={CANARY}\nOTHER=x",
    CANARY[:9] + "\u200b" + CANARY[9:],
    f"<{CANARY}>",
    "${DASHSCOPE_API_KEY}",
    CANARY + ";",
    CANARY + "\u00e9",
    CANARY + "\u202e",
    CANARY + "\x00",
    CANARY + "\x7f",
    "\udcff" + CANARY,
]


@pytest.mark.parametrize("value", BAD, ids=ascii)
def test_an_invalid_key_is_refused_without_showing_it_30(environ, config, value):
    environ["DASHSCOPE_API_KEY"] = value
    with pytest.raises(AuthError, match="DASHSCOPE_API_KEY contains") as refused:
        find_key(environ, config)
    assert CANARY not in repr(refused.value) + str(refused.value) + str(refused.value.hint)


@pytest.mark.parametrize("content", [CANARY.encode() + b"\xff", b"sk\n" + CANARY.encode()])
def test_an_invalid_key_in_a_file_is_refused_without_showing_it_30(
    sources, environ, config, content
):
    sources[2]()
    put(kept_key_path(config), content)
    with pytest.raises(AuthError) as refused:
        find_key(environ, config)
    assert CANARY not in repr(refused.value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (f"https://bailian.console.aliyun.com/?key={CANARY}", "is a URL, not a key"),
        (f"sk-****************{CANARY}", "copy the whole key"),
    ],
)
def test_what_the_console_shows_beside_a_key_is_refused_by_name_30(environ, config, value, says):
    environ["DASHSCOPE_API_KEY"] = value
    with pytest.raises(AuthError, match=says) as refused:
        find_key(environ, config)
    assert CANARY not in str(refused.value)


def test_a_key_in_the_place_of_its_files_path_is_not_shown_30(environ, config):
    environ["DASHSCOPE_API_KEY_FILE_PATH"] = CANARY
    with pytest.raises(AuthError, match="contains a key, not the path") as refused:
        find_key(environ, config)
    assert CANARY not in str(refused.value) + str(refused.value.hint)


def test_a_key_of_the_coding_plan_is_refused_by_name():
    with pytest.raises(AuthError, match="Coding Plan") as refused:
        check_shape("sk-sp-" + CANARY, "DASHSCOPE_API_KEY")
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("value", [CANARY, "sk-ws-abc.DEF_0123-x", "a"])
def test_a_valid_key_is_accepted(value):
    check_shape(value, "DASHSCOPE_API_KEY")


@given(st.text())
def test_any_text_is_accepted_or_refused_without_showing_it(value):
    try:
        check_shape(value, "somewhere")
    except AuthError as error:
        assert len(value) < 10 or value not in str(error)  # noqa: PT017  both results are valid
    else:
        assert value.isascii()


@pytest.mark.parametrize("show", [repr, str, "{}".format, lambda key: f"{key!r:>5}"])
def test_a_key_shows_no_more_than_its_last_four_characters(show):
    shown = show(Key(value=CANARY, source="DASHSCOPE_API_KEY"))
    assert CANARY[:-4] not in shown
    assert "7a90" in shown
    assert "DASHSCOPE_API_KEY" in shown


def test_an_account_depends_on_key_and_service_and_reveals_neither():
    key = Key(value=CANARY, source="x")
    accounts = {
        key.account("https://a"),
        key.account("https://b"),
        Key(value=CANARY + "1", source="x").account("https://a"),
    }
    assert len(accounts) == 3
    assert key.account("https://a") == Key(value=CANARY, source="y").account("https://a")
    assert not any(CANARY in account for account in accounts)


@pytest.mark.parametrize(
    ("mode", "exposed"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)]
)
def test_a_key_file_that_others_can_read_is_exposed_34(sources, environ, config, mode, exposed):
    sources[2]()
    kept_key_path(config).chmod(mode)
    assert find_key(environ, config).exposed is exposed


def test_a_key_of_the_environment_is_not_exposed(sources, environ, config):
    sources[0]()
    assert find_key(environ, config).exposed is False


@pytest.mark.parametrize("kind", ["missing", "directory"])
def test_a_named_file_that_cannot_be_read_is_an_error(sources, environ, config, tmp_path, kind):
    sources[3]()
    path = tmp_path / "gone"
    if kind == "directory":
        path.mkdir()
    environ["DASHSCOPE_API_KEY_FILE_PATH"] = str(path)
    with pytest.raises(AuthError, match="cannot be read"):
        find_key(environ, config)


def test_a_key_file_that_is_a_symbolic_link_stays_one_34(config, tmp_path):
    target = put(tmp_path / "dotfiles-key", "sk-of-earlier", 0o644)
    kept_key_path(config).parent.mkdir(parents=True, exist_ok=True)
    kept_key_path(config).symlink_to(target)
    keep_key(config, "sk-0123456789")
    assert kept_key_path(config).readlink() == target
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("sk-0123456789\n", 0o600)


def test_a_link_to_a_key_file_that_is_gone_is_an_error_and_no_other_key_is_used(
    sources, environ, config, tmp_path
):
    sources[3]()  # it may belong to another account
    config.mkdir()
    kept_key_path(config).symlink_to(tmp_path / "gone")
    with pytest.raises(AuthError, match="cannot be read: No such file"):
        find_key(environ, config)


def test_a_tilde_in_the_path_of_a_key_file_is_the_home_directory(environ, config, home):
    put(home / "key", CANARY)
    environ["DASHSCOPE_API_KEY_FILE_PATH"] = "~/key"
    assert find_key(environ, config).value == CANARY


def test_a_key_file_without_an_end_is_an_error(environ, config):
    environ["DASHSCOPE_API_KEY_FILE_PATH"] = "/dev/zero"
    with pytest.raises(AuthError):
        find_key(environ, config)


def test_a_key_that_is_too_long_is_refused_and_not_cut(sources, environ, config):
    for length in (4096, 4097, 100_000):
        sources[2]("k" * length)
        if length == 4096:
            assert find_key(environ, config).value == "k" * length
        else:
            with pytest.raises(AuthError, match="longer than 4096"):
                find_key(environ, config)


def test_a_kept_key_is_readable_by_its_user_only(config):
    path = keep_key(config, CANARY)
    assert path == kept_key_path(config)
    assert path.read_text() == CANARY + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.stat().st_mode) == 0o700


def test_keeping_a_key_replaces_the_earlier_one_completely(config, environ):
    keep_key(config, "earlier-and-longer-key")
    keep_key(config, CANARY)
    assert find_key(environ, config).value == CANARY
    assert [path.name for path in config.iterdir()] == ["api_key"]


def test_the_draft_of_a_killed_process_does_not_matter(config):
    config.mkdir()
    (config / f"api_key.{os.getpid()}.new").write_text("half a k")
    assert keep_key(config, CANARY).read_text() == CANARY + "\n"


def test_a_key_that_cannot_be_written_is_an_error(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(UnexpectedError, match="cannot be saved") as refused:
        keep_key(blocked / "config", CANARY)
    assert CANARY not in str(refused.value)
