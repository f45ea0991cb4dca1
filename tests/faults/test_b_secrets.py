"""B. Secrets and environment (rows 29 to 35). Every test ends with a search for secrets."""

import os
import re
import stat
import sys

from tests.faults.case import ALL, Case, Way, parameters
from tests.faults.service import (
    KEY,
    LINK_SIGNATURE,
    POLICY,
    SIGNATURE,
    succeeded,
)
from tests.faults.world import TURTLE
from tests.servers import answer

SAVED = {"code": 0, "creates": 1, "store": ("SUCCEEDED",), "saved": 1}
NO_KEY = {"code": 3, "charged": "no", "retryable": False, "creates": 0, "store": ()}
BOUGHT_AND_SAVED = ("submit", TURTLE, "-p", "A turtle", "--interval", "0.2", "-o", "out.mp4")


def with_netrc(world):
    """Submit, wait and save with another user's password for the host in ~/.netrc."""
    service = world.serve()
    netrc = world.home / ".netrc"
    netrc.write_text(
        "machine 127.0.0.1 login me password netrcsecret\ndefault login x password y\n"
    )
    netrc.chmod(0o600)
    ran = world.run(*BOUGHT_AND_SAVED, NETRC=netrc)
    sent = service.sent
    assert all(f"Bearer {KEY}".encode() in each for each in sent["create"] + sent["query"])
    assert all(f"Bearer {KEY}".encode() in each for each in sent["policy"])
    for request in sent["upload"] + sent["video"]:
        assert b"authorization" not in request.lower()
    return ran


def with_key(key):
    def submit(world):
        world.serve()
        return world.submit(DASHSCOPE_API_KEY=key)

    return submit


def with_key_in_file(content):
    def submit(world):
        world.serve()
        file = world.directory / "api_key"
        file.write_bytes(content)
        return world.submit(DASHSCOPE_API_KEY=None, DASHSCOPE_API_KEY_FILE_PATH=file)

    return submit


def key_is_not_printed(_world, ran):
    assert "halfkey" not in ran.stdout + ran.stderr


def verbose_run(world):
    """Upload, create, query and save with ``-vv``."""
    world.serve()
    ran = world.run(*BOUGHT_AND_SAVED, "-vv")
    world.run("status", "0385dc79", "-vv")
    world.run("list", "--remote", flags=())
    return ran


def secrets_are_masked(world, ran):
    assert "***" in ran.stderr
    for secret in (KEY, SIGNATURE, POLICY, LINK_SIGNATURE, "LTAI-canary"):
        assert not [each for each in world.heard if secret in each.stderr]


def dead_signed_link(world):
    url = f"http://127.0.0.1:1/video.mp4?Expires=1&Signature={LINK_SIGNATURE}"
    world.serve(query=[succeeded(url)])
    world.add_task()
    return world.run_inside("download", "0385dc79")


SPY = """\
import os, sys
assert "DASHSCOPE_API_KEY" not in os.environ, "the key is in the child's environment"
assert not [name for name in os.environ if "API_KEY" in name]
open("spied", "w").write(repr(sys.argv))
print("https://example.com/turtle.webp")
"""


def upload_command(world):
    world.serve()
    (world.directory / "spy.py").write_text(SPY)
    ran = world.run(
        *("submit", TURTLE, "-p", "A turtle"),
        *("--upload-command", f"{sys.executable} spy.py"),
        DASHSCOPE_API_KEY_FILE_PATH="/nowhere",
    )
    assert (world.directory / "spied").exists()
    return ran


def sandbox_child(world):
    """Run a child that checks that it has the sandbox's key and not the user's."""
    code = (
        "import os; key = os.environ['DASHSCOPE_API_KEY'];"
        f" assert key.startswith('sk-sandbox-') and {KEY[-9:]!r} not in str(os.environ)"
    )
    return world.run("sandbox", "--", sys.executable, "-c", code, flags=())


def readable_by_others(world):
    """Submit with a key file that others can read, and create the store with umask 0."""
    world.serve()
    file = world.directory / "api_key"
    file.write_text(KEY)
    file.chmod(0o644)
    return world.submit(
        DASHSCOPE_API_KEY=None, DASHSCOPE_API_KEY_FILE_PATH=file, preexec_fn=lambda: os.umask(0)
    )


def files_are_private_and_key_file_is_reported(world, ran):
    for path in (world.pixverse.state, *world.pixverse.state.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    if world.way is Way.PIPE:
        assert re.search("other people can read", ran.stderr)


def redirected_download(location, **routes):
    """Return a download whose video URL redirects to ``location``."""

    def download(world):
        steps = answer(status="302 Found", location=location, connection="close")
        world.serve(video=[steps], **routes)
        world.add_task()
        return world.run("download", "0385dc79")

    return download


def redirected_to_another_origin(world):
    other = world.serve()
    elsewhere = other.url("/elsewhere.mp4")
    world.serve(
        video=[answer(status="302 Found", location=elsewhere, connection="close")],
        query=[succeeded()],
    )
    world.add_task()
    ran = world.run("download", "0385dc79")
    assert [b"authorization" in sent.lower() for sent in other.sent["video"]] == [False]
    return ran


def upload_redirected(world):
    """Submit while the upload host redirects: the form with its signature is not sent again."""
    other = world.serve()
    moved = answer(status="307 Moved", location=other.url("/bucket"), connection="close")
    world.serve(upload=[moved])
    ran = world.run("submit", TURTLE)
    assert other.counts["upload"] == 0
    return ran


NOT_SAVED = {"code": 11, "charged": "yes", "saved": 0, "store": ("SUCCEEDED",)}
CASES = (
    Case(29, "netrc has the host", with_netrc, **SAVED),
    *(
        Case(30, f"key is {what}", with_key(key), **NO_KEY, also=key_is_not_printed)
        for what, key in (
            ("two lines", "sk-halfkey\nsk-halfkey"),
            ("two lines with CR LF", "sk-halfkey\r\nX-Header: halfkey"),
            ("two words", "sk halfkey"),
            ("not ASCII", "sk-halfkey-\uff11"),
            ("blank", "  "),
        )
    ),
    Case(30, "key is empty", with_key(""), **NO_KEY, says="auth login"),
    Case(30, "key file with two keys", with_key_in_file(b"sk-halfkey\nsk-halfkey\n"), **NO_KEY),
    Case(30, "key file that is not UTF-8", with_key_in_file(b"sk-halfkey\xff\xfe"), **NO_KEY),
    Case(31, "-vv", verbose_run, **SAVED, also=secrets_are_masked, ways=ALL),
    Case(32, "an error about a signed link", dead_signed_link, **NOT_SAVED, retryable=True),
    Case(33, "upload command's environment", upload_command, code=0, creates=1),
    Case(33, "sandbox child's environment", sandbox_child, code=0, ways=(Way.PIPE,)),
    Case(
        34,
        "readable by others",
        readable_by_others,
        code=0,
        also=files_are_private_and_key_file_is_reported,
    ),
    Case(35, "video redirected", redirected_to_another_origin, code=0, saved=1),
    Case(35, "video redirected to a file", redirected_download("file:///etc/passwd"), **NOT_SAVED),
    Case(
        35, "redirect loop", redirected_download("/video.mp4"), **NOT_SAVED, says="redirects more"
    ),
    Case(
        35,
        "upload redirected",
        upload_redirected,
        code=6,
        charged="no",
        retryable=True,
        creates=0,
        store=(),
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
