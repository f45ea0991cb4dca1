"""Whether a task on the service is the one of an unclear create call."""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pixverse_cli.domain.catalog import MODELS
from pixverse_cli.domain.task import ListedTask, Record, Status, Task
from pixverse_cli.domain.text import harmless
from pixverse_cli.flows.matching import (
    CREATE_SECONDS,
    Evidence,
    compare,
    is_conclusive,
    is_forgotten,
    may_be,
    must_be_over,
)
from pixverse_cli.flows.remote_tasks import Listing
from tests.clocks import START

V6, OLD = (next(each for each in MODELS if each.alias == alias) for alias in ("v6", "v5.6"))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
PROMPTS = st.none() | TEXTS.filter(bool)
STATUSES = st.sampled_from(["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"])
SECONDS = st.floats(0.0, CREATE_SECONDS)
SKEWS = st.floats(-7200.0, 7200.0)


def record(**known):
    usual = {
        "number": 1,
        "status": Status.UNCLEAR,
        "service": "https://s",
        "model": V6.name,
        "prompt": "A turtle rises.",
        "resolution": "720P",
        "duration": 5,
        "audio": False,
        "intent_at": START,
    }
    return Record(**usual | known)


def task(status=Status.SUCCEEDED, **known):
    return Task(task_id="t", status=Status(status), raw_status=status, **known)


def listed(submitted_at, model=V6.name):
    return ListedTask(
        task_id="t", status=Status.RUNNING, model=model, request_id=None, submitted_at=submitted_at
    )


def seen(skew):
    return Listing(tasks=(), skew=skew, whole=True)


@given(prompt=PROMPTS, status=STATUSES, reports=st.booleans())
def test_the_request_s_own_task_is_never_judged_as_another_one_s(prompt, status, reports):
    reported = prompt if reports else None
    usage = {"duration": 5, "SR": "720", "audio": False} if status == "SUCCEEDED" else {}
    ours = task(status, orig_prompt=reported, usage=usage)
    assert compare(record(prompt=prompt), ours) is not Evidence.NOT_OURS


@given(ours=PROMPTS, theirs=st.text("aB1.\n ", min_size=1), status=STATUSES)
def test_a_task_with_another_prompt_never_matches(ours, theirs, status):
    assume(harmless(ours or "").split() != theirs.split())
    assert compare(record(prompt=ours), task(status, orig_prompt=theirs)) is Evidence.NOT_OURS


@given(prompt=st.text("ab \n\u00e9", min_size=1, max_size=20), count=st.integers(1, 3000))
def test_a_prompt_that_the_service_cut_at_its_limit_matches(prompt, count):
    long = prompt * count
    ours = record(model=OLD.name, prompt=long)
    assert compare(ours, task(orig_prompt=long[: OLD.prompt_limit])) is Evidence.OURS


@pytest.mark.parametrize(
    "theirs", ["A turtle rises.", " A  turtle\r\nrises. ", "A turtle\u00a0rises."]
)
def test_white_space_that_the_service_changed_does_not_matter(theirs):
    assert compare(record(), task(orig_prompt=theirs)) is Evidence.OURS


def test_composed_and_decomposed_letters_are_equal():
    assert compare(record(prompt="Lo\u0308we"), task(orig_prompt="L\u00f6we")) is Evidence.OURS


@pytest.mark.parametrize("usage", [{"duration": 8}, {"SR": "1080"}, {"audio": True}])
def test_a_task_with_another_usage_does_not_match(usage):
    assert compare(record(), task(orig_prompt="A turtle rises.", usage=usage)) is Evidence.NOT_OURS


@pytest.mark.parametrize("usage", [{"duration": 5.0}, {"SR": 720}, {"SR": "720P"}, {"size": "1*1"}])
def test_numbers_in_usage_may_be_written_differently(usage):
    assert compare(record(), task(orig_prompt="A turtle rises.", usage=usage)) is Evidence.OURS


@pytest.mark.parametrize("status", ["PENDING", "RUNNING", "FAILED", "CANCELED"])
def test_a_task_without_a_reported_prompt_proves_nothing(status):
    assert compare(record(), task(status)) is Evidence.NONE


@given(out=SECONDS, at=st.floats(0.0, 1.0), skew=SKEWS, ended=st.booleans())
def test_a_task_submitted_during_the_call_is_a_candidate(out, at, skew, ended):
    """The service's clock may be hours off; its Date header is exact to the second."""
    end = START + timedelta(seconds=out)
    ours = record(ended_at=end if ended else None)
    row = listed(START + timedelta(seconds=out * at + skew))
    assert may_be(ours, row, seen(float(round(skew))))


@given(out=SECONDS, off=st.floats(130.0, 80_000.0), before=st.booleans(), skew=st.none() | SKEWS)
def test_a_task_submitted_minutes_before_or_after_the_call_is_no_candidate(out, off, before, skew):
    end = START + timedelta(seconds=out)
    moment = START - timedelta(seconds=off) if before else end + timedelta(seconds=off)
    row = listed(moment + timedelta(seconds=skew or 0.0))
    assert not may_be(record(ended_at=end), row, seen(skew))


def test_a_row_with_another_model_is_no_candidate_and_one_without_a_model_is():
    assert not may_be(record(), listed(START, model=OLD.name), seen(0.0))
    assert may_be(record(), listed(START, model=""), seen(0.0))


@given(out=SECONDS, ended=st.booleans(), later=st.floats(0.0, 200_000.0))
def test_nothing_is_concluded_within_a_minute_of_the_call_nor_after_a_day(out, ended, later):
    end = START + timedelta(seconds=out)
    ours = record(ended_at=end if ended else None)
    now = START + timedelta(seconds=later)
    over = out if ended else CREATE_SECONDS
    assert is_conclusive(ours, now) == (over + 60.0 <= later <= 24 * 3600.0 - 600.0)
    assert is_forgotten(ours, now) == (later > 24 * 3600.0 - 600.0)
    assert must_be_over(ours, now) == (later >= CREATE_SECONDS + 60.0)
