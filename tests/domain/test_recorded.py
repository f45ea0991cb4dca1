"""A request is the same again when it is made of its record."""

import pytest

from pixverse_cli.domain.catalog import AspectRatio, Parameter, Resolution, ShotType, find_model
from pixverse_cli.domain.request import VideoRequest, further_parameters, request_of
from pixverse_cli.domain.task import Record, Status

REQUESTS = [
    VideoRequest(find_model("v6"), "A turtle.", Resolution.P720, 5, shot_type=ShotType.MULTI),
    VideoRequest(find_model("v6-kf2v"), "A turtle.", Resolution.P360, 1, audio=True, seed=7),
    VideoRequest(
        find_model("c1-t2v"), "A turtle.", Resolution.P1080, 2, aspect_ratio=AspectRatio.R21_9
    ),
    VideoRequest(
        find_model("v6-omni"), "A turtle.", Resolution.P540, None, aspect_ratio=AspectRatio.AUTO
    ),
    VideoRequest(find_model("upscale"), None, None, None, watermark=True, seed=1),
    VideoRequest(find_model("lipsync"), None, None, None, text="你好", voice="4"),
    VideoRequest(find_model("lipsync"), None, None, None),
    VideoRequest(find_model("motion"), None, Resolution.P360, None),
]


def record_of(request):
    values = {name: getattr(request, name) for name in request._fields if name in Record._fields}
    values |= {"model": request.model.name, "parameters": further_parameters(request)}
    return Record(number=1, status=Status.FAILED, service="s", fingerprint="f", **values)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: each.model.alias)
def test_a_request_is_the_same_again_from_its_record(request_):
    assert request_of(record_of(request_)) == request_


def test_the_size_that_is_sent_is_recorded():
    assert further_parameters(REQUESTS[2]) == {"aspect_ratio": "21:9", "size": "1920*832"}


def test_there_is_no_request_for_a_task_of_another_machine():
    record = Record(number=1, status=Status.FAILED, service="s", model=find_model("v6").name)
    assert request_of(record) is None


def test_every_parameter_of_the_catalogue_is_kept():
    kept = set(Record._fields) | {"aspect_ratio", "text", "voice"}
    assert {parameter.replace("-", "_") for parameter in Parameter} <= kept
