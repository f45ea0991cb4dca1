"""The service's error codes: the exit code and the hint of each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.errors import Charged
from pixverse_cli.domain.refusals import Refusal, failed_task, refused_call

ACTIVATE = (
    "The product is not activated, please confirm that you have activated products and try again"
    " after activation."
)
SYNCHRONOUS = "current user api does not support synchronous calls."
NO_URL = "InternalError.Algo.InvalidParameter: The provided URL does not appear to be valid. Ensure"
NO_FORMAT = "The media format is not supported or incorrect for the data inspection."
DOWNLOAD = "Failed to download multimodal content"
GONE = "Failed to find the requested media resource during the data inspection process."

CALLS = [
    # HTTP status, code, message, exit code, words of the hint
    (400, "InvalidParameter", "Required body invalid", 2, "--dry-run"),
    (400, "InvalidParameter", "Model not exist.", 2, "pixverse models"),
    (400, "InvalidParameter", "url error, please check url!", 2, "--dry-run"),
    (400, "InvalidParameter", DOWNLOAD, 2, "anyone can download"),
    (400, "InvalidParameter", GONE, 2, "anyone can download"),
    (400, "InvalidParameter", ACTIVATE, 3, "Activate Now"),
    (400, "InvalidParameter.DataInspection", "Unable to download the media resource", 2, "image"),
    (400, "InvalidParameter.DataInspection", NO_FORMAT, 2, "--upload-command"),
    (400, "invalid_parameter_error", NO_URL, 2, "public https URL"),
    (400, "DataInspectionFailed", "Input data may contain inappropriate content.", 10, "change"),
    (400, "data_inspection_failed", "Output data may contain", 10, "change"),
    (400, "IPInfringementSuspect", "Input data is suspected", 10, "change"),
    (400, "InvalidURL", "bad", 2, "image"),
    (400, "InvalidURL.Timeout", "slow", 2, "image"),
    (400, "InvalidImageFormat", "", 2, "image"),
    (400, "InvalidImageResolution", "", 2, "image"),
    (400, "InvalidImage.FileFormat", "", 2, "image"),
    (400, "InvalidFile.Size", "", 2, "image"),
    (400, "BadRequest.EmptyInput", "", 2, "--dry-run"),
    (400, "BadRequest.TooLarge", "", 2, "--dry-run"),
    (400, "UnsupportedOperation", "Failed to cancel the task", 2, None),
    (400, "Arrearage", "Access denied, overdue", 4, "balance"),
    (401, "InvalidApiKey", "No API-key provided.", 3, "Beijing"),
    (401, "invalid_api_key", "Incorrect API key", 3, "Beijing"),
    (401, "NOT AUTHORIZED", "", 3, "workspace"),
    (403, "AccessDenied", SYNCHRONOUS, 2, "report this"),
    (403, "AccessDenied", "Access denied.", 3, "workspace"),
    (403, "AccessDenied.Unpurchased", "", 3, "Activate Now"),
    (403, "Model.AccessDenied", "", 3, "workspace"),
    (403, "Workspace.AccessDenied", "", 3, "workspace"),
    (403, "App.AccessDenied", "", 3, "workspace"),
    (403, "AllocationQuota.FreeTierOnly", "", 4, "balance"),
    (404, "ModelNotFound", "", 2, "pixverse models"),
    (404, "model_not_found", "", 2, "pixverse models"),
    (404, "WorkSpaceNotFound", "", 3, "workspace"),
    (404, "NotFound", "", 12, None),
    (409, "Conflict", "", 2, None),
    (429, "Throttling", "", 7, "nothing was bought"),
    (429, "Throttling.RateQuota", "Requests rate limit exceeded", 7, "nothing was bought"),
    (429, "Throttling.BurstRate", "", 7, "nothing was bought"),
    (429, "Throttling.AllocationQuota", "", 7, "nothing was bought"),
    (429, "Throttling.Concurrency", "", 7, "nothing was bought"),
    (429, "LimitRequests", "", 7, "nothing was bought"),
    (429, "limit_requests", "", 7, "nothing was bought"),
    (429, "limit_burst_rate", "", 7, "nothing was bought"),
    (429, "insufficient_quota", "", 4, "balance"),
    (429, "CommodityNotPurchased", "", 4, "Activate Now"),
    (429, "PrepaidBillOverdue", "", 4, "balance"),
    (429, "PostpaidBillOverdue", "", 4, "balance"),
    (500, "InternalError", "", 6, None),
    (500, "internal_error", "", 6, None),
    (500, "InternalError.Algo", "", 6, None),
    (500, "SystemError", "", 6, None),
    (500, "RequestTimeOut", "", 6, None),
    (503, "ModelServingError", "", 6, None),
    (503, "ModelUnavailable", "", 6, None),
    (400, "SomethingNew", "never seen", 2, None),
    (401, "SomethingNew", "never seen", 3, None),
    (402, "SomethingNew", "never seen", 4, None),
    (403, "SomethingNew", "never seen", 3, None),
    (429, "SomethingNew", "never seen", 7, None),
    (500, "SomethingNew", "never seen", 6, None),
]


def refusal(status, code, message=""):
    return Refusal(code=code, message=message, request_id="r-1", http_status=status)


@pytest.mark.parametrize(("status", "code", "message", "exit_code", "hint"), CALLS)
def test_a_refused_call_has_the_exit_code_and_hint_of_its_code(
    status, code, message, exit_code, hint
):
    error = refused_call(refusal(status, code, message))
    assert (error.exit_code, error.charged) == (exit_code, Charged.NO)
    if hint is not None:
        assert hint in (error.hint or "")


@pytest.mark.parametrize("message", [NO_URL, NO_FORMAT, "The size is not match 1280*720"])
def test_a_hint_about_the_inputs_holds_for_every_kind_of_video(message):
    error = refused_call(refusal(400, "InvalidParameter", message))
    assert "IMAGE" not in (error.hint or "")
    assert "pixverse submit" not in (error.hint or "")


TASKS = [
    # code, message, exit code, words of the hint
    ("InvalidParameter", ACTIVATE, 3, "Activate Now"),
    ("InvalidParameter", "The size is not match 992*944", 5, "--dry-run"),
    ("InvalidParameter", NO_URL, 5, "public https URL"),
    ("InvalidParameter", "cannot resolve oss://dashscope-instant/x", 5, "--upload-command"),
    ("InvalidParameter.DataInspection", NO_FORMAT, 5, "--upload-command"),
    ("InvalidParameter", "Model not exist.", 5, "pixverse models"),
    ("DataInspectionFailed", "Output data may contain inappropriate content.", 10, "change"),
    ("IPInfringementSuspect", "", 10, "change"),
    ("Arrearage", "", 4, "balance"),
    ("Throttling.RateQuota", "", 5, None),
    ("InternalError.Timeout", "no result within 3 hours", 5, None),
    ("SomethingNew", "never seen", 5, None),
    ("", "", 5, None),
]


@pytest.mark.parametrize(("code", "message", "exit_code", "hint"), TASKS)
def test_a_failed_task_has_the_exit_code_and_hint_of_its_code(code, message, exit_code, hint):
    error = failed_task(Refusal(code=code, message=message))
    assert (error.exit_code, error.charged) == (exit_code, Charged.NO)
    if hint is not None:
        assert hint in (error.hint or "")


@given(st.text(), st.text(), st.integers(300, 599))
def test_any_code_and_message_of_the_service_are_shown(code, message, status):
    error = refused_call(refusal(status, code, message))
    assert code in error.message
    assert message in error.message
    assert (error.service_code or "") == code
    assert (error.request_id, error.http_status) == ("r-1", status)
    assert error.charged is Charged.NO


@given(st.text(), st.text())
def test_any_message_of_a_failed_task_is_shown(code, message):
    error = failed_task(Refusal(code=code, message=message))
    assert message in error.message
    assert error.charged is Charged.NO


@pytest.mark.parametrize(
    ("status", "code", "throttled"),
    [
        (429, "Throttling.RateQuota", True),
        (400, "Throttling.AllocationQuota", True),
        (429, "", True),
        (429, "PostpaidBillOverdue", False),
        (429, "insufficient_quota", False),
        (400, "InvalidParameter", False),
        (500, "Throttled", False),
    ],
)
def test_a_rate_limit_is_recognised_by_its_code(status, code, throttled):
    assert refusal(status, code).throttled == throttled


def test_a_code_matches_only_up_to_a_dot():
    assert refused_call(refusal(400, "ThrottlingFoo")).exit_code == 2
