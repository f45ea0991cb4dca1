"""The vendor's own SDK, unchanged, against the sandbox: upload, create, wait, list, cancel."""

import json
import os
import subprocess
import sys

import requests

from .caller import V6

SCRIPT = """
import json
import sys

from dashscope import VideoSynthesis

model, image = sys.argv[1:]
options = {"resolution": "360P", "duration": 1, "watermark": True, "shot_type": "multi"}
order = {"model": model, "prompt": "A turtle.", **options}
media = [{"type": "image_url", "url": "file://" + image}]

created = VideoSynthesis.async_call(media=media, audio=True, **order)
ended = VideoSynthesis.wait(created)
queried = VideoSynthesis.fetch(created.output.task_id)
listed = VideoSynthesis.list(model_name=model, status="SUCCEEDED")
canceled = VideoSynthesis.cancel(created)
wrong = {**order, "model": "pixverse/no-such"}
refused = VideoSynthesis.async_call(media=[{"type": "image_url", "url": "http://x/y"}], **wrong)
print(json.dumps({
    "created": [created.status_code, created.output.task_status, created.request_id],
    "media": media,
    "ended": [ended.status_code, ended.output.task_status, ended.output.video_url],
    "usage": dict(ended.usage),
    "queried": queried.output.task_status,
    "listed": [listed.status_code, listed.output],
    "canceled": [canceled.status_code, canceled.code],
    "refused": [refused.status_code, refused.code, refused.message],
}, default=str))
"""


TEXT_SCRIPT = """
import json
import sys

from dashscope import VideoSynthesis

options = {"size": "640*360", "duration": 1, "shot_type": "multi", "seed": 7}
ended = VideoSynthesis.call(model=sys.argv[1], prompt="A turtle.", **options)
print(json.dumps([ended.status_code, ended.output.task_status, dict(ended.usage)]))
"""


def printed_by(script, caller, home, *arguments):
    """Run a script with the SDK against a sandbox; return the JSON that it prints last."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith("DASHSCOPE")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, *arguments],
        env=keep | caller.sandbox.environment | {"HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_vendors_sdk_makes_a_video_from_text(call, tmp_path):
    caller = call(instant=True)
    status, state, usage = printed_by(TEXT_SCRIPT, caller, tmp_path, "pixverse/pixverse-v6-t2v")
    assert (status, state, usage["shot_type"]) == (200, "SUCCEEDED", "multi")
    (task,) = caller.sandbox.account.tasks
    assert (task.order.size, task.order.seed, task.order.media) == ("640*360", 7, ())


def test_the_vendors_sdk_works_with_the_sandbox(call, encoded, tmp_path):
    caller = call(instant=True)
    image = tmp_path / "image.png"
    image.write_bytes(encoded())
    result = printed_by(SCRIPT, caller, tmp_path, V6, str(image))

    assert result["created"][:2] == [200, "PENDING"]
    assert result["media"][0]["url"].startswith("oss://dashscope-instant/")
    assert result["ended"][:2] == [200, "SUCCEEDED"]
    assert result["usage"]["SR"] == "360"
    assert result["queried"] == "SUCCEEDED"
    assert result["listed"][0] == 200
    assert result["canceled"] == [400, "UnsupportedOperation"]
    assert result["refused"] == [400, "InvalidParameter", "Model not exist."]
    assert requests.get(result["ended"][2], timeout=5).content[4:8] == b"ftyp"

    (task,) = caller.sandbox.account.tasks
    assert (task.prompt, task.order.audio, task.order.watermark) == ("A turtle.", True, True)
    assert task.order.picture == image.read_bytes()
    hosts = {call.host for call in caller.sandbox.calls if call.authorized}
    assert hosts == {"api"}
