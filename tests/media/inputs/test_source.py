"""The kinds of IMAGE arguments: URLs, file URLs and paths."""

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.media.inputs.source import local_path, private_note, remote


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a%20b.png?x=1", "HTTP://example.com", "oss://dashscope-instant/1"],
)
def test_http_and_oss_urls_are_passed_on_unchanged(url):
    assert remote(url) == url


@pytest.mark.parametrize("argument", ["cat.png", "-", "a:b.png", "C:\\cat.png", "file:///cat.png"])
def test_paths_and_file_urls_are_local(argument):
    assert remote(argument) is None


@pytest.mark.parametrize(
    "argument",
    ["data:image/png;base64,AAAA", "ftp://example.com/a.png", "s3://bucket/a.png", "javascript:x"],
)
def test_other_urls_are_refused_76(argument):
    with pytest.raises(UsageError, match="the service does not accept such URLs") as caught:
        remote(argument)
    assert caught.value.hint == "give a file, or an http(s):// or oss:// URL"


@pytest.mark.parametrize(
    "argument", ["http://", "https:///a.png", "http://[x", "http://a/b c.png", "http://a/\n"]
)
def test_an_invalid_url_is_refused_76(argument):
    with pytest.raises(UsageError, match="is not a valid URL"):
        remote(argument)


def test_an_invalid_url_is_told_without_its_signature_and_with_the_rule():
    with pytest.raises(UsageError) as refused:
        remote("https://example.com/a b.png?Signature=s3cret")
    assert refused.value.message == "'https://example.com/a b.png' is not a valid URL"
    assert "%20" in str(refused.value.hint)


def test_a_file_url_is_a_path_76():
    assert local_path("file:///tmp/sea%20turtle.png") == "/tmp/sea turtle.png"
    assert local_path("FILE://localhost/tmp/%ff.png") == "/tmp/\udcff.png"
    assert local_path("file:turtle.png") == "turtle.png"
    assert local_path("turtle%20.png") == "turtle%20.png"
    with pytest.raises(UsageError, match="another machine"):
        local_path("file://server/share/cat.png")


def test_a_tilde_is_the_home_directory(monkeypatch):
    monkeypatch.setenv("HOME", "/home/of/mine")
    assert local_path("~/cat.png") == "/home/of/mine/cat.png"
    assert local_path("~cat.png") == "~cat.png"


def test_a_private_url_is_noted_76():
    expected = "http://192.168.1.2/cat.png is on a private network"
    assert private_note("http://192.168.1.2/cat.png?token=1").startswith(expected)
    assert private_note("https://example.com/cat.png") is None
    assert private_note("oss://localhost/cat.png") is None
