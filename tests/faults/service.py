"""A service that answers each kind of call with exactly the given bytes.

Each route has a list of scripts (see :mod:`tests.servers`): the first call gets the first one,
and all calls after the last script get the last one. Unlike a sandbox it has no logic.
"""

import contextlib
import json
import re
import socket

from tests.media.video.boxes import video
from tests.servers import Script, ScriptedServer, answer

KEY = "sk-canary-0123456789abcdef"
TASK = "0385dc79-5ff8-4d82-bcb6-000000000001"
OTHER = "0385dc79-5ff8-4d82-bcb6-000000000002"
POLICY = "CANARYPOLICYeyJleHBpcmF0aW9uIjoiMjAyNiJ9"
SIGNATURE = "CANARYSIGNATUREkQm9BZ0E="
PROXY_PASSWORD = "CANARYPROXYPASSWORD"
LINK_SIGNATURE = "CANARYLINKSIGNATURE"
VIDEO = video(90_000)

_ROUTES = (
    ("create", rb"POST /api/v1/services/"),
    ("cancel", rb"POST /api/v1/tasks/[^/ ]+/cancel"),
    ("policy", rb"GET /api/v1/uploads\?"),
    ("listing", rb"GET /api/v1/tasks/?(\?| )"),
    ("query", rb"GET /api/v1/tasks/[^/ ]+ "),
    ("upload", rb"POST /bucket"),
    ("video", rb"GET "),
)


def as_json(body, *, status="200 OK", **headers):
    """Return a JSON answer; a ``body`` that is text is sent unchanged."""
    text = body if isinstance(body, str) else json.dumps(body)
    fields = {"content_type": "application/json", "connection": "close"} | headers
    return answer(text.encode(), status=status, **fields)


def accepted(task_id=TASK, **output):
    output = {"task_status": "PENDING", "task_id": task_id} | output
    return as_json({"output": output, "request_id": "4909100c-7b5a-9f92-bfe5-000000000001"})


def task_is(status, task_id=TASK, **output):
    """Return the answer to a query of a task with this status."""
    output = {"task_id": task_id, "task_status": status} | output
    return as_json({"output": output, "request_id": "7df19cf7-d76c-4bb8-b4c5-000000000001"})


def succeeded(url=None, task_id=TASK, prompt="A turtle", **output):
    """Return a script that answers SUCCEEDED; by default the video's URL is on this server."""

    def steps(request):
        host = re.search(rb"\r\nhost: *(\S+)", request, re.IGNORECASE)[1].decode()
        link = url or f"http://{host}/video.mp4?Signature={LINK_SIGNATURE}"
        return [
            task_is("SUCCEEDED", task_id, **{"orig_prompt": prompt, "video_url": link} | output)
        ]

    return [steps]


def refusal(status, code, message="Refused.", **headers):
    body = {"code": code, "message": message, "request_id": "7438d53d-6eb8-4596-8835-000000000001"}
    return as_json(body, status=status, **headers)


def task_list(*tasks, date=None, **page):
    """Return a page of the task list."""
    whole = {"total": len(tasks), "total_page": 1, "page_no": 1, "page_size": 100} | page
    return as_json(whole | {"data": list(tasks)}, date=date)


def list_row(task_id, moment, *, status="RUNNING", model="pixverse/pixverse-v6-it2v"):
    """Return a row of the task list, submitted at ``moment`` (aware)."""
    at = round(moment.timestamp() * 1000)
    return {"task_id": task_id, "status": status, "model_name": model, "gmt_create": at}


def upload_policy(request, *, megabytes=20):
    """Answer with a policy for files up to this size, whose upload host is this server."""
    host = re.search(rb"\r\nhost: *(\S+)", request, re.IGNORECASE)[1].decode()
    data = {
        "policy": POLICY,
        "signature": SIGNATURE,
        "upload_dir": "dashscope-instant/x",
        "upload_host": f"http://{host}/bucket",
        "expire_in_seconds": 300,
        "max_file_size_mb": megabytes,
        "oss_access_key_id": "LTAI-canary",
        "x_oss_object_acl": "private",
        "x_oss_forbid_overwrite": "true",
    }
    return [as_json({"request_id": "1", "data": data})]


def mp4(body=VIDEO, **headers):
    return answer(body, **{"content_type": "video/mp4", "connection": "close"} | headers)


_DEFAULT_ROUTES = {
    "create": [accepted()],
    "cancel": [as_json({"request_id": "1"})],
    "policy": [[upload_policy]],
    "listing": [task_list()],
    "query": [succeeded()],
    "upload": [answer(connection="close")],
    "video": [mp4()],
}


class Service(ScriptedServer):
    """Answers by route; ``counts`` has the number of calls of each, ``sent`` their requests."""

    def __init__(self, *, tls=None, **routes):
        super().__init__(tls=tls)
        self._routes = dict(_DEFAULT_ROUTES)
        self.counts = dict.fromkeys(self._routes, 0)
        self._next_script = dict.fromkeys(self._routes, 0)
        self.set_routes(**routes)
        self.sent = {name: [] for name in self._routes}

    def set_routes(self, **routes):
        """Use these scripts for these routes from now on, starting with the first one."""
        for name, given in routes.items():
            self._routes[name] = given if isinstance(given, list) else [given]
            self._next_script[name] = 0

    @property
    def environment(self):
        return {"DASHSCOPE_API_KEY": KEY, "DASHSCOPE_HTTP_BASE_URL": f"{self.origin}/api/v1"}

    def __exit__(self, *_):
        super().__exit__(Service, *_)

    def _serve(self, connection, number):
        connection.settimeout(10)
        with contextlib.suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self._answer(connection, number)
        connection.close()

    def _answer(self, connection, number):
        while b"\r\n\r\n" not in self.requests[number]:
            received = connection.recv(65536)
            if not received:
                return
            self.requests[number] += received
        name = next(name for name, start in _ROUTES if re.match(start, self.requests[number]))
        script = self._script(name)
        if script.reads is None:
            self._read(connection, number, None)
        self.sent[name].append(self.requests[number])
        self._play(connection, script.steps, number)

    def _script(self, name):
        scripts = self._routes[name]
        script = scripts[min(self._next_script[name], len(scripts) - 1)]
        self.counts[name] += 1
        self._next_script[name] += 1
        if isinstance(script, Script):
            return script
        return Script([script] if isinstance(script, bytes) or callable(script) else script)


def unused_port():
    """Return a port of this machine on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
