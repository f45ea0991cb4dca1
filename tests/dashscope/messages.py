"""HTTP messages as bytes: built and parsed."""

import json

from pixverse_cli.dashscope import wire
from pixverse_cli.domain.catalog import Role
from pixverse_cli.domain.plan import Input
from tests.servers import answer

JSON = {"content_type": "application/json"}
ACCEPTED = {
    "output": {"task_status": "PENDING", "task_id": "0385dc79-5ff8-4d82"},
    "request_id": "r",
}


def json_answer(body, status="200 OK", **headers):
    """Return an answer with a JSON body."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return answer(data, status=status, **JSON | headers)


def refused(code, message="no", status="400 Bad Request", **headers):
    body = {"code": code, "message": message, "request_id": "r-7"}
    return json_answer(body, status, **headers)


def cut(body, status="200 OK", more=10):
    """Return an answer that ends before its announced length."""
    return json_answer(body, status, content_length=str(len(body) + more))


def parse_request(request):
    """Return the request line, its headers in lower case, and its body."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    headers = {name.lower(): value for name, value in pairs}
    assert len(headers) == len(pairs), "a header was sent twice"
    return first, headers, body


def body_of(request, url):
    """Return the JSON of a create call for one image."""
    return wire.create_body(request, [(Input(Role.IMAGE, url, url), url)])
