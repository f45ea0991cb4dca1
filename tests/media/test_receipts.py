"""Whether a receipt can be written, asked before paying; other files are never replaced."""

import json
from pathlib import Path

import pytest

from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.media.receipts import is_missing, problems, receipt_path, write_receipt


def receipt_of(task_id):
    content = {"schema": "pixverse/receipt-1", "program": "p", "record": {"task_id": task_id}}
    return json.dumps(content).encode()


@pytest.fixture
def video(tmp_path):
    return tmp_path / "a.mp4"


def test_a_receipt_has_the_name_of_its_video_with_json_behind_it():
    assert receipt_path(Path("clips/a.mp4")) == Path("clips/a.mp4.json")


@pytest.mark.parametrize("force", [True, False])
def test_where_nothing_stands_a_receipt_can_be_written(video, force):
    assert list(problems([video], force=force)) == []


def test_an_earlier_receipt_is_replaced_with_force_only(video):
    receipt_path(video).write_bytes(receipt_of("t-1"))
    assert list(problems([video], force=True)) == []
    (told,) = problems([video], force=False)
    assert f"{receipt_path(video)} already exists" in told


@pytest.mark.parametrize("force", [True, False])
@pytest.mark.parametrize("content", [b"mine", b"[]", b'{"schema": "other/1", "program": "p"}'])
def test_another_file_is_told_and_never_replaced(video, content, force):
    receipt_path(video).write_bytes(content)
    assert len(list(problems([video], force=force))) == 1
    with pytest.raises(NotSavedError, match="it is another file"):
        write_receipt(video, receipt_of("t-1"), "t-1", force=force)
    assert receipt_path(video).read_bytes() == content


def test_a_receipt_with_the_name_of_another_video_is_told(video):
    (told,) = problems([receipt_path(video), video], force=True)
    assert "the name of another video" in told


def test_a_folder_in_the_place_of_a_receipt_is_told(video):
    receipt_path(video).mkdir()
    assert len(list(problems([video], force=True))) == 1


@pytest.mark.parametrize(("task_id", "force"), [("t-1", False), ("t-1", True), ("t-2", True)])
def test_a_receipt_of_the_same_task_or_with_force_of_any_is_replaced(video, task_id, force):
    receipt_path(video).write_bytes(receipt_of("t-1"))
    write_receipt(video, receipt_of(task_id) + b"\n", task_id, force=force)
    assert receipt_path(video).read_bytes() == receipt_of(task_id) + b"\n"


def test_a_receipt_of_another_task_is_kept_without_force(video):
    receipt_path(video).write_bytes(receipt_of("t-1"))
    with pytest.raises(NotSavedError):
        write_receipt(video, receipt_of("t-2"), "t-2", force=False)
    assert receipt_path(video).read_bytes() == receipt_of("t-1")


def test_a_link_to_a_receipt_is_told_and_never_replaced(video, tmp_path):
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes(receipt_of("t-1"))
    receipt_path(video).symlink_to(elsewhere)
    assert len(list(problems([video], force=True))) == 1
    with pytest.raises(NotSavedError, match="it is another file"):
        write_receipt(video, receipt_of("t-1"), "t-1", force=True)
    assert receipt_path(video).is_symlink()
    assert elsewhere.read_bytes() == receipt_of("t-1")


def test_a_name_that_is_too_long_for_a_receipt_is_told_before_and_after(tmp_path):
    video = tmp_path / ("n" * 250 + ".mp4")
    told = [f"the receipt {receipt_path(video)} cannot be written: file name too long"]
    assert list(problems([video], force=False)) == told
    assert is_missing(video)
    with pytest.raises(NotSavedError, match=r"but its receipt .*: file name too long") as caught:
        write_receipt(video, receipt_of("t-1"), "t-1", force=False)
    assert "pixverse download t-1 --receipt" in caught.value.hint


def test_a_link_to_nothing_in_the_place_of_a_receipt_is_not_a_missing_receipt(video):
    assert is_missing(video)
    receipt_path(video).symlink_to("nowhere")
    assert not is_missing(video)
