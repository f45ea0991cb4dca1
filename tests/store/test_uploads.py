"""An upload is reused for the same bytes, model and account for 47 hours."""

from datetime import UTC, datetime, timedelta

import pytest

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = ("sha", "v6", "account")


@pytest.fixture
def uploads(store):
    store.uploads.keep(*KEY, "oss://a", NOON)
    return store.uploads


@pytest.mark.parametrize(
    ("age", "found"),
    [
        (timedelta(0), True),
        (timedelta(hours=46, minutes=59, seconds=59, milliseconds=999), True),
        (timedelta(hours=47), False),
        (timedelta(days=400), False),
        (timedelta(milliseconds=-1), False),
    ],
    ids=["at once", "just under 47 h", "47 h", "a year", "from the future"],
)
def test_an_upload_is_reused_for_47_hours(uploads, age, found):
    assert (uploads.find(*KEY, NOON + age) is not None) is found


@pytest.mark.parametrize(
    "other", [("other", "v6", "account"), ("sha", "c1", "account"), ("sha", "v6", "other")]
)
def test_an_upload_is_reused_for_the_same_bytes_model_and_account(uploads, other):
    assert uploads.find(*KEY, NOON) == "oss://a"
    assert uploads.find(*other, NOON) is None


def test_a_newer_upload_replaces_the_older_one(uploads):
    uploads.keep(*KEY, "oss://b", NOON + timedelta(hours=40))
    assert uploads.find(*KEY, NOON + timedelta(hours=80)) == "oss://b"


def test_a_refused_upload_is_forgotten(uploads, open_store):
    uploads.forget("oss://other")
    assert uploads.find(*KEY, NOON) == "oss://a"
    uploads.forget("oss://a")
    assert open_store().uploads.find(*KEY, NOON) is None
