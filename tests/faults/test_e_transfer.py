"""E. The output file: the video on its way (rows 62 to 66)."""

from tests.faults.case import Case, parameters
from tests.faults.service import TASK, VIDEO, finished, mp4
from tests.servers import RESET, answer

LENGTH = len(VIDEO)
ETAG = {"etag": '"v1"'}
NOT_SAVED = {"code": 11, "charged": "yes", "saved": 0, "store": ("SUCCEEDED",)}
SAVED = {"code": 0, "saved": 1, "parts": 0, "store": ("SUCCEEDED",)}
HALF = mp4(**ETAG)[: -len(VIDEO) // 2]
HTML = answer(b"<html>Not here</html>", content_type="text/html", connection="close")


def nothing(_directory):
    """Prepare nothing."""


def fetched(*answers, options=(), prepare=nothing, inside=True, query=None):
    """Return a download whose video host answers so."""

    def download(world):
        world.serve(video=list(answers), query=query or [finished()])
        world.know()
        prepare(world.directory)
        run = world.run_inside if inside else world.run
        return run("download", TASK, *options)

    return download


def whole(world, _ran):
    (video,) = world.videos
    assert video.read_bytes() == VIDEO


def part_range(start, *, end=LENGTH, **headers):
    span = f"bytes {start}-{end - 1}/{LENGTH}"
    fields = ETAG | {"content_range": span, "connection": "close"} | headers
    return answer(VIDEO[start:end], status="206 Partial Content", **fields)


def rest(request):
    """Answer a request for a range as it should be answered."""
    start = int(request.partition(b"bytes=")[2].partition(b"-")[0])
    return [part_range(start)]


def resumed(world, ran):
    whole(world, ran)
    second = world.service.sent["video"][1]
    assert f"bytes={len(HALF) - HALF.index(b'ftyp') + 4}-".encode() in second
    assert b'If-Range: "v1"' in second


def asked_once_more(world, _ran):
    assert (world.service.counts["query"], world.service.counts["video"]) == (2, 2)


CASES = (
    Case(62, "cut short", fetched(HALF, [rest]), **SAVED, also=resumed),
    Case(62, "reset", fetched([HALF, RESET], [rest]), **SAVED, also=whole),
    Case(
        63,
        "cut without a length",
        fetched(mp4(content_length=None)[:-9], mp4()),
        **SAVED,
        also=whole,
    ),
    Case(
        63,
        "always cut without a length",
        fetched(mp4(content_length=None)[:-9]),
        **NOT_SAVED,
        retryable=True,
    ),
    *(
        Case(64, what, fetched(HALF, second, mp4(**ETAG)), **SAVED, also=whole)
        for what, second in (
            ("range answered 200", mp4(**ETAG)),
            ("range answered 416", answer(status="416 No", content_range="bytes */9")),
            ("range from a wrong start", part_range(100)),
            ("range of another video", part_range(0, etag='"v2"')),
            ("range that ends early", part_range(20_000, end=30_000)),
        )
    ),
    *(
        Case(65, what, fetched(wrong), **NOT_SAVED, retryable=False, parts=0, also=asked_once_more)
        for what, wrong in (
            ("HTML", HTML),
            ("XML", answer(b"<?xml version='1.0'?><Error/>", connection="close")),
            ("nothing", answer(b"", connection="close")),
            ("not an MP4", answer(b"RIFF" * 999, connection="close")),
            ("a whole length of half a video", answer(VIDEO[:20_000], connection="close")),
        )
    ),
    Case(65, "HTML at first", fetched(HTML, mp4()), **SAVED, also=whole),
    Case(
        66, "403 at first", fetched(answer(status="403 No"), mp4()), **SAVED, also=asked_once_more
    ),
    Case(
        66,
        "404 for ever",
        fetched(answer(status="404 No")),
        **NOT_SAVED,
        retryable=False,
        also=asked_once_more,
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
