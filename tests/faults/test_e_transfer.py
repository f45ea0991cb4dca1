"""E. The output file: the transfer of the video (rows 62 to 66)."""

from tests.faults.case import Case, parameters
from tests.faults.service import TASK, VIDEO, mp4, succeeded
from tests.servers import RESET, answer

LENGTH = len(VIDEO)
ETAG = {"etag": '"v1"'}
NOT_SAVED = {"code": 11, "charged": "yes", "saved": 0, "store": ("SUCCEEDED",)}
SAVED = {"code": 0, "saved": 1, "parts": 0, "store": ("SUCCEEDED",)}
HALF = mp4(**ETAG)[: -len(VIDEO) // 2]
HTML = answer(b"<html>Not here</html>", content_type="text/html", connection="close")


def prepare_nothing(_directory):
    """Prepare nothing."""


def download_from(*answers, options=(), prepare=prepare_nothing, inside=True, query=None):
    """Return a download whose video host gives these answers in turn."""

    def download(world):
        world.serve(video=list(answers), query=query or [succeeded()])
        world.add_task()
        prepare(world.directory)
        run = world.run_inside if inside else world.run
        return run("download", TASK, *options)

    return download


def complete(world, _ran):
    (video,) = world.videos
    assert video.read_bytes() == VIDEO


def part_range(start, *, end=LENGTH, **headers):
    span = f"bytes {start}-{end - 1}/{LENGTH}"
    fields = ETAG | {"content_range": span, "connection": "close"} | headers
    return answer(VIDEO[start:end], status="206 Partial Content", **fields)


def rest(request):
    """Answer a request for a range correctly."""
    start = int(request.partition(b"bytes=")[2].partition(b"-")[0])
    return [part_range(start)]


def resumed(world, ran):
    complete(world, ran)
    second = world.service.sent["video"][1]
    assert f"bytes={len(HALF) - HALF.index(b'ftyp') + 4}-".encode() in second
    assert b'If-Range: "v1"' in second


def queried_twice(world, _ran):
    assert (world.service.counts["query"], world.service.counts["video"]) == (2, 2)


CASES = (
    Case(62, "cut short", download_from(HALF, [rest]), **SAVED, also=resumed),
    Case(62, "reset", download_from([HALF, RESET], [rest]), **SAVED, also=complete),
    Case(
        63,
        "cut without a length",
        download_from(mp4(content_length=None)[:-9], mp4()),
        **SAVED,
        also=complete,
    ),
    Case(
        63,
        "always cut without a length",
        download_from(mp4(content_length=None)[:-9]),
        **NOT_SAVED,
        retryable=True,
    ),
    *(
        Case(64, what, download_from(HALF, second, mp4(**ETAG)), **SAVED, also=complete)
        for what, second in (
            ("range answered 200", mp4(**ETAG)),
            ("range answered 416", answer(status="416 No", content_range="bytes */9")),
            ("range from a wrong start", part_range(100)),
            ("range of another video", part_range(0, etag='"v2"')),
            ("range that ends early", part_range(20_000, end=30_000)),
        )
    ),
    *(
        Case(
            65,
            what,
            download_from(wrong),
            **NOT_SAVED,
            retryable=False,
            parts=0,
            also=queried_twice,
        )
        for what, wrong in (
            ("HTML", HTML),
            ("XML", answer(b"<?xml version='1.0'?><Error/>", connection="close")),
            ("an empty body", answer(b"", connection="close")),
            ("not an MP4", answer(b"RIFF" * 999, connection="close")),
            ("half a video with a matching length", answer(VIDEO[:20_000], connection="close")),
        )
    ),
    Case(65, "HTML at first", download_from(HTML, mp4()), **SAVED, also=complete),
    Case(
        66,
        "403 at first",
        download_from(answer(status="403 No"), mp4()),
        **SAVED,
        also=queried_twice,
    ),
    Case(
        66,
        "always 404",
        download_from(answer(status="404 No")),
        **NOT_SAVED,
        retryable=False,
        also=queried_twice,
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
