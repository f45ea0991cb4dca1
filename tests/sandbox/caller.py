"""A plain client of the service, on top of requests, that returns the raw responses."""

import time
from datetime import UTC, datetime, timedelta

import requests

from pixverse_cli.sandbox import Sandbox

V6 = "pixverse/pixverse-v6-it2v"
C1 = "pixverse/pixverse-c1-it2v"
V56 = "pixverse/pixverse-v5.6-it2v"

CREATE = "/services/aigc/video-generation/video-synthesis"
PICTURE = "https://example.com/turtle.webp"
TIMEOUT = 20


class HandClock:
    """A clock that moves only when ``sleep`` is called."""

    def __init__(self):
        self._now = datetime(2026, 3, 20, 3, 48, 50, 499_000, tzinfo=UTC)

    def now(self):
        return self._now

    def monotonic(self):
        return self._now.timestamp()

    def sleep(self, seconds):
        self._now += timedelta(seconds=seconds)


class Caller:
    """Calls one sandbox; each call uses a new connection."""

    def __init__(self, sandbox: Sandbox):
        self.sandbox = sandbox
        self.headers = {"Authorization": f"Bearer {sandbox.api_key}"}

    def call(self, method, path, **options):
        options.setdefault("headers", self.headers)
        url = self.sandbox.base_url + path
        return requests.request(method, url, timeout=TIMEOUT, **options)

    def policy(self, **query):
        query = {"action": "getPolicy", "model": V6} | query
        return self.call("GET", "/uploads", params=query)

    def post_form(self, data, *, fields=None, files=None, host=None, headers=None):
        """Post a file as the page describes, with the policy's fields or the given ones."""
        fields = fields or form_fields(self.policy().json()["data"])
        files = files if files is not None else {"file": data}
        host = host or self.sandbox.upload_host
        return requests.post(host, data=fields, files=files, headers=headers, timeout=TIMEOUT)

    def upload(self, data, name="image.png", *, model=V6):
        fields = form_fields(self.policy(model=model).json()["data"], name)
        answer = self.post_form(data, fields=fields)
        assert answer.status_code == 200, answer.text
        return f"oss://{fields['key']}"

    def create(self, body=None, *, headers=None, **changes):
        resolve = {"X-DashScope-Async": "enable", "X-DashScope-OssResourceResolve": "enable"}
        return self.call(
            "POST",
            CREATE,
            json=body if body is not None else order(**changes),
            headers=self.headers | resolve | (headers or {}),
        )

    def accepted(self, **changes):
        answer = self.create(**changes)
        assert answer.status_code == 200, answer.text
        return answer.json()["output"]["task_id"]

    def query(self, task_id):
        return self.call("GET", f"/tasks/{task_id}").json()

    def ended(self, task_id):
        """Query the task ten times a second until it has ended; return the last body."""
        for _ in range(200):
            body = self.query(task_id)
            if body["output"]["task_status"] not in ("PENDING", "RUNNING"):
                return body
            time.sleep(0.1)
        raise AssertionError(body)

    def made(self, **changes):
        """Create a task, wait until it has succeeded, and return the body of the last query."""
        body = self.ended(self.accepted(**changes))
        assert body["output"]["task_status"] == "SUCCEEDED", body
        return body

    def rows(self, **query):
        return self.call("GET", "/tasks/", params=query).json()

    def cancel(self, task_id):
        return self.call("POST", f"/tasks/{task_id}/cancel")


def order(*, model=V6, url=PICTURE, prompt="A turtle.", media=None, without=(), **parameters):
    """Return the body of a create call; ``without`` names parameters to leave out."""
    parameters = {"resolution": "360P", "duration": 5} | parameters
    media = [{"type": "image_url", "url": url}] if media is None else media
    return {
        "model": model,
        "input": {"media": media, "prompt": prompt},
        "parameters": {name: value for name, value in parameters.items() if name not in without},
    }


def form_fields(policy, name="image.png"):
    return {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "Signature": policy["signature"],
        "policy": policy["policy"],
        "key": f"{policy['upload_dir']}/{name}",
        "x-oss-object-acl": policy["x_oss_object_acl"],
        "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
        "success_action_status": "200",
    }
