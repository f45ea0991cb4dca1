"""The upload host: OSS's PostObject, with replies in XML."""

import hashlib
import threading
from xml.sax.saxutils import escape

from pixverse_cli.sandbox import forms
from pixverse_cli.sandbox.exchange import Reply, Request
from pixverse_cli.sandbox.scenarios import ActiveScenarios
from pixverse_cli.sandbox.uploads import (
    BUCKET,
    MAX_FILE_MB,
    FormRefused,
    UploadStore,
    expired,
    too_large,
)

MAX_BODY_BYTES = (MAX_FILE_MB + 1) * 1024 * 1024  # the file and the other fields

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

    def __init__(self, *, uploads: UploadStore, scenarios: ActiveScenarios) -> None:
        self._uploads = uploads
        self._scenarios = scenarios
        self._lock = threading.Lock()
        self._count = 0

    def __call__(self, request: Request) -> Reply:
        """Answer one request; each reply has an x-oss-request-id."""
        with self._lock:
            self._count += 1
            request_id = f"{self._count:024X}"
        try:
            return self._posted(request, request_id)
        except FormRefused as refused:
            return _refusal(refused, request, request_id)

    def _posted(self, request: Request, request_id: str) -> Reply:
        _check_request(request)
        form = forms.read(request.headers.get("content-type", ""), request.body or b"")
        if self._scenarios.applies("upload-refused"):
            raise expired()
        self._uploads.store(form)
        etag = hashlib.md5(form.file, usedforsecurity=False).hexdigest().upper()
        status = _STATUSES.get(form.fields.get("success_action_status", ""), 204)
        key = escape(form.fields["key"])
        body = _POSTED.format(bucket=BUCKET, etag=etag, key=key).encode() if status == 201 else b""
        return _reply(status, body, request_id, ("ETag", f'"{etag}"'))


def _check_request(request: Request) -> None:
    if "authorization" in request.headers:  # the API key must not be sent to this host
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


def _refusal(refused: FormRefused, request: Request, request_id: str) -> Reply:
    body = _ERROR.format(
        code=refused.code,
        message=escape(refused.message),
        request_id=request_id,
        host=escape(request.headers.get("host", "")),
    )
    return _reply(refused.status, body.encode(), request_id, ("Content-Type", "application/xml"))


def _reply(status: int, body: bytes, request_id: str, header: tuple[str, str]) -> Reply:
    return Reply(status=status, headers=(("x-oss-request-id", request_id), header), body=body)
