"""Services in other regions than Beijing: accepted, but without an estimate."""

import json

import pytest

from pixverse_cli.dashscope.client import Client
from pixverse_cli.domain.errors import AuthError
from tests.faults import certificates
from tests.faults.service import Service, refusal
from tests.faults.socks_proxy import SocksProxy

WORKSPACE = "llm-x.ap-southeast-1.maas.aliyuncs.com"
SINGAPORE = f"https://{WORKSPACE}/api/v1"
SUBMIT = ("submit", "https://example.com/a.png", "-p", "x", "--dry-run")


@pytest.fixture
def manifest(tmp_path):
    file = tmp_path / "set.jsonl"
    video = {"image": "https://example.com/a.png", "prompt": "x", "output": "a.mp4"}
    file.write_text(json.dumps(video))
    return file


def test_a_dry_run_has_no_estimate_and_says_why(pixverse):
    run = pixverse(*SUBMIT, DASHSCOPE_HTTP_BASE_URL=SINGAPORE)
    assert run.code == 0
    assert run.json[0]["cost"]["estimate"] is None
    assert "no estimate: list prices are known for the China (Beijing) region only" in run.stderr
    assert "not for Singapore" in run.stderr


def test_a_workspace_host_in_beijing_has_an_estimate(pixverse):
    url = "https://llm-x.cn-beijing.maas.aliyuncs.com"
    run = pixverse(*SUBMIT, "--max-cost", "5", DASHSCOPE_HTTP_BASE_URL=url)
    assert (run.code, run.json[0]["cost"]["estimate"]) == (0, 1.35)
    assert "estimate" not in run.stderr


@pytest.mark.parametrize("url", [SINGAPORE, "https://gateway.example/api/v1"])
def test_a_cost_limit_without_an_estimate_refuses(pixverse, url):
    run = pixverse(*SUBMIT, "--max-cost", "500", DASHSCOPE_HTTP_BASE_URL=url)
    assert (run.code, run.stdout) == (2, "")
    assert "--max-cost 500: there is no estimate" in run.stderr
    assert "leave it out" in run.stderr


def test_a_batch_has_no_estimate_and_says_why(pixverse, manifest):
    run = pixverse("batch", manifest, "--dry-run", "--json", DASHSCOPE_HTTP_BASE_URL=SINGAPORE)
    assert (run.code, run.json[0]["cost"]["estimate"]) == (0, None)
    plain = pixverse("batch", manifest, "--dry-run", DASHSCOPE_HTTP_BASE_URL=SINGAPORE)
    assert plain.lines == ["submit\ta.mp4\tunknown"]
    assert "no estimate: list prices are known for the China (Beijing) region only" in plain.stderr


def test_a_cost_limit_of_a_batch_without_an_estimate_refuses(pixverse, manifest):
    limits = ("--max-cost", "500")
    run = pixverse("batch", manifest, *limits, DASHSCOPE_HTTP_BASE_URL=SINGAPORE)
    assert (run.code, run.stdout) == (2, "")
    assert "--max-cost 500: there is no estimate" in run.stderr


@pytest.mark.parametrize("call", ["create", "query", "listing", "cancel", "policy"])
def test_a_key_that_a_workspace_host_refuses_has_a_hint(tmp_path, monkeypatch, call):
    certificate = certificates.made(tmp_path, host=WORKSPACE)
    refused = refusal("401 Unauthorized", "InvalidApiKey", "Invalid API-key provided.")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.file))
    with (
        Service(tls=certificate.context, **{call: refused}) as service,
        SocksProxy(service.port) as proxy,
    ):
        monkeypatch.setenv("ALL_PROXY", f"socks5h://{proxy.address}")
        client = Client(SINGAPORE, "sk-of-another-workspace")
        calls = {
            "create": lambda: client.create(b"{}", give_up=lambda: False),
            "query": lambda: client.query("t-1"),
            "listing": lambda: client.listed(page=1, page_size=1),
            "cancel": lambda: client.cancel("t-1"),
            "policy": lambda: client.policy("m"),
        }
        with pytest.raises(AuthError) as error:
            calls[call]()
    assert f"{WORKSPACE} takes only keys of the workspace llm-x" in error.value.hint
