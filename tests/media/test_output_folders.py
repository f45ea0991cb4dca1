"""Folders of videos: made before paying, and names that come to one file."""

from pathlib import Path

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.media.output_names import (
    folder_problems,
    folds_names,
    make_folder,
    shared_files,
)


def never(_folder):
    return False


def always(_folder):
    return True


def shared(*names, folds=never):
    return shared_files([Path(name) for name in names], folds)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clips").mkdir()
    (tmp_path / "link").symlink_to("clips")
    return tmp_path


def test_different_names_are_different_files_94():
    assert shared("a.mp4", "b.mp4", "clips/a.mp4", "new/a.mp4", "other/new/a.mp4") == []


def test_other_spellings_of_a_path_are_one_file_94(here):
    spellings = ["a.mp4", "./a.mp4", "clips/../a.mp4", f"{here}/a.mp4", f"{here}//clips/../a.mp4"]
    assert shared(*spellings) == [[0, 1, 2, 3, 4]]


def test_a_symlinked_folder_is_the_folder_it_points_to_94():
    assert shared("clips/a.mp4", "b.mp4", "link/a.mp4") == [[0, 2]]
    assert shared("clips/new/a.mp4", "link/new/a.mp4", "link/new/er/a.mp4") == [[0, 1]]
    assert shared("link/../a.mp4", "a.mp4") == [[0, 1]]


def test_a_symlinked_file_is_not_the_file_it_points_to_94(here):
    """A video replaces the link, and never what it points to."""
    (here / "a.mp4").symlink_to("b.mp4")
    assert shared("a.mp4", "b.mp4") == []


@pytest.mark.parametrize(
    "names",
    [
        ("a.mp4", "A.mp4"),
        ("clips/a.mp4", "link/A.MP4"),
        ("Cafe\u0301.mp4", "Caf\u00e9.mp4"),
        ("new/a.mp4", "NEW/a.mp4"),
        ("stra\u00dfe.mp4", "STRASSE.mp4"),
    ],
)
def test_names_that_the_file_system_does_not_tell_apart_are_one_file_94(names):
    assert shared(*names, folds=always) == [[0, 1]]
    assert shared(*names, folds=never) == []


def test_only_the_folder_of_the_names_is_asked_whether_it_folds_94(here):
    asked = []

    def folds(folder):
        asked.append(folder)
        return False

    assert shared("clips/a.mp4", "clips/A.mp4", "clips/a.mp4", "b.mp4", folds=folds) == [[0, 2]]
    assert asked == [here / "clips"]


def test_a_folder_is_asked_with_a_file_that_is_removed_again_94(here):
    def as_on_a_folding_file_system(path):
        assert path.parent == here
        names = (entry.name.lower() for entry in path.parent.iterdir())
        return True if path.name.lower() in names else None

    assert folds_names(here, as_on_a_folding_file_system)
    assert not folds_names(here, lambda _path: None)
    assert not folds_names(here / "nowhere")
    assert {path.name for path in here.iterdir()} == {"clips", "link"}


def test_paths_that_the_system_refuses_are_compared_as_text_94(here):
    (here / "loop").symlink_to("loop")
    assert shared("loop/a.mp4", "loop/b.mp4", "loop/a.mp4") == [[0, 2]]
    assert shared("x" * 300 + "/a.mp4", "x" * 300 + "/a.mp4") == [[0, 1]]


def test_in_a_deleted_folder_paths_are_compared_as_text_94(here, monkeypatch):
    (here / "gone").mkdir()
    monkeypatch.chdir(here / "gone")
    (here / "gone").rmdir()
    assert shared("a.mp4", "b.mp4", "a.mp4") == [[0, 2]]


def test_a_missing_folder_is_made_with_those_above_it_58(here):
    make_folder(here / "new" / "er")
    make_folder(here / "new" / "er")
    assert (here / "new" / "er").is_dir()


def test_a_folder_that_cannot_be_made_is_an_error_58(here):
    (here / "file").touch()
    with pytest.raises(UsageError, match=r"the folder .*/file/new cannot be made") as caught:
        make_folder(here / "file" / "new")
    assert caught.value.hint == "give another -o"


@pytest.mark.usefixtures("no_room")
def test_a_folder_without_room_for_a_byte_is_a_problem_61(tmp_path):
    problem = f"cannot write in the folder {tmp_path / 'clips'}: file too large"
    assert list(folder_problems(tmp_path / "clips")) == [problem]
    assert not list(tmp_path.glob(".pixverse*"))
