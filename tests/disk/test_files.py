"""The hash of a file, and the kinds of files."""

import os
from hashlib import sha256

import pytest

from pixverse_cli.disk.files import has_sha256, kind_of


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
