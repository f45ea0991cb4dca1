"""The video host: files under a path with %2F in it, by range if asked, and its troubles."""

from dataclasses import replace

from pixverse_cli.sandbox import answers, ranges
from pixverse_cli.sandbox.account import Account
from pixverse_cli.sandbox.exchange import Answer, Ending, Request
from pixverse_cli.sandbox.scenarios import Troubles
from pixverse_cli.sandbox.studio import Film

_FOLDER = "/pixverse%2Fmp4%2Fmedia%2Fweb%2Fori%2F"  # as PixVerse's own links have it
_MISSING = 37  # bytes


def video_path(name: str) -> str:
    """Return the path of a link; it counts only as spelt, with its percent signs."""
    return f"{_FOLDER}{name}.mp4"


class VideoHost:
    """Answers requests for videos; ``elsewhere`` is the origin it may redirect to."""

    def __init__(self, *, account: Account, troubles: Troubles, elsewhere: str = "") -> None:
        self._account = account
        self._troubles = troubles
        self._elsewhere = elsewhere

    def __call__(self, request: Request) -> Answer:
        """Answer one request."""
        if "authorization" in request.headers:  # the key of the API has no business here
            return answers.page(400)
        if request.method not in ("GET", "HEAD"):
            return answers.page(405)
        name = request.path.removeprefix(_FOLDER).removesuffix(".mp4")
        if video_path(name) != request.path or not self._account.links.task_id(name):
            return answers.page(404)
        if self._elsewhere:
            target = ("Location", self._elsewhere + request.target)
            return Answer(status=302, headers=(target,))
        return self._befallen(request, name) or self._film(request, name)

    def _befallen(self, request: Request, name: str) -> Answer | None:
        if self._troubles.strikes("link-dead"):
            self._account.links.kill(name)
            return answers.page(403)
        if self._troubles.strikes("not-a-video"):
            return answers.page(200)
        mishap = self._troubles.mishap(request.path)
        if mishap is None:
            return None
        return answers.page(mishap) if mishap else Answer(status=0, ending=Ending.RESET)

    def _film(self, request: Request, name: str) -> Answer:
        film = self._account.linked(name)
        if film is None:
            return answers.page(404)
        if self._troubles.on("unsure"):
            answer = Answer(status=200, headers=(_KIND,), body=film.path.read_bytes())
        else:
            answer = _part(film, request)
        return self._spoilt(answer) if request.method == "GET" else answer

    def _spoilt(self, answer: Answer) -> Answer:
        if self._troubles.strikes("truncated"):
            return replace(answer, ending=Ending.CUT)
        if not self._troubles.strikes("wrong-length"):
            return answer
        if len(answer.body) % 2:  # as good as tossing a coin, and the same in each run
            return replace(answer, body=answer.body + b"\0" * _MISSING)
        return replace(answer, body=answer.body[:-_MISSING])


_KIND = ("Content-Type", "video/mp4")


def _part(film: Film, request: Request) -> Answer:
    headers = (_KIND, ("Accept-Ranges", "bytes"), ("ETag", film.etag))
    try:
        asked = ranges.asked(request.headers, length=film.length, etag=film.etag)
    except ranges.Unsatisfiable:
        return Answer(status=416, headers=(*headers, ("Content-Range", f"bytes */{film.length}")))
    wanted = asked or range(film.length)
    with film.path.open("rb") as file:
        file.seek(wanted.start)
        body = file.read(len(wanted))
    if asked is None:
        return Answer(status=200, headers=headers, body=body)
    span = f"bytes {asked.start}-{asked.stop - 1}/{film.length}"
    return Answer(status=206, headers=(*headers, ("Content-Range", span)), body=body)
