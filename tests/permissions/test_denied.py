"""Files and folders that this user may not read or write are reported before paying."""

import shutil
from pathlib import Path

import pytest

TURTLE = Path(__file__).parents[1] / "data" / "turtle.webp"
SMALL = ("-p", "A turtle", "-r", "360P", "-d", "1")
SUBMIT = ("submit", "image.webp", *SMALL)
KEY = "sk-0123456789"
MANIFEST = """
[[video]]
image = "../image.webp"
prompt = "A turtle"
resolution = "360P"
duration = 1
output = "../clips/a.mp4"
"""


def case(name, words, denied, mode=0o000, *, code=2, marks=()):
    return pytest.param(words, denied, mode, code, id=name, marks=marks)


@pytest.fixture
def places(home, tmp_path):
    """Return the folders and files of one user, by name."""
    shutil.copy(TURTLE, tmp_path / "image.webp")
    (tmp_path / "prompt.txt").write_text("A turtle", encoding="utf-8")
    paths = {
        "output folder": tmp_path / "clips",
        "image folder": tmp_path / "images",
        "manifest folder": tmp_path / "set",
        "config folder": home / ".config" / "pixverse",
        "state folder": home / ".local" / "state" / "pixverse",
        "vendor's folder": home / ".dashscope",
    }
    for folder in paths.values():
        folder.mkdir(parents=True)
    paths |= {
        "image": tmp_path / "image.webp",
        "prompt": tmp_path / "prompt.txt",
        "manifest": paths["manifest folder"] / "set.toml",
        "lock": paths["manifest folder"] / "set.toml.lock",
        "settings": paths["config folder"] / "config.toml",
        "key": paths["config folder"] / "api_key",
    }
    shutil.copy(TURTLE, paths["image folder"] / "image.webp")
    paths["manifest"].write_text(MANIFEST, encoding="utf-8")
    return paths


@pytest.mark.parametrize(
    ("words", "denied", "mode", "code"),
    [
        case("image", SUBMIT, "image"),
        case("image's folder", ("submit", "images/image.webp", *SMALL), "image folder"),
        case("prompt file", ("submit", "image.webp", "-P", "prompt.txt"), "prompt"),
        case(
            "output, no writing", (*SUBMIT, "--wait", "-o", "clips/a.mp4"), "output folder", 0o500
        ),
        case(
            "output, no looking",
            (*SUBMIT, "--wait", "-o", "clips/a.mp4"),
            "output folder",
        ),
        case("settings' folder", SUBMIT, "config folder"),
        case("state folder, no writing", SUBMIT, "state folder", 0o500, code=1),
        case("state folder, no looking", SUBMIT, "state folder", code=1),
        case("list, no looking", ("list",), "state folder", code=1),
        case("manifest", ("batch", "set/set.toml"), "manifest"),
        case("manifest's folder", ("batch", "set/set.toml"), "manifest folder"),
        case("batch's output", ("batch", "set/set.toml"), "output folder", 0o500),
        case(
            "batch's output, no looking",
            ("batch", "set/set.toml"),
            "output folder",
        ),
    ],
)
def test_a_denied_path_is_reported_before_paying(
    pixverse, sandbox, places, forbid, words, denied, mode, code
):
    forbid(places[denied], mode)
    ran = pixverse(*words)
    assert "Traceback" not in ran.stderr
    assert "permission denied" in ran.stderr.lower()
    assert ".lock" not in ran.stderr, "the manifest is the matter, not its lock"
    assert (ran.code, ran.stdout, sandbox.account.creates) == (code, "", 0)


def test_an_unreadable_kept_key_is_reported(pixverse, places, forbid):
    places["key"].write_text(KEY, encoding="utf-8")
    forbid(places["key"])
    ran = pixverse(*SUBMIT, DASHSCOPE_API_KEY=None)
    assert (ran.code, ran.stdout) == (3, "")
    assert f"{places['key']} cannot be read: Permission denied" in ran.stderr


@pytest.mark.usefixtures("places")
def test_an_unreadable_key_file_of_the_environment_is_reported(pixverse, tmp_path, forbid):
    file = tmp_path / "key"
    file.write_text(KEY, encoding="utf-8")
    forbid(file)
    ran = pixverse(*SUBMIT, DASHSCOPE_API_KEY=None, DASHSCOPE_API_KEY_FILE_PATH=file)
    assert (ran.code, ran.stdout) == (3, "")
    assert "DASHSCOPE_API_KEY_FILE_PATH) cannot be read: Permission denied" in ran.stderr


def test_an_inaccessible_vendors_folder_is_reported(pixverse, places, forbid):
    forbid(places["vendor's folder"])
    ran = pixverse(*SUBMIT, DASHSCOPE_API_KEY=None)
    assert "Traceback" not in ran.stderr
    assert "Permission denied" in ran.stderr
    assert ran.code == 3


def test_auth_login_reports_a_folder_that_is_not_writable(pixverse, places, forbid):
    forbid(places["config folder"], 0o500)
    ran = pixverse("auth", "login", "--no-check", stdin=KEY, DASHSCOPE_API_KEY=None)
    assert (ran.code, ran.stdout) == (1, "")
    assert f"cannot be saved in {places['key']}: Permission denied" in ran.stderr
    assert not places["key"].exists()


@pytest.mark.parametrize(
    ("word", "mode"),
    [
        pytest.param("status", 0o000),
        pytest.param("logout", 0o500),
    ],
)
def test_auth_status_and_logout_report_an_inaccessible_folder(pixverse, places, forbid, word, mode):
    places["key"].write_text(KEY, encoding="utf-8")
    forbid(places["config folder"], mode)
    ran = pixverse("auth", word, DASHSCOPE_API_KEY=None)
    assert "Traceback" not in ran.stderr
    assert "Permission denied" in ran.stderr
    assert ran.code in (1, 3)


def test_an_unreadable_lock_is_reported_before_paying(pixverse, sandbox, places, forbid):
    places["lock"].write_text("", encoding="utf-8")
    forbid(places["lock"])
    ran = pixverse("batch", places["manifest"])
    assert "Traceback" not in ran.stderr
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert str(places["lock"]) in ran.stderr


def test_a_lock_that_cannot_be_written_is_reported_before_paying(pixverse, sandbox, places, forbid):
    forbid(places["manifest folder"], 0o500)
    ran = pixverse("batch", places["manifest"])
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert f"{places['lock']} cannot be written: permission denied" in ran.stderr


def test_a_download_to_an_inaccessible_folder_is_an_error(pixverse, places, forbid):
    task_id = pixverse(*SUBMIT).stdout.strip()
    assert pixverse("wait", task_id).code == 0
    forbid(places["output folder"])
    ran = pixverse("download", task_id, "-o", places["output folder"] / "a.mp4")
    assert "Traceback" not in ran.stderr
    assert "permission denied" in ran.stderr.lower()
    assert ran.code in (2, 11)


def test_a_store_that_may_not_be_read_is_reported(pixverse, forbid):
    assert pixverse("list").code == 0
    forbid(pixverse.state / "tasks.db")
    ran = pixverse("list")
    assert (ran.code, ran.stdout) == (1, "")
    assert f"the store {pixverse.state}/tasks.db cannot be used: permission denied" in ran.stderr


@pytest.mark.parametrize(
    ("denied", "mode", "check", "state"),
    [
        pytest.param("state folder", 0o500, "state folder", "fail", id="state, no writing"),
        pytest.param("state folder", 0o000, "state folder", "fail", id="state, no looking"),
        pytest.param("config folder", 0o000, "settings", "fail", id="config, no looking"),
        pytest.param("config folder", 0o500, "config folder", "warn", id="config, no writing"),
        pytest.param("settings", 0o000, "settings", "fail", id="settings"),
        pytest.param("here", 0o500, "current folder", "warn", id="current folder"),
    ],
)
def test_doctor_shows_a_denied_path_as_a_line(
    pixverse, places, tmp_path, forbid, denied, mode, check, state
):
    places["settings"].write_text("", encoding="utf-8")
    places["here"] = tmp_path / "here"
    places["here"].mkdir()
    forbid(places[denied], mode)
    ran = pixverse("doctor", cwd=places["here"])
    line = next(line for line in ran.lines if line[6:].startswith(f"{check} "))
    assert line.startswith(state)
    assert "permission denied" in line.lower()
    assert "Traceback" not in ran.stderr
    assert ran.code == (1 if state == "fail" else 0)


def test_doctor_shows_an_unreadable_key_as_a_failed_line(pixverse, places, forbid):
    places["key"].write_text(KEY, encoding="utf-8")
    forbid(places["key"])
    ran = pixverse("doctor", DASHSCOPE_API_KEY=None)
    line = next(line for line in ran.lines if line[6:].startswith("key "))
    assert ran.code == 3
    assert line.startswith("fail")
    assert f"{places['key']} cannot be read" in line
