"""The upload host: OSS's PostObject, answering XML."""

import hashlib
import threading
from xml.sax.saxutils import escape

from pixverse_cli.sandbox import forms
from pixverse_cli.sandbox.exchange import Answer, Request
from pixverse_cli.sandbox.scenarios import Troubles
from pixverse_cli.sandbox.uploads import (
    BUCKET,
    MAX_FILE_MB,
    FormRefused,
    Uploads,
    expired,
    too_large,
)

MAX_BODY_BYTES = (MAX_FILE_MB + 1) * 1024 * 1024  # the file, and room for the other fields

_STATUSES = {"200": 200, "201": 201}
_ERROR = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>{code}</Code>\n'
    "  <Message>{message}</Message>\n  <RequestId>{request_id}</RequestId>\n"
    "  <HostId>{host}</HostId>\n</Error>\n"
)
_POSTED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>\n  <Bucket>{bucket}</Bucket>\n'
    "  <ETag>{etag}</ETag>\n  <Key>{key}</Key>\n</PostResponse>\n"
)


class Storage:
    """Answers requests to the upload host."""

    def __init__(self, *, uploads: Uploads, troubles: Troubles) -> None:
        self._uploads = uploads
        self._troubles = troubles
        self._lock = threading.Lock()
        self._count = 0

    def __call__(self, request: Request) -> Answer:
        """Answer one request; each answer has an x-oss-request-id."""
        with self._lock:
            self._count += 1
            identity = f"{self._count:024X}"
        try:
            return self._posted(request, identity)
        except FormRefused as refused:
            return _refusal(refused, request, identity)

    def _posted(self, request: Request, identity: str) -> Answer:
        _check_request(request)
        form = forms.read(request.headers.get("content-type", ""), request.body or b"")
        if self._troubles.strikes("upload-refused"):
            raise expired()
        self._uploads.take(form)
        etag = hashlib.md5(form.file, usedforsecurity=False).hexdigest().upper()
        status = _STATUSES.get(form.fields.get("success_action_status", ""), 204)
        key = escape(form.fields["key"])
        body = _POSTED.format(bucket=BUCKET, etag=etag, key=key).encode() if status == 201 else b""
        return _answer(status, body, identity, ("ETag", f'"{etag}"'))


def _check_request(request: Request) -> None:
    if "authorization" in request.headers:  # the key of the API has no business here
        message = "Authorization header is invalid."
        raise FormRefused(400, "InvalidArgument", message)
    if request.method != "POST" or request.path != "/":
        message = "The specified method is not allowed against this resource."
        raise FormRefused(405, "MethodNotAllowed", message)
    if request.headers.get("transfer-encoding"):
        message = "You must provide the Content-Length HTTP header."
        raise FormRefused(411, "MissingContentLength", message)
    if request.body is None:
        raise too_large()


def _refusal(refused: FormRefused, request: Request, identity: str) -> Answer:
    body = _ERROR.format(
        code=refused.code,
        message=escape(refused.message),
        request_id=identity,
        host=escape(request.headers.get("host", "")),
    )
    return _answer(refused.status, body.encode(), identity, ("Content-Type", "application/xml"))


def _answer(status: int, body: bytes, identity: str, header: tuple[str, str]) -> Answer:
    return Answer(status=status, headers=(("x-oss-request-id", identity), header), body=body)
