"""What a path names, what kinds of files there are, and the hash of a file."""

import os
from hashlib import sha256

import pytest

from pixverse_cli.disk.files import descriptor_in, has_sha256, kind_of, with_home


@pytest.fixture
def target(tmp_path):
    return tmp_path / "turtle.mp4"


def test_a_file_is_verified_by_its_hash(target):
    target.write_bytes(b"video")
    assert has_sha256(target, sha256(b"video").hexdigest())
    assert has_sha256(target, sha256(b"video").hexdigest().upper())
    assert not has_sha256(target, sha256(b"other").hexdigest())


def test_a_path_that_is_not_a_file_never_has_the_hash(target, tmp_path):
    assert not has_sha256(target, sha256(b"").hexdigest())
    assert not has_sha256(tmp_path, sha256(b"").hexdigest())
    os.mkfifo(target)
    assert not has_sha256(target, sha256(b"").hexdigest())


def test_an_unknown_kind_of_file_has_a_description():
    assert kind_of(0) == "an object of unknown type"


def test_a_tilde_becomes_the_home_directory_as_in_a_shell(monkeypatch):
    monkeypatch.setenv("HOME", "/home/of/mine")
    assert with_home("~/x/") == "/home/of/mine/x/"
    assert with_home("~") == "/home/of/mine"
    assert [with_home(path) for path in ("~x.mp4", "a/~", "-", "")] == ["~x.mp4", "a/~", "-", ""]


def test_the_files_of_open_descriptors_are_known_by_name():
    numbers = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2, "/dev/fd/63": 63}
    numbers |= {"/proc/self/fd/5": 5, "//dev//fd/7": 7}
    assert {path: descriptor_in(path) for path in numbers} == numbers
    for path in ("dev/stdout", "/dev/null", "/dev/fd", "/dev/fd/x", "/dev/stdout.mp4", "-"):
        assert descriptor_in(path) is None
