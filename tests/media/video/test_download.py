"""The request for a video: what is sent, redirects, and the meaning of the answers."""

import os

import pytest

from pixverse_cli import __version__
from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.media.video.download import Checked, Progress, TransferLimits
from pixverse_cli.media.video.failures import (
    BrokenOffError,
    LinkDeadError,
    WrongContentError,
)
from tests.servers import HANG, Pause, ScriptedServer, answer

from .fetching import (
    ETAG,
    VIDEO,
    assert_nothing_saved,
    assert_saved,
    save,
    steps,
)


def test_a_video_is_saved_with_its_hash_and_without_other_files(target):
    with ScriptedServer([answer(VIDEO)]) as server:
        assert_saved(target, save(server.url(), target))


def test_a_saved_file_has_the_permissions_of_the_umask(target):
    before = os.umask(0o027)
    try:
        with ScriptedServer([answer(VIDEO)]) as server:
            save(server.url(), target)
    finally:
        os.umask(before)
    assert target.stat().st_mode & 0o777 == 0o640


def test_progress_is_reported_at_most_ten_times_a_second(target):
    items = [
        answer(VIDEO)[: -len(VIDEO)],
        *(VIDEO[at : at + 30_000] for at in range(0, len(VIDEO), 30_000)),
    ]
    slow_steps = [step for item in items for step in (item, Pause(0.03))]
    with ScriptedServer(slow_steps) as server:
        *progress, checked, fetched = steps(server.url(), target)
    assert all(isinstance(step, Progress) for step in progress)
    assert checked == Checked(sha256=fetched.sha256)
    assert progress[0].total == progress[-1].total == progress[-1].received == len(VIDEO)
    received = [step.received for step in progress]
    assert (received[0], received) == (0, sorted(received))
    assert len(progress) <= 2 + 5


# What is sent


def test_the_request_has_exactly_these_bytes(target):
    path = "/pixverse%2Fmp4%2Fa~b/../%7Ec//d.mp4?Signature=a%2Bb+c/=&x=é".replace("é", "%C3%A9")
    with ScriptedServer([answer(VIDEO)]) as server:
        save(server.url(path), target)
    assert server.requests == [
        f"GET {path} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{server.port}\r\n"
        f"User-Agent: pixverse-cli/{__version__}\r\n"
        "Accept: */*\r\n"
        "Accept-Encoding: identity\r\n"
        "\r\n".encode()
    ]


def test_other_characters_of_a_url_are_percent_encoded(target):
    with ScriptedServer([answer(VIDEO)]) as server:
        save(server.url("/海 龟.mp4"), target)
    assert server.requests[0].startswith(b"GET /%E6%B5%B7%20%E9%BE%9F.mp4 HTTP/1.1\r\n")


def test_no_password_of_netrc_or_the_url_is_sent_29(target, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    redirect = answer(status="302 Found", location="/other")
    with ScriptedServer([redirect], [answer(VIDEO)]) as server:
        save(server.url().replace("//", "//me:canary@"), target)
    assert not any(b"uthorization" in request for request in server.requests)


def test_cookies_are_not_sent_after_a_redirect_35(target):
    redirect = answer(status="302 Found", location="/other", set_cookie="a=b; Path=/")
    with ScriptedServer([redirect], [answer(VIDEO)]) as server:
        save(server.url(), target)
    assert b"ookie" not in server.requests[1]


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_to_any_origin_35(target, status):
    with ScriptedServer([answer(VIDEO)]) as there:
        redirect = answer(status=f"{status} Elsewhere", location=there.url("/x%2Fy"))
        with ScriptedServer([redirect]) as here:
            assert_saved(target, save(here.url(), target))
    assert there.requests[0].startswith(b"GET /x%2Fy HTTP/1.1\r\n")


def test_at_most_five_redirects_are_followed_35(target):
    redirect = [answer(status="302 Found", location="next")]
    with ScriptedServer(*[redirect] * 5, [answer(VIDEO)]) as server:
        assert_saved(target, save(server.url(), target))
    target.unlink()
    with (
        ScriptedServer(*[redirect] * 6) as server,
        pytest.raises(LinkDeadError, match="more than 5 times"),
    ):
        save(server.url(), target)
    assert_nothing_saved(target)


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://example.com/x", "http://", "//[x"]
)
def test_a_redirect_to_another_scheme_than_http_is_refused_35(target, location):
    redirect = answer(status="302 Found", location=location)
    with ScriptedServer([redirect]) as server, pytest.raises(LinkDeadError):
        save(server.url(), target)
    assert_nothing_saved(target)


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254"]
)
def test_a_redirect_to_a_private_address_is_refused_35(target, monkeypatch, inside):
    redirect = answer(status="302 Found", location=f"http://{inside}/admin")
    with ScriptedServer([redirect]) as proxy:  # replaces the internet
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        with pytest.raises(LinkDeadError, match="to a private network"):
            save("http://media.example/video.mp4", target)


def test_the_body_of_a_redirect_is_not_read_35(target):
    redirect = answer(status="302 Found", location="/other", content_length="99999999999")
    with ScriptedServer([redirect, HANG], [answer(VIDEO)]) as server:
        assert_saved(target, save(server.url(), target))


def test_a_proxy_of_the_environment_is_used(target, monkeypatch):
    with ScriptedServer([answer(VIDEO)]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        save("http://media.example/a%2Fb.mp4", target)
    assert proxy.requests[0].startswith(b"GET http://media.example/a%2Fb.mp4 HTTP/1.1\r\n")


def test_the_error_for_a_dead_proxy_hides_its_password(target, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://me:canary@127.0.0.1:1")
    with pytest.raises(BrokenOffError, match=r"the proxy 127\.0\.0\.1: connection") as caught:
        save("http://media.example/video.mp4", target)
    assert "canary" not in caught.value.message
    assert "HTTP_PROXY" in caught.value.hint


@pytest.mark.parametrize("proxy", ["http://me:canary@:x/", "http:///"])
def test_the_error_for_a_malformed_proxy_hides_its_password_28(target, monkeypatch, proxy):
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(NotSavedError) as caught:
        save("http://media.example/video.mp4", target)
    assert "canary" not in caught.value.message
    assert "HTTP_PROXY" in caught.value.message


# Answers without a video


@pytest.mark.parametrize(
    "url",
    ["ftp://x/y", "javascript:x", "file:///etc/passwd", "http://", "", "http://[x/", "http://a:b/"],
)
def test_a_url_that_is_not_http_is_not_requested(target, url):
    with pytest.raises(LinkDeadError):
        save(url, target)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_4xx_status_is_a_dead_link_66(target, status):
    with (
        ScriptedServer([answer(b"<Error/>", status=f"{status} No")]) as server,
        pytest.raises(LinkDeadError, match=f"answers {status}") as caught,
    ):
        save(server.url("/video.mp4?Signature=canary"), target)
    assert "canary" not in caught.value.message
    assert caught.value.http_status == status
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_temporary_status_is_broken_off(target, status):
    with (
        ScriptedServer([answer(status=f"{status} Wait")]) as server,
        pytest.raises(BrokenOffError, match=f"answers {status}") as caught,
    ):
        save(server.url(), target)
    assert caught.value.http_status == status


def test_retry_after_is_passed_on_24(target):
    busy = answer(status="503 Busy", retry_after="7")
    with ScriptedServer([busy]) as server, pytest.raises(BrokenOffError) as caught:
        save(server.url(), target)
    assert caught.value.retry_after == 7


@pytest.mark.parametrize("status", [204, 206, 304])
def test_a_success_status_without_a_video_is_wrong_content(target, status):
    with (
        ScriptedServer([answer(status=f"{status} Odd")]) as server,
        pytest.raises(WrongContentError, match="not a video") as caught,
    ):
        save(server.url(), target)
    assert caught.value.http_status == status


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"<html><body>Log in to the Wi-Fi</body></html>", "an HTML page"),
        (b"<?xml version='1.0'?><Error>" + bytes(2000), "an XML message"),
        (b"\x1f\x8b" + bytes(3000), "not an MP4 video"),
        (VIDEO[:-1], "cut short"),
    ],
)
def test_other_content_than_a_video_is_not_saved_65(target, body, said):
    with (
        ScriptedServer([answer(body, etag=ETAG)]) as server,
        pytest.raises(WrongContentError, match=said),
    ):
        save(server.url(), target)
    assert list(target.parent.iterdir()) == []


def test_a_large_html_page_is_recognised_by_its_first_bytes_65(target):
    page = answer(b"<html>" + bytes(1000), content_length=str(1 << 30))
    with (
        ScriptedServer([page, HANG]) as server,
        pytest.raises(WrongContentError, match="an HTML page"),
    ):
        save(server.url(), target, limits=TransferLimits(stall=5))


def test_a_few_first_bytes_are_not_judged(target):
    whole = answer(VIDEO)
    start = len(whole) - len(VIDEO) + 3
    with ScriptedServer([whole[:start], Pause(0.02), whole[start:]]) as server:
        assert_saved(target, save(server.url(), target))


def test_a_video_over_the_limit_is_refused_with_and_without_a_length(target):
    limits = TransferLimits(most_bytes=100_000)
    endless = answer(VIDEO, content_length=None)
    with ScriptedServer([answer(VIDEO)], [endless]) as server:
        for _ in range(2):
            with pytest.raises(WrongContentError, match="larger than 100000 bytes"):
                save(server.url(), target, limits=limits)


# Certificates


def test_an_untrusted_certificate_is_an_error_5(target, self_signed):
    with (
        ScriptedServer([answer(VIDEO)], tls=self_signed.context) as server,
        pytest.raises(NotSavedError, match="the certificate of 127") as caught,
    ):
        save(server.url(), target)
    assert not isinstance(caught.value, BrokenOffError)
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint


def test_the_environments_ca_bundle_is_used_7(target, self_signed, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(self_signed.file))
    with ScriptedServer([answer(VIDEO)], tls=self_signed.context) as server:
        assert_saved(target, save(server.url(), target))


def test_a_missing_ca_bundle_is_an_error_6(target, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(NotSavedError) as caught:
        save("https://127.0.0.1:1/", target)
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
