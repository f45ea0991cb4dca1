"""The evidence that a task on the service is the one of an unclear create call."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pixverse_cli.domain.catalog import MODELS
from pixverse_cli.domain.task import ListedTask, Record, Status, Task
from pixverse_cli.domain.text import harmless
from pixverse_cli.flows.call_time import CREATE_SECONDS, Reading
from pixverse_cli.flows.matching import Evidence, compare, has_other_length, may_be, usage_confirms
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


def listing(skew, read_at=START):
    return Listing(tasks=(), skew=skew, whole=True, read_at=Reading(read_at, None))


@given(prompt=PROMPTS, status=STATUSES, with_prompt=st.booleans())
def test_our_own_task_is_never_judged_foreign(prompt, status, with_prompt):
    reported = prompt if with_prompt else None
    usage = {"duration": 5, "SR": "720", "audio": False} if status == "SUCCEEDED" else {}
    ours = task(status, orig_prompt=reported, usage=usage)
    assert compare(record(prompt=prompt), ours) is not Evidence.NOT_OURS


@given(ours=PROMPTS, theirs=st.text("aB1.\n ", min_size=1), status=STATUSES)
def test_a_task_with_another_prompt_is_never_ours(ours, theirs, status):
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
def test_changed_white_space_in_a_prompt_does_not_matter(theirs):
    assert compare(record(), task(orig_prompt=theirs)) is Evidence.OURS


def test_prompts_are_compared_in_normal_form():
    assert compare(record(prompt="Lo\u0308we"), task(orig_prompt="L\u00f6we")) is Evidence.OURS


@pytest.mark.parametrize("usage", [{"duration": 8}, {"SR": "1080"}, {"audio": True}])
def test_a_task_with_another_usage_is_not_ours(usage):
    assert compare(record(), task(orig_prompt="A turtle rises.", usage=usage)) is Evidence.NOT_OURS


@pytest.mark.parametrize("usage", [{"duration": 5.0}, {"SR": 720}, {"SR": "720P"}, {"size": "1*1"}])
def test_usage_numbers_may_have_another_format(usage):
    assert compare(record(), task(orig_prompt="A turtle rises.", usage=usage)) is Evidence.OURS


@pytest.mark.parametrize("status", ["PENDING", "RUNNING", "FAILED", "CANCELED"])
def test_a_task_without_a_prompt_is_no_evidence(status):
    assert compare(record(), task(status)) is Evidence.NONE


@given(call_seconds=SECONDS, fraction=st.floats(0.0, 1.0), skew=SKEWS, ended=st.booleans())
def test_a_task_submitted_during_the_call_may_be_ours(call_seconds, fraction, skew, ended):
    """The service's clock may be hours off; the Date header gives it to the second."""
    end = START + timedelta(seconds=call_seconds)
    ours = record(ended_at=end if ended else None)
    row = listed(START + timedelta(seconds=call_seconds * fraction + skew))
    assert may_be(ours, row, listing(float(round(skew))))


@given(
    call_seconds=SECONDS,
    distance=st.floats(130.0, 80_000.0),
    before=st.booleans(),
    skew=st.none() | SKEWS,
)
def test_a_task_submitted_minutes_before_or_after_the_call_is_not_ours(
    call_seconds, distance, before, skew
):
    end = START + timedelta(seconds=call_seconds)
    moment = START - timedelta(seconds=distance) if before else end + timedelta(seconds=distance)
    row = listed(moment + timedelta(seconds=skew or 0.0))
    assert not may_be(record(ended_at=end), row, listing(skew))


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    ("skew", "clock_error", "distance", "ours"),
    [
        (0.0, 0.0, 2.0, True),
        (0.0, 0.0, 2.5, False),
        (None, 0.0, 120.0, True),
        (None, 0.0, 120.5, False),
        (0.0, 3600.0, 3602.0, True),
        (0.0, 3600.0, 3602.5, False),
        (0.0, None, 80_000.0, True),
    ],
)
def test_the_time_of_a_task_may_differ_by_no_more_than_clocks_do(
    skew, clock_error, distance, ours, before
):
    """By two seconds, as the header has whole ones; by two minutes without that header."""
    end = START + timedelta(seconds=5)
    moment = START - timedelta(seconds=distance) if before else end + timedelta(seconds=distance)
    row, calls = listed(moment), record(ended_at=end)
    later = START + timedelta(hours=2)  # no row is newer than the list
    assert may_be(calls, row, listing(skew, later), clock_error=clock_error) is ours
    if clock_error == 0.0:
        assert may_be(calls, row, listing(skew)) is ours


def test_a_row_of_another_model_is_not_ours_but_one_without_a_model_may_be():
    assert not may_be(record(), listed(START, model=OLD.name), listing(0.0))
    assert may_be(record(), listed(START, model=""), listing(0.0))


TOOLS = {
    "upscale": ({"duration": 6, "size": "3840*2156", "SR": "4K"}, None),
    "lipsync": ({"duration": 7, "size": "1080*1920", "SR": ""}, None),
    "motion": ({"duration": 6, "size": "1280*704", "SR": "720"}, "720P"),
}


def tool_record(alias, resolution, **known):
    model = next(each for each in MODELS if each.alias == alias)
    return record(model=model.name, prompt=None, resolution=resolution, duration=None, **known)


@pytest.mark.parametrize("alias", TOOLS)
def test_a_kind_without_a_prompt_is_confirmed_by_usage_only_as_the_one_candidate(alias):
    usage, resolution = TOOLS[alias]
    ours = tool_record(alias, resolution)
    assert compare(ours, task(usage=usage)) is Evidence.NONE  # several could fit: shown
    assert usage_confirms(ours, task(usage=usage))
    for unproven in (task(), task("RUNNING"), task("FAILED")):
        assert not usage_confirms(ours, unproven)


@pytest.mark.parametrize(
    ("seconds", "ours"), [(5, True), (6, True), (7, True), (4, False), (9, False)]
)
def test_a_kind_without_a_prompt_is_not_confirmed_by_a_length_that_differs_clearly(seconds, ours):
    upscale = tool_record("upscale", None, estimate=Decimal("0.90"))  # 6 s
    assert usage_confirms(upscale, task(usage={"duration": seconds})) == ours
    assert has_other_length(upscale, task(usage={"duration": seconds})) == (not ours)


def test_a_length_that_was_not_known_before_is_not_compared():
    assert usage_confirms(tool_record("upscale", None), task(usage={"duration": 30}))
    assert not has_other_length(record(estimate=Decimal(1)), task(usage={"duration": 30}))


def test_a_motion_of_another_tier_is_not_ours():
    usage, resolution = TOOLS["motion"]
    other = task(usage={**usage, "SR": "360"})
    assert compare(tool_record("motion", resolution), other) is Evidence.NOT_OURS


def test_usage_never_confirms_a_kind_that_reports_its_prompt():
    usage = {"duration": 5, "SR": "720", "audio": False}
    assert not usage_confirms(record(), task(usage=usage))
