"""Each scenario as a client sees it, and how it ends."""

import json

import pytest
import requests

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.sandbox import SCENARIOS, Pace, Sandbox
from pixverse_cli.sandbox.hostility import HOSTILE

from .caller import CREATE, V6, form_fields

REQUIRED = {
    *("lost-reply", "cut-reply", "never-arrived", "gateway-504", "flaky", "throttled", "slow"),
    *("content-refused", "content-failed", "not-activated", "fail", "expired", "truncated"),
    *("wrong-length", "redirect", "hostile-text", "foreign-tasks", "oss-refused"),
    *("oss-refused-late", "link-dead", "not-a-video", "arrearage", "bad-key", "overloaded"),
}


def outcome(caller, **changes):
    """Return the result of a create call: its status, its code, or how it failed."""
    try:
        answer = caller.create(**changes)
        return answer.json().get("code") or answer.status_code
    except requests.JSONDecodeError:
        return f"no JSON, {answer.status_code}"
    except requests.exceptions.ChunkedEncodingError:
        return "cut"
    except requests.ConnectionError:
        return "no answer"


def accepted(caller):
    return len(caller.sandbox.account.tasks)


def test_every_scenario_has_a_summary():
    assert set(SCENARIOS) >= REQUIRED
    assert all(len(scenario.summary) > 20 for scenario in SCENARIOS.values())
    assert all(name == scenario.name for name, scenario in SCENARIOS.items())


@pytest.mark.parametrize("word", ["lost", "", "fail:0", "fail:x", "fail:", "fail:-1"])
def test_an_unknown_scenario_or_count_is_a_usage_error(word):
    with pytest.raises(UsageError) as raised:
        Sandbox(scenarios=[word])
    assert raised.value.hint


def test_the_error_for_an_unknown_scenario_lists_all_scenarios():
    with pytest.raises(UsageError, match="unknown scenario 'lost'") as raised:
        Sandbox(scenarios=["lost"])
    assert "lost-reply, never-arrived" in raised.value.hint


@pytest.mark.parametrize(
    ("name", "first", "accepts"),
    [
        ("lost-reply", "no answer", True),
        ("cut-reply", "cut", True),
        ("gateway-504", "no JSON, 504", True),
        ("never-arrived", "no answer", False),
        ("overloaded", "ModelUnavailable", False),
        ("content-refused", "DataInspectionFailed", False),
        ("retry-after", "Throttling.RateQuota", False),
    ],
)
def test_the_first_create_fails_and_the_next_one_succeeds(call, name, first, accepts):
    caller = call(name)
    assert outcome(caller) == first
    assert accepted(caller) == (1 if accepts else 0)
    assert outcome(caller) == 200
    assert accepted(caller) == (2 if accepts else 1)
    assert caller.sandbox.account.creates == 2


def test_a_lost_task_is_found_in_the_list(call):
    caller = call("lost-reply")
    outcome(caller, prompt="Lost.")
    (row,) = caller.rows(model_name=V6)["data"]
    assert caller.query(row["task_id"])["output"]["orig_prompt"] == "Lost."


def test_a_cut_reply_announces_its_full_length(call):
    caller = call("cut-reply")
    headers = caller.headers | {"X-DashScope-Async": "enable"}
    body = {"model": V6}
    url = caller.sandbox.base_url + CREATE
    with requests.post(url, json=body, headers=headers, stream=True, timeout=5) as answer:
        announced = int(answer.headers["Content-Length"])
        fragment = answer.raw.read(announced // 2)
        assert fragment.startswith(b'{"output"')
        with pytest.raises(ValueError, match="Unterminated"):
            json.loads(fragment)


def test_a_count_makes_a_scenario_happen_more_often(call):
    caller = call("lost-reply:3")
    assert [outcome(caller) for _ in range(4)] == ["no answer"] * 3 + [200]


def test_scenarios_can_be_combined(call):
    caller = call("throttled", "never-arrived", "lost-reply")
    seen = [outcome(caller) for _ in range(5)]
    throttled = "Throttling.RateQuota"
    assert seen == ["no answer", throttled, throttled, "no answer", 200]
    assert accepted(caller) == 2


@pytest.mark.parametrize(
    ("name", "code"), [("arrearage", "Arrearage"), ("bad-key", "InvalidApiKey")]
)
def test_scenarios_about_the_account_never_end(call, name, code):
    caller = call(name)
    assert [outcome(caller) for _ in range(3)] == [code] * 3


def test_a_bad_key_is_refused_everywhere(call):
    caller = call("bad-key")
    assert caller.policy().status_code == 401
    assert caller.call("GET", "/tasks").status_code == 401


def test_throttling_affects_creates_and_queries(call):
    caller = call("throttled")
    assert [outcome(caller) for _ in range(3)] == ["Throttling.RateQuota"] * 2 + [200]
    statuses = [caller.call("GET", "/tasks/x").status_code for _ in range(3)]
    assert statuses == [429, 429, 200]


def test_retry_after_is_two_seconds(call):
    caller = call("retry-after")
    assert caller.create().headers["Retry-After"] == "2"
    assert caller.call("GET", "/tasks/x").headers["Retry-After"] == "2"
    assert caller.call("GET", "/tasks/x").status_code == 200


@pytest.mark.parametrize(
    ("name", "code", "words", "passes"),
    [
        ("fail", "InvalidParameter", "The size is not match", True),
        ("content-failed", "DataInspectionFailed", "inappropriate content", True),
        ("not-activated", "InvalidParameter", "product is not activated", False),
    ],
)
def test_an_accepted_task_can_fail_later(call, name, code, words, passes):
    caller = call(name)
    outputs = [caller.ended(caller.accepted())["output"] for _ in range(2)]
    assert outputs[0]["task_status"] == "FAILED"
    assert outputs[0]["code"] == code
    assert words in outputs[0]["message"]
    assert outputs[1]["task_status"] == ("SUCCEEDED" if passes else "FAILED")


def test_the_scenario_oss_refused_refuses_the_create_call(call, encoded):
    caller = call("oss-refused")
    url = caller.upload(encoded())
    assert [outcome(caller, url=url) for _ in range(2)] == ["invalid_parameter_error"] * 2
    assert outcome(caller) == 200


def test_the_scenario_oss_refused_late_fails_the_task(call, encoded):
    caller = call("oss-refused-late")
    output = caller.ended(caller.accepted(url=caller.upload(encoded())))["output"]
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidParameter")
    assert "URL does not appear to be valid" in output["message"]
    assert caller.made()


def test_the_scenario_upload_refused_refuses_one_form(call):
    caller = call("upload-refused")
    answers = [caller.post_form(b"x") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [403, 200]
    assert "Policy expired" in answers[0].text


def test_the_scenario_upload_stall_stops_reading_for_12_seconds_once(call, clock):
    caller = call("upload-stall", clock=clock)
    fields = [form_fields(caller.policy().json()["data"]) for _ in range(2)]
    waited = []
    for each in fields:
        start = clock.now()
        assert caller.post_form(b"x" * 1_000_000, fields=each).status_code == 200
        waited.append((clock.now() - start).total_seconds())
    assert waited == [12.0, 0.0]


def test_an_expired_task_is_unknown_once_its_success_was_reported(call, fetch):
    caller = call("expired")
    body = caller.made()
    task_id, url = body["output"]["task_id"], body["output"]["video_url"]
    assert caller.query(task_id)["output"]["task_status"] == "UNKNOWN"
    assert caller.rows()["data"] == []
    assert fetch(url).status_code == 200


def test_a_late_task_is_unknown_for_two_seconds(call, clock):
    caller = call("late", clock=clock)
    task_id = caller.accepted()
    assert caller.query(task_id)["output"]["task_status"] == "UNKNOWN"
    assert caller.rows()["total"] == 0
    clock.sleep(2)
    assert caller.query(task_id)["output"]["task_status"] == "SUCCEEDED"
    assert caller.rows()["total"] == 1


def test_the_list_also_contains_tasks_of_other_clients(call):
    caller = call("foreign-tasks")
    ours = caller.accepted()
    rows = {row["task_id"]: row for row in caller.rows()["data"]}
    assert len(rows) == 3
    assert {row["model_name"] for row in rows.values()} == {V6}
    times = [row["gmt_create"] for row in rows.values()]
    assert times.count(rows[ours]["gmt_create"]) == 2
    assert accepted(caller) == 1


def test_finished_tasks_of_other_clients_can_be_queried_and_downloaded(call, fetch):
    caller = call("foreign-tasks")
    ours = caller.accepted()
    others = [row for row in caller.rows()["data"] if row["task_id"] != ours]
    finished = next(row["task_id"] for row in others if row["status"] == "SUCCEEDED")
    output = caller.query(finished)["output"]
    assert output["orig_prompt"] == "Somebody else's prompt."
    assert fetch(output["video_url"]).content[4:8] == b"ftyp"


def test_slow_answers_come_two_seconds_late_and_tasks_run_longer(call, clock):
    caller = call("slow", clock=clock, pace=Pace(queue=0, run=(10, 10)))
    start = clock.now()
    task_id = caller.accepted(duration=1)
    assert (clock.now() - start).total_seconds() == 2
    clock.sleep(30)
    assert caller.query(task_id)["output"]["task_status"] == "RUNNING"
    clock.sleep(20)
    assert caller.query(task_id)["output"]["task_status"] == "SUCCEEDED"


def flaky_statuses(caller, clock, path, count=30):
    """Return the statuses of ``count`` GETs, 0 for a reset."""
    statuses = []
    for _ in range(count):
        clock.sleep(1)  # past the rate limit
        try:
            statuses.append(caller.call("GET", path).status_code)
        except requests.ConnectionError:
            statuses.append(0)
    return statuses


def test_flaky_gets_fail_at_most_three_times_in_a_row(call, clock):
    seen = flaky_statuses(call("flaky", clock=clock, seed=1), clock, "/tasks/x", 100)
    assert set(seen) == {200, 0, 429, 500, 502, 503}
    assert 50 < seen.count(200) < 85
    longest = max(len(run) for run in "".join("." if s == 200 else "x" for s in seen).split("."))
    assert longest <= 3


def test_flaky_failures_depend_on_the_seed(call, clock):
    runs = [
        flaky_statuses(call("flaky", clock=clock, seed=seed), clock, "/tasks/x")
        for seed in (5, 5, 6)
    ]
    assert runs[0] == runs[1] != runs[2]


def test_flaky_affects_videos_but_not_creates(call):
    caller = call("flaky", seed=2)
    assert [outcome(caller) for _ in range(5)] == [200] * 5
    task_id = caller.sandbox.account.tasks[0].task_id
    answers = (answer for _ in range(20) if (answer := query_or_none(caller, task_id)))
    url = next(answers)["output"]["video_url"]
    statuses = set()
    for _ in range(20):
        try:
            statuses.add(requests.get(url, timeout=5).status_code)
        except requests.ConnectionError:
            statuses.add(0)
    assert 200 in statuses
    assert len(statuses) > 1


def query_or_none(caller, task_id):
    try:
        answer = caller.call("GET", f"/tasks/{task_id}")
    except requests.ConnectionError:
        return None
    return answer.json() if answer.status_code == 200 else None


def test_hostile_text_is_in_every_text_but_not_in_headers(call):
    caller = call("hostile-text")
    answer = caller.create()
    body = answer.json()
    assert body["request_id"].endswith(HOSTILE)
    assert all(value.isascii() and value.isprintable() for value in answer.headers.values())
    assert len(body["output"]["task_id"]) == 36
    made = caller.query(body["output"]["task_id"])
    assert made["output"]["orig_prompt"].endswith(HOSTILE)
    assert made["usage"]["shot_type"].endswith(HOSTILE)
    assert caller.create(model="x").json()["message"].endswith(HOSTILE)
    assert caller.rows()["data"][0]["request_id"].endswith(HOSTILE)
    for char in ("\x1b", "\x07", "\r", "\u202e", "\x9b", "\x00"):
        assert char in HOSTILE


def test_hostile_text_is_in_failures(call):
    caller = call("hostile-text", "fail")
    assert caller.ended(caller.accepted())["output"]["message"].endswith(HOSTILE)


def video(call, *scenarios, **options):
    caller = call(*scenarios, **options)
    body = caller.made(duration=1)
    return caller, body["output"]["task_id"], body["output"]["video_url"]


def test_a_truncated_video_can_be_resumed(call):
    _, _, url = video(call, "truncated")
    got, announced = b"", None
    for _ in range(3):
        with requests.get(
            url, headers={"Range": f"bytes={len(got)}-"}, stream=True, timeout=5
        ) as answer:
            announced = announced or int(answer.headers["Content-Length"])
            got += bytes_until_cut(answer)
    assert len(got) == announced
    assert requests.get(url, timeout=5).content == got


def bytes_until_cut(answer):
    """Return all bytes of the body that arrive, even if it is cut."""
    got = b""
    try:
        for chunk in answer.iter_content(64):
            got += chunk
    except requests.exceptions.ChunkedEncodingError:
        pass
    return got


def test_a_wrong_length_happens_once(call, fetch):
    lengths = set()
    for duration in (1, 2, 3, 4):
        url = call("wrong-length").made(duration=duration, audio=True)["output"]["video_url"]
        wrong, right = fetch(url), fetch(url)
        assert wrong.headers["Content-Length"] == str(len(wrong.content))
        assert wrong.content[:100] == right.content[:100]
        lengths.add(len(wrong.content) - len(right.content))
    assert lengths <= {-37, 37}


def test_a_slow_video_begins_two_seconds_late(call, fetch, clock):
    url = call("slow-video", clock=clock).made()["output"]["video_url"]
    start = clock.now()
    assert fetch(url).content[4:8] == b"ftyp"
    assert (clock.now() - start).total_seconds() == 2


def test_a_redirect_leads_to_another_origin(call, fetch):
    caller, _, url = video(call, "redirect")
    answer = fetch(url)
    assert answer.status_code == 302
    target = answer.headers["Location"]
    assert not target.startswith((caller.sandbox.video_host, caller.sandbox.upload_host))
    assert fetch(target).content[4:8] == b"ftyp"
    assert fetch(url).status_code == 302


def test_a_dead_link_is_replaced_by_the_next_query(call, fetch):
    caller, task_id, url = video(call, "link-dead")
    assert fetch(url).status_code == 403
    assert fetch(url).status_code == 404
    fresh = caller.query(task_id)["output"]["video_url"]
    assert fresh != url
    assert fetch(fresh).status_code == 200


def test_the_scenario_not_a_video_serves_one_html_page(call, fetch):
    _, _, url = video(call, "not-a-video")
    answer = fetch(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert fetch(url).headers["Content-Type"] == "video/mp4"


def test_the_scenario_unsure_follows_the_other_reading_of_the_pages(call):
    caller = call("unsure")
    body = caller.made(duration=1)
    assert (body["code"], body["message"]) == (None, "")
    assert json.dumps(body["usage"]["duration"]) == "1.0"
    failed = caller.ended(caller.accepted(duration=99))["output"]
    assert {"submit_time", "end_time", "code"} <= set(failed)
    assert caller.rows(page_size=100)["page_size"] == 10
