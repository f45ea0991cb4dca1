"""The video host: whole files, ranges, and links that work only as they are written."""

import pytest

from pixverse_cli.sandbox.ranges import Unsatisfiable, requested

ETAG = '"ABC"'


@pytest.fixture
def url(call):
    return call().made(duration=1)["output"]["video_url"]


def test_a_video_is_served_whole(url, fetch):
    answer = fetch(url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.content[4:8] == b"ftyp"


def test_head_returns_the_same_headers_without_a_body(url, fetch):
    answer, whole = fetch(url, method="HEAD"), fetch(url)
    assert answer.content == b""
    assert answer.headers["Content-Length"] == str(len(whole.content))
    assert answer.headers["ETag"] == whole.headers["ETag"]


def test_a_part_is_served_by_range(url, fetch):
    whole = fetch(url)
    length = len(whole.content)
    answer = fetch(url, Range="bytes=100-", If_Range=whole.headers["ETag"])
    assert (answer.status_code, answer.content) == (206, whole.content[100:])
    assert answer.headers["Content-Range"] == f"bytes 100-{length - 1}/{length}"


def test_a_range_for_another_etag_gets_the_whole_file(url, fetch):
    answer = fetch(url, Range="bytes=100-", If_Range='"other"')
    assert (answer.status_code, answer.content) == (200, fetch(url).content)


def test_a_range_after_the_end_gets_416(url, fetch):
    length = len(fetch(url).content)
    answer = fetch(url, Range=f"bytes={length}-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{length}"


def test_the_scenario_unsure_serves_no_ranges(call, fetch):
    url = call("unsure").made(duration=1)["output"]["video_url"]
    answer = fetch(url, Range="bytes=100-")
    assert answer.status_code == 200
    assert not {"ETag", "Accept-Ranges"} & set(answer.headers)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-", range(100)),
        ("bytes=10-19", range(10, 20)),
        ("bytes=90-500", range(90, 100)),
        ("bytes=-7", range(93, 100)),
        ("bytes=-700", range(100)),
        ("bytes=-", None),
        ("bytes=9-5", None),
        ("bytes=0-1,5-6", None),
        ("chunks=0-1", None),
        ("bytes=x-", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_range_headers_are_parsed_as_http_defines_them(header, expected):
    headers = {"range": header} if header else {}
    assert requested(headers, length=100, etag=ETAG) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_without_a_byte_is_unsatisfiable(header):
    with pytest.raises(Unsatisfiable):
        requested({"range": header}, length=100, etag=ETAG)


def test_only_the_exact_path_of_a_video_works(url, fetch):
    assert "%2F" in url
    assert fetch(url.replace("%2F", "/")).status_code == 404
    assert fetch(url.replace("_seed", "_sead")).status_code == 404


def test_the_video_host_refuses_a_bearer_token(url, fetch):
    assert fetch(url, Authorization="Bearer x").status_code == 400


def test_the_video_host_refuses_put(url, fetch):
    assert fetch(url, method="PUT").status_code == 405


def test_api_uploads_and_videos_have_three_different_origins(call):
    sandbox = call().sandbox
    assert (
        len({sandbox.base_url, sandbox.upload_host + "/api/v1", sandbox.video_host + "/api/v1"})
        == 3
    )
