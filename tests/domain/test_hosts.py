"""The region of a service's host, the keys it takes, and whether its prices are known."""

import pytest

from pixverse_cli.domain.hosts import service_host

BEIJING = "China (Beijing)"
BEIJING_WORKSPACE = "https://llm-x.cn-beijing.maas.aliyuncs.com/api/v1"
SINGAPORE_WORKSPACE = "https://llm-x.ap-southeast-1.maas.aliyuncs.com/api/v1"


@pytest.mark.parametrize(
    ("url", "region", "workspace", "priced"),
    [
        ("https://dashscope.aliyuncs.com/api/v1", BEIJING, None, True),
        ("https://DASHSCOPE.aliyuncs.com:443/api/v1", BEIJING, None, True),
        (BEIJING_WORKSPACE, BEIJING, "llm-x", True),
        ("https://trial.cn-beijing.maas.aliyuncs.com/api/v1", BEIJING, None, True),
        (SINGAPORE_WORKSPACE, "Singapore", "llm-x", False),
        ("https://dashscope-intl.aliyuncs.com/api/v1", "Singapore", None, False),
        ("https://llm-x.mars-1.maas.aliyuncs.com/api/v1", "mars-1", "llm-x", False),
        ("https://gateway.example/api/v1", None, None, False),
        ("https://dashscope.aliyuncs.com.evil.example/", None, None, False),
        ("https://evil-dashscope.aliyuncs.com/", None, None, False),
        ("http://127.0.0.1:8000/api/v1", "this machine", None, True),
        ("http://localhost/api/v1", "this machine", None, True),
        ("http://[::1]:8000/api/v1", "this machine", None, True),
        ("https://[::1/", None, None, False),
        ("", None, None, False),
    ],
)
def test_a_host_has_a_region_and_may_belong_to_a_workspace(url, region, workspace, priced):
    host = service_host(url)
    assert (host.region, host.workspace, host.priced) == (region, workspace, priced)
    assert (host.unknown_price is None) is priced


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (SINGAPORE_WORKSPACE, "not for Singapore"),
        ("https://gateway.example/api/v1", "not for gateway.example"),
    ],
)
def test_the_reason_for_a_missing_price_names_the_place(url, words):
    assert words in service_host(url).unknown_price


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (BEIJING_WORKSPACE, "keys of the workspace llm-x"),
        (SINGAPORE_WORKSPACE, "keys of the workspace llm-x"),
        ("https://dashscope-intl.aliyuncs.com/api/v1", "keys of the region Singapore"),
    ],
)
def test_the_hint_for_a_refused_key_names_the_keys_that_the_host_takes(url, words):
    assert words in service_host(url).key_hint


@pytest.mark.parametrize(
    "url",
    [
        "https://dashscope.aliyuncs.com/api/v1",
        "https://trial.cn-beijing.maas.aliyuncs.com/api/v1",
        "https://gateway.example/api/v1",
        "http://127.0.0.1:8000/api/v1",
    ],
)
def test_hosts_that_take_every_key_have_no_such_hint(url):
    assert service_host(url).key_hint is None
