"""The names of output files, made of templates, and the check of their folders."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.media.output_names import (
    FIELDS,
    folders,
    image_name,
    known_paths,
    parse_template,
    problems,
    resolve,
    sanitize,
    sharing_problems,
)

VALUES = {
    "task_id": "0385dc79-5ff8-4d82-bcb6-012345678901",
    "image": "turtle",
    "model": "v6",
    "resolution": "720P",
    "duration": "5",
    "seed": "7",
    "index": "1",
    "take": "1",
    "date": "2026-11-23",
}
KNOWN = {name: value for name, value in VALUES.items() if name != "task_id"}


def path(output, **values):
    return resolve(parse_template(output), VALUES | values)


def said(output, *tasks, force=False):
    return list(problems(parse_template(output), tasks or [KNOWN], force=force))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_default_name_is_the_image_and_8_characters_of_the_id():
    assert path(None) == Path("turtle-0385dc79.mp4")


def test_a_plain_file_name_is_used_unchanged():
    assert path("out.mp4") == Path("out.mp4")


def test_every_field_has_its_value():
    template = "-".join(f"{{{field}}}" for field in FIELDS)
    assert path(template).name == "-".join(VALUES.values())


def test_a_length_takes_the_first_characters():
    assert path("{task_id:4}{date:4}.mp4").name == "03852026.mp4"


def test_double_braces_are_literal():
    assert path("{{{index}}}.mp4").name == "{1}.mp4"


def test_in_a_directory_the_default_name_is_used_60(here):
    (here / "there").mkdir()
    assert path("there") == Path("there/turtle-0385dc79.mp4")
    assert path("new/") == Path("new/turtle-0385dc79.mp4")
    assert path("new/.") == Path("new/turtle-0385dc79.mp4")
    assert path("new/..") == Path("new/../turtle-0385dc79.mp4")
    assert path(str(here)) == here / "turtle-0385dc79.mp4"


def test_braces_in_the_name_of_an_existing_directory_are_literal(here):
    (here / "{odd").mkdir()
    assert path("{odd/{index}.mp4") == Path("{odd/1.mp4")
    assert path("{odd") == Path("{odd/turtle-0385dc79.mp4")


def test_folders_may_have_fields():
    assert path("{model}/{resolution}/{task_id}.mp4").parent == Path("v6/720P")


def test_a_dash_is_stdout():
    assert parse_template("-").stdout
    assert said("-") == []


def test_several_videos_cannot_share_stdout():
    assert said("-", KNOWN, KNOWN) == ["-o -: 2 videos cannot share stdout; give a directory"]


@pytest.mark.parametrize("output", ["-", "{task_id}/", "{task_id}/a.mp4"])
def test_a_problem_names_the_setting_that_it_comes_from(output):
    template = parse_template(output, "PIXVERSE_OUTPUT")
    (problem,) = problems(template, [KNOWN, KNOWN], force=False)
    assert problem.startswith(f"PIXVERSE_OUTPUT {output}: ")


def test_the_folders_of_videos_are_known_each_once():
    tasks = [KNOWN, KNOWN, KNOWN | {"model": "c1"}]
    assert folders(parse_template("{model}/{image}.mp4"), tasks) == [Path("v6"), Path("c1")]
    assert folders(parse_template("-"), tasks) == []


ALL_FIELDS = "the fields are {task_id} {image}"
BRACE = "write {{ for a literal brace"


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("{task}.mp4", "unknown field {task}"),
        ("{}.mp4", "unknown field {}"),
        ("{image.__class__}.mp4", "unknown field {image.__class__}"),
        ("{image[0]}.mp4", "unknown field"),
        ("{seed!r}.mp4", "can only have a length"),
        ("{task_id:>8}.mp4", "can only have a length"),
        ("{task_id:0}.mp4", "can only have a length"),
        ("{task_id:{seed}}.mp4", "can only have a length"),
        ("{image.mp4", "expected '}'"),
        ("image}.mp4", "Single '}'"),
        ("", "is not a valid file name"),
        ("a\0b", "is not a valid file name"),
        ("\ud800", "is not a valid file name"),
        ("x" * 246, "is over 245 bytes long"),
    ],
)
def test_an_invalid_template_is_refused(output, words):
    with pytest.raises(UsageError) as caught:
        parse_template(output, "PIXVERSE_OUTPUT")
    assert caught.value.message.startswith("PIXVERSE_OUTPUT")
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("output", "hint"),
    [
        ("{task}.mp4", ALL_FIELDS),
        ("{seed!r}.mp4", ALL_FIELDS),
        ("{image.mp4", BRACE),
        ("image}/a.mp4", BRACE),
    ],
)
def test_an_invalid_template_is_told_with_the_way_out(output, hint):
    with pytest.raises(UsageError) as caught:
        parse_template(output)
    assert caught.value.hint.startswith(hint)


def test_the_error_for_an_unknown_field_lists_all_fields():
    with pytest.raises(UsageError) as caught:
        parse_template("{name}")
    assert all(f"{{{field}}}" in caught.value.hint for field in FIELDS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("../../x", "___.._x"),
        ("/etc/x", "_etc_x"),
        ("..\\x", "___x"),
        ("C:x", "C_x"),
        ("-rf", "_rf"),
        ("..", "__"),
        (".hidden", "_hidden"),
        ("a\nb\x1b[2J\x7f", "a_b_[2J_"),
        ("\u202egnp", "_gnp"),
        ("\udcff", "_"),
        ("", "_"),
        ("海龟 é 🐢", "海龟 é 🐢"),
        ("Cafe\u0301", "Cafe\u0301"),
    ],
)
def test_a_value_never_leaves_its_folder_67(value, expected):
    assert sanitize(value) == expected


@given(st.text())
def test_no_value_becomes_a_path_a_hidden_file_or_an_option_67(value):
    name = path("{image}", image=value)
    assert name.parent == Path()
    assert name.name not in {"", ".", ".."}
    assert not name.name.startswith(("-", "."))
    assert not set(name.name) & set('\n\r\t\x1b\x7f\u202e/\\:*?"<>|')


@pytest.mark.parametrize("value", ["CON", "nul", "com1", "LPT9"])
def test_device_names_of_windows_get_an_underscore_67(value):
    assert path("{image}.mp4", image=value).name == f"{value}_.mp4"
    assert path("{image}.mp4", image=f"{value}2x").name == f"{value}2x.mp4"


@given(st.text(st.characters(codec="utf-8"), min_size=50, max_size=300))
def test_long_names_are_cut_and_keep_id_and_suffix_67(value):
    name = path(None, image=value).name
    assert len((name + ".part.json").encode()) <= 255
    assert name.endswith("-0385dc79.mp4")
    assert sanitize(value).startswith(name.removesuffix("-0385dc79.mp4"))


def test_the_longest_field_is_cut_first_67():
    name = path("x" * 240 + "{image}{model}", image="a" * 100, model="b" * 99).name
    assert name == "x" * 240 + "b" * 5


def test_a_cut_name_has_almost_245_bytes_67():
    assert len(path(None, image="é" * 150).name.encode()) in {244, 245}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("-", "stdin"),
        ("pictures/turtle.webp", "turtle"),
        ("turtle", "turtle"),
        ("/", "image"),
        ("https://example.com/a/sea%20turtle.webp?Signature=x#y", "sea turtle"),
        ("https://example.com/a%2Fb.png", "b"),
        ("https://example.com/a/cats/", "cats"),
        ("https://example.com", "image"),
        ("https://example.com/%ff.png", "\ufffd"),
        ("oss://dashscope-instant/1/cat.png", "cat"),
    ],
)
def test_the_image_field_is_the_last_part_without_its_suffix(source, expected):
    assert image_name(source) == expected


def test_a_new_name_in_a_writable_folder_has_no_problem(here):
    assert said("out.mp4") == said(None) == said("{image}.mp4") == said("./") == []
    assert list(here.iterdir()) == []


def test_a_missing_folder_is_not_a_problem_and_not_made_by_the_check_58(here):
    assert said("new/") == said("new/er/{task_id}.mp4") == []
    assert list(here.iterdir()) == []


def test_a_folder_that_is_a_file_is_reported_58(here):
    (here / "file").touch()
    assert said("file/x.mp4") == said("file/new/x.mp4") == ["file is a file, not a directory"]


def test_a_folder_that_cannot_be_made_is_reported_58(here):
    (here / "link").symlink_to("nowhere")
    assert said("link/x.mp4") == ["link is a symbolic link to nothing"]
    assert "a name is over 255 bytes long" in said(f"new/{'x' * 256}/a.mp4")[0]
    assert "cannot write in the folder" in said(f"{'x' * 256}/a.mp4")[0]


@pytest.mark.parametrize("output", ["/dev/stdout", "/dev//stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_the_special_files_of_stdout_are_stdout(output):
    assert parse_template(output).stdout


@pytest.mark.parametrize("output", ["/dev/stdin", "/dev/stderr", "/dev/fd/63", "/proc/self/fd/0"])
def test_other_descriptors_are_refused(output):
    with pytest.raises(UsageError, match=f"{output} is a special file"):
        parse_template(output)


def test_a_tilde_is_the_home_directory(monkeypatch):
    monkeypatch.setenv("HOME", "/some/where")
    assert path("~/x.mp4") == path("/some/where/x.mp4")
    assert path("~/") == Path("/some/where/turtle-0385dc79.mp4")
    assert path("~x.mp4") == Path("~x.mp4")


OTHER_MEDIA = (
    "gif webm mov avi mkv flv wmv mpg mpeg ts ogv 3gp png apng jpg jpeg JPG webp bmp tif tiff"
    " heic heif avif svg ico mp3 wav aac m4a ogg flac"
)


@pytest.mark.parametrize("suffix", [f".{suffix}" for suffix in OTHER_MEDIA.split()])
def test_a_name_of_another_kind_of_media_is_refused(suffix):
    with pytest.raises(UsageError, match="videos are MP4 files"):
        parse_template(f"turtle{suffix}")


def test_a_name_of_another_kind_of_media_is_found_in_the_value_of_a_field():
    image = KNOWN | {"image": "turtle.gif"}
    (problem,) = said("{image}", image)
    assert "must not end in .gif" in problem
    assert said("{image}.mp4", image) == []


@pytest.mark.parametrize("name", ["turtle.mp4", "turtle.m4v", "turtle", "turtle.v2", "turtle.MP4"])
def test_names_that_promise_nothing_else_are_accepted(name):
    assert said(name) == []


@pytest.mark.parametrize("name", ["turtle.mp4.part", "turtle.mp4.part.json"])
def test_names_of_unfinished_downloads_are_refused(name):
    with pytest.raises(UsageError, match="unfinished downloads"):
        parse_template(name)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can fill")
def test_a_folder_that_is_not_writable_is_reported_58():
    (problem,) = said("/proc/x.mp4")
    assert problem.startswith("cannot write in the folder /proc: ")


def test_an_existing_file_is_reported_without_force_59(here):
    (here / "turtle.mp4").touch()
    expected = "turtle.mp4 already exists: give another -o, or --force to replace it"
    assert said("turtle.mp4") == said("{image}.mp4") == [expected]
    assert said("turtle.mp4", force=True) == []


def test_a_broken_symlink_counts_as_an_existing_file_68(here):
    (here / "link.mp4").symlink_to("nowhere")
    assert "already exists" in said("link.mp4")[0]
    assert said("link.mp4", force=True) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no FIFOs")
@pytest.mark.parametrize("force", [False, True])
def test_pipes_devices_and_directories_are_not_replaced_60(here, force):
    os.mkfifo(here / "pipe")
    (here / "turtle").mkdir()
    assert said("pipe", force=force) == ["pipe is a named pipe: it cannot be replaced by a video"]
    assert "/dev/null is a device" in said("/dev/null", force=force)[-1]
    assert "turtle is a directory" in said("{image}", force=force)[0]


def test_several_videos_need_different_names():
    second = KNOWN | {"index": "2", "image": "cat"}
    assert "2 videos would all be named out.mp4" in said("out.mp4", KNOWN, second)[0]
    assert said("{image}.mp4", KNOWN, second) == said("{index}.mp4", KNOWN, second) == []
    assert said("{image}.mp4", KNOWN, KNOWN) != []
    assert said("{task_id}.mp4", KNOWN, KNOWN) == said(None, KNOWN, KNOWN) == []


def test_a_shared_name_is_told_with_its_other_spellings():
    paths = [Path("a.mp4"), Path("new/../a.mp4"), Path("b.mp4")]
    (problem,) = sharing_problems(parse_template("{image}.mp4"), paths)
    assert problem.startswith("2 videos would all be named a.mp4 (new/../a.mp4 is the same file):")


def test_a_path_is_known_before_the_submit_unless_it_holds_the_task_id():
    tasks = [KNOWN, KNOWN | {"image": "cat"}]
    assert known_paths(parse_template("new/{image}.mp4"), tasks) == [
        Path("new/turtle.mp4"),
        Path("new/cat.mp4"),
    ]
    assert known_paths(parse_template("{task_id}/{image}.mp4"), tasks) == []


def test_a_folder_cannot_contain_fields_that_are_known_after_the_submit():
    assert "the folder has a field that is not known" in said("{task_id}/x.mp4")[0]


def test_only_a_folder_or_no_output_leaves_the_name_to_the_program():
    assert all(parse_template(output).folder_only for output in (None, "./", "new/"))
    assert not any(parse_template(output).folder_only for output in ("-", "a.mp4", "new/{index}"))


@pytest.mark.parametrize("suffix", [".part", ".part.json"])
def test_a_folder_where_the_download_needs_a_file_is_a_problem_58(tmp_path, suffix):
    taken = tmp_path / f"a.mp4{suffix}"
    taken.touch()
    template = parse_template(str(tmp_path / "a.mp4"))
    assert list(problems(template, [VALUES], force=False)) == []
    taken.unlink()
    taken.mkdir()
    (problem,) = problems(template, [VALUES], force=True)
    assert problem == f"{taken} is a directory: the download needs this name, so remove it"
