"""The temporary store: policies, forms, and the use of oss:// URLs."""

import base64
import http.client
import json
import re
from contextlib import closing
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
import requests

from .caller import C1, V6, form_fields


def oss_error(answer):
    root = ET.fromstring(answer.content)
    assert answer.headers["Content-Type"] == "application/xml"
    assert root.findtext("RequestId") == answer.headers["x-oss-request-id"]
    assert root.findtext("HostId")
    return answer.status_code, root.findtext("Code")


def test_a_policy_says_where_and_how_to_upload(call, clock):
    caller = call(clock=clock)
    body = caller.policy().json()
    data = body["data"]
    account = r"dashscope-instant/[0-9a-f]{32}/2026-03-20/"
    assert re.fullmatch(account + body["request_id"], data["upload_dir"])
    assert data["upload_host"] == caller.sandbox.upload_host != caller.sandbox.base_url[:-7]
    assert (data["expire_in_seconds"], data["max_file_size_mb"]) == (300, 100)
    assert (data["x_oss_object_acl"], data["x_oss_forbid_overwrite"]) == ("private", "true")
    policy = json.loads(base64.b64decode(data["policy"]))
    assert policy["expiration"] == "2026-03-20T03:53:50.499Z"
    assert ["starts-with", "$key", data["upload_dir"]] in policy["conditions"]


def test_each_policy_names_a_new_directory(call):
    caller = call()
    assert len({caller.policy().json()["data"]["upload_dir"] for _ in range(3)}) == 3


@pytest.mark.parametrize(
    "query",
    [
        "?action=getPolicy",
        "?action=getPolicy&model=",
        f"?model={V6.replace('/', '%2F')}",
        "?action=putPolicy&model=pixverse%2Fpixverse-v6-it2v",
        "?action=getPolicy&model=pixverse%2Fpixverse-v7-it2v",
    ],
)
def test_an_incomplete_policy_call_is_refused(call, query):
    answer = call().call("GET", f"/uploads{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


@pytest.mark.parametrize("model", [V6, V6.replace("/", "%2F"), V6.replace("/", "%2f")])
def test_the_slash_of_a_model_may_be_raw_or_encoded(call, model):
    answer = call().call("GET", f"/uploads?action=getPolicy&model={model}")
    assert (answer.status_code, "policy" in answer.json()["data"]) == (200, True)


def test_an_upload_gets_200_with_an_empty_body(call):
    answer = call().post_form(b"x")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["x-oss-request-id"]


@pytest.mark.parametrize(
    ("requested", "status"), [(None, 204), ("204", 204), ("201", 201), ("7", 204)]
)
def test_success_action_status_sets_the_status(call, requested, status):
    caller = call()
    fields = form_fields(caller.policy().json()["data"])
    fields["success_action_status"] = requested
    answer = caller.post_form(b"x", fields={name: value for name, value in fields.items() if value})
    assert answer.status_code == status
    if status == 201:
        assert ET.fromstring(answer.content).findtext("Key") == fields["key"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"key": None}, (400, "InvalidArgument")),
        ({"policy": None}, (400, "InvalidArgument")),
        ({"signature": "x", "Signature": None}, (400, "InvalidArgument")),
        ({"OSSAccessKeyId": "LTAI"}, (403, "InvalidAccessKeyId")),
        ({"Signature": "AAAA"}, (403, "SignatureDoesNotMatch")),
        ({"policy": "e30="}, (403, "SignatureDoesNotMatch")),
        ({"key": "elsewhere/image.png"}, (403, "AccessDenied")),
        ({"x-oss-object-acl": "public-read"}, (403, "AccessDenied")),
        ({"x-oss-forbid-overwrite": None}, (403, "AccessDenied")),
        ({"x-oss-meta-note": "x" * 5000}, (400, "FieldItemTooLong")),
    ],
)
def test_a_form_that_breaks_a_rule_is_refused(call, changes, expected):
    caller = call()
    fields = form_fields(caller.policy().json()["data"]) | changes
    fields = {name: value for name, value in fields.items() if value is not None}
    assert oss_error(caller.post_form(b"x", fields=fields)) == expected


def test_a_policy_is_valid_for_five_minutes_and_several_files(call, clock):
    caller = call(clock=clock)
    policy = caller.policy().json()["data"]
    assert caller.post_form(b"x", fields=form_fields(policy, "a.png")).status_code == 200
    clock.sleep(299)
    assert caller.post_form(b"x", fields=form_fields(policy, "b.png")).status_code == 200
    clock.sleep(1)
    answer = caller.post_form(b"x", fields=form_fields(policy, "c.png"))
    assert oss_error(answer) == (403, "AccessDenied")
    assert "Policy expired" in answer.text


def test_an_object_is_never_overwritten(call):
    caller = call()
    fields = form_fields(caller.policy().json()["data"])
    assert caller.post_form(b"x", fields=fields).status_code == 200
    assert oss_error(caller.post_form(b"x", fields=fields)) == (409, "FileAlreadyExists")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (["key", "file", "late"], "FieldItemTooLong"),
        (["key"], "IncorrectNumberOfFilesInPOSTRequest"),
        (["key", "file", "file"], "IncorrectNumberOfFilesInPOSTRequest"),
        (["key", "File"], "IncorrectNumberOfFilesInPOSTRequest"),
    ],
)
def test_a_form_must_have_exactly_one_file_as_its_last_field(call, parts, code):
    files = [(name, (None, "x") if name in ("key", "late") else ("f.png", b"x")) for name in parts]
    answer = requests.post(call().sandbox.upload_host, files=files, timeout=5)
    assert oss_error(answer) == (400, code)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nno end"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\ncut"),
    ],
)
def test_a_body_that_is_not_a_form_is_malformed(call, kind, body):
    host = call().sandbox.upload_host
    answer = requests.post(host, data=body, headers={"Content-Type": kind}, timeout=5)
    assert oss_error(answer) == (400, "MalformedPOSTRequest")


def test_a_file_above_the_limit_is_too_large(call):
    host = urlsplit(call().sandbox.upload_host)
    with closing(http.client.HTTPConnection(host.hostname, host.port, timeout=5)) as connection:
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str(300 * 1024 * 1024))
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 400
        assert b"<Code>EntityTooLarge</Code>" in answer.read()


def test_an_upload_needs_a_content_length(call):
    answer = requests.post(call().sandbox.upload_host, data=iter([b"x"]), timeout=5)
    assert oss_error(answer) == (411, "MissingContentLength")


def test_the_store_refuses_a_bearer_token(call):
    caller = call()
    answer = caller.post_form(b"x", headers=caller.headers)
    assert oss_error(answer) == (400, "InvalidArgument")


def test_the_store_refuses_get(call):
    answer = requests.get(call().sandbox.upload_host + "/dashscope-instant/x", timeout=5)
    assert oss_error(answer) == (405, "MethodNotAllowed")


def test_the_videos_shape_follows_the_uploaded_image(call, encoded):
    caller = call()
    url = caller.upload(encoded("WEBP", size=(300, 600)))
    assert caller.made(url=url)["usage"]["size"] == "48*96"


def refused_with(caller, url, **options):
    answer = caller.create(url=url, **options)
    assert answer.status_code == 400
    assert caller.sandbox.account.tasks == ()
    return answer.json()["code"], answer.json()["message"]


def test_an_oss_url_needs_the_resolve_header(call, encoded):
    caller = call()
    headers = {"X-DashScope-OssResourceResolve": None}
    code, message = refused_with(caller, caller.upload(encoded()), headers=headers)
    assert code == "invalid_parameter_error"
    assert "does not appear to be valid" in message


def test_an_upload_is_bound_to_its_model(call, encoded):
    caller = call()
    url = caller.upload(encoded(), model=C1)
    assert "authorization" in refused_with(caller, url)[1]
    assert caller.accepted(url=url, model=C1)


def test_an_upload_expires_after_48_hours(call, clock, encoded):
    caller = call(clock=clock)
    url = caller.upload(encoded())
    clock.sleep(48 * 3600)
    assert "Failed to find" in refused_with(caller, url)[1]


def test_an_object_that_was_never_uploaded_is_not_found(call):
    assert "Failed to find" in refused_with(call(), "oss://dashscope-instant/x/y.png")[1]
