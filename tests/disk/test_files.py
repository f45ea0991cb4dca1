"""Files that may not be what their name says."""

import os
from hashlib import sha256

from pixverse_cli.disk.files import kind_of, verify


def test_a_file_is_verified_by_its_hash(target):
    target.write_bytes(b"video")
    assert verify(target, sha256(b"video").hexdigest())
    assert verify(target, sha256(b"video").hexdigest().upper())
    assert not verify(target, sha256(b"other").hexdigest())


def test_what_is_no_file_is_not_the_video(target, tmp_path):
    assert not verify(target, sha256(b"").hexdigest())
    assert not verify(tmp_path, sha256(b"").hexdigest())
    os.mkfifo(target)
    assert not verify(target, sha256(b"").hexdigest())


def test_a_kind_that_nobody_knows_has_a_name():
    assert kind_of(0) == "something unknown"
