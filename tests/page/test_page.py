"""The page of all videos: what is in it, and that nothing hostile acts in it."""

import html
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.reporting.page import page, write_page

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> \x1b[31m\u202e"


@pytest.fixture
def record(tmp_path):
    video = tmp_path / "clips" / "海 龟#1.mp4"
    video.parent.mkdir()
    video.write_bytes(b"video")
    return Record(
        number=1,
        status=Status.SUCCEEDED,
        service="https://dashscope.aliyuncs.com/api/v1",
        task_id="0385dc79-5ff8-4d82-bcb6-000000000001",
        model="pixverse/pixverse-v6-it2v",
        image="shots/turtle.webp",
        prompt="A turtle\nrises",
        resolution="720P",
        duration=5,
        fingerprint="f",
        estimate=Decimal("1.35"),
        submitted_at=NOON,
        ended_at=NOON + timedelta(seconds=56),
        usage={"duration": 5, "SR": "720", "audio": False, "size": "992*944"},
        file=str(video),
    )


def test_a_video_s_path_is_relative_so_that_the_folder_can_be_moved(record, tmp_path):
    assert 'data-src="clips/%E6%B5%B7%20%E9%BE%9F%231.mp4"' in page([record], tmp_path, NOON)
    assert 'data-src="../clips/' in page([record], tmp_path / "pages", NOON)


def test_a_card_shows_what_is_known(record, tmp_path):
    text = html.unescape(re.sub(r"<[^>]*>", " ", page([record], tmp_path, NOON)))
    for told in ("shots/turtle.webp", "A turtle\nrises", "SUCCEEDED", "v6", "720P, 5 s"):
        assert told in text
    for told in ("992x944", "1.35 CNY", "56 s", record.task_id):
        assert told in text


def test_a_card_holds_the_command_that_makes_the_video_again(record, tmp_path):
    text = html.unescape(page([record], tmp_path, NOON))
    expected = r"pixverse submit shots/turtle.webp -p $'A turtle\nrises' -m v6 -r 720P -d 5 --wait"
    assert f"<pre>{expected}</pre>" in text


def test_what_is_not_on_this_disk_has_no_player(record, tmp_path):
    unsaved = replace(record, file=None)
    failed = replace(record, status=Status.FAILED, file=None, error_code="InvalidParameter")
    text = page([unsaved, failed, replace(record, file="/gone.mp4")], tmp_path, NOON)
    assert "<video" not in text
    assert text.count("pixverse download 0385dc79") == 2
    assert "InvalidParameter" in text


@pytest.mark.parametrize("field", ["image", "prompt", "error_message", "task_id", "model"])
def test_hostile_text_stays_text(record, tmp_path, field):
    hostile = replace(record, file=None, **{field: HOSTILE}, usage={"size": HOSTILE})
    text = page([hostile], tmp_path, NOON)
    assert text.count("<script>") == 1
    assert "<img" not in text
    assert not set(text) & set("\x1b\u202e")


def test_nothing_but_the_page_s_own_script_and_style_may_run(record, tmp_path):
    text = page([record], tmp_path, NOON)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_an_earlier_page_is_replaced_and_nothing_else(record, tmp_path):
    path = tmp_path / "videos.html"
    write_page(path, [], NOON)
    write_page(path, [record], NOON)
    assert "turtle.webp" in path.read_text(encoding="utf-8")
    other = tmp_path / "mine.html"
    other.write_text("<p>mine</p>")
    for taken in (other, tmp_path):
        with pytest.raises(UsageError, match="did not make"):
            write_page(taken, [], NOON)
    assert other.read_text() == "<p>mine</p>"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="no such file or directory"):
        write_page(tmp_path / "gone" / "videos.html", [], NOON)


@pytest.mark.parametrize("other", ["--remote", "--json"])
def test_a_page_is_not_combined_with_another_output(pixverse, tmp_path, other):
    ran = pixverse("list", "--html", "videos.html", other)
    assert ran.code == 2
    assert "--html" in ran.stderr
    assert not (tmp_path / "videos.html").exists()
