"""The video host: files under a path that contains %2F, with ranges and chosen failures."""

from dataclasses import replace

from pixverse_cli.domain.clock import Clock
from pixverse_cli.sandbox import ranges, replies
from pixverse_cli.sandbox.account import Account
from pixverse_cli.sandbox.exchange import Delivery, Reply, Request
from pixverse_cli.sandbox.scenarios import ActiveScenarios
from pixverse_cli.sandbox.studio import Film

_FOLDER = "/pixverse%2Fmp4%2Fmedia%2Fweb%2Fori%2F"  # as in PixVerse's own links
_LENGTH_ERROR = 37  # bytes
_LATE_SECONDS = 2.0


def video_path(name: str) -> str:
    """Return the path of a link; only this exact spelling, with its percent signs, works."""
    return f"{_FOLDER}{name}.mp4"


class VideoHost:
    """Answers requests for videos; ``elsewhere`` is the origin it may redirect to."""

    def __init__(
        self, *, account: Account, scenarios: ActiveScenarios, clock: Clock, elsewhere: str = ""
    ) -> None:
        self._account = account
        self._scenarios = scenarios
        self._clock = clock
        self._elsewhere = elsewhere

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if "authorization" in request.headers:  # the API key must not be sent to this host
            return replies.page(400)
        if request.method not in ("GET", "HEAD"):
            return replies.page(405)
        name = request.path.removeprefix(_FOLDER).removesuffix(".mp4")
        if video_path(name) != request.path or not self._account.links.task_id(name):
            return replies.page(404)
        if self._elsewhere:
            target = ("Location", self._elsewhere + request.target)
            return Reply(status=302, headers=(target,))
        return self._failure(request, name) or self._film(request, name)

    def _failure(self, request: Request, name: str) -> Reply | None:
        if self._scenarios.applies("slow-video"):
            self._clock.sleep(_LATE_SECONDS)
        if self._scenarios.applies("link-dead"):
            self._account.links.kill(name)
            return replies.page(403)
        if self._scenarios.applies("not-a-video"):
            return replies.page(200)
        status = self._scenarios.flaky_status(request.path)
        if status is None:
            return None
        return replies.page(status) if status else Reply(status=0, delivery=Delivery.RESET)

    def _film(self, request: Request, name: str) -> Reply:
        film = self._account.linked_film(name)
        if film is None:
            return replies.page(404)
        if self._scenarios.active("unsure"):
            reply = Reply(status=200, headers=(_MP4,), body=film.path.read_bytes())
        else:
            reply = _part(film, request)
        return self._damaged(reply) if request.method == "GET" else reply

    def _damaged(self, reply: Reply) -> Reply:
        if self._scenarios.applies("truncated"):
            return replace(reply, delivery=Delivery.CUT)
        if not self._scenarios.applies("wrong-length"):
            return reply
        if len(reply.body) % 2:  # longer or shorter about equally often, the same in each run
            return replace(reply, body=reply.body + b"\0" * _LENGTH_ERROR)
        return replace(reply, body=reply.body[:-_LENGTH_ERROR])


_MP4 = ("Content-Type", "video/mp4")


def _part(film: Film, request: Request) -> Reply:
    headers = (_MP4, ("Accept-Ranges", "bytes"), ("ETag", film.etag))
    try:
        requested = ranges.requested(request.headers, length=film.length, etag=film.etag)
    except ranges.Unsatisfiable:
        return Reply(status=416, headers=(*headers, ("Content-Range", f"bytes */{film.length}")))
    span = requested or range(film.length)
    with film.path.open("rb") as file:
        file.seek(span.start)
        body = file.read(len(span))
    if requested is None:
        return Reply(status=200, headers=headers, body=body)
    content_range = f"bytes {span.start}-{span.stop - 1}/{film.length}"
    return Reply(status=206, headers=(*headers, ("Content-Range", content_range)), body=body)
