"""The sentences of several tasks: which one each is about, what repeats, the summary."""

import pytest

from pixverse_cli.domain.endings import Asked
from pixverse_cli.domain.errors import (
    Charged,
    Stopped,
    TaskFailedError,
    UnclearError,
    UnreachableError,
)
from pixverse_cli.domain.events import (
    Ended,
    Expected,
    Known,
    Planned,
    Retrying,
    Saved,
    Seen,
    Submitted,
    Uploaded,
    Uploading,
)
from pixverse_cli.domain.frozen import replace
from pixverse_cli.reporting.plain import PlainReporter
from pixverse_cli.reporting.result import Result
from pixverse_cli.reporting.sentences import TaskSet

ID, OTHER = "0385dc79-5ff8-4d82", "1385dc79-5ff8-4d82"


@pytest.fixture
def stderr_of(clock, capsys):
    """Return a function that draws events as plain lines and returns those on stderr."""

    def draw(*events):
        reporter = PlainReporter(Result.NOTHING, clock, quiet=False)
        for _ in reporter.drawing(events):
            pass
        return capsys.readouterr().err.splitlines()

    return draw


@pytest.fixture
def saved(record):
    def make(number, **known):
        usual = {"number": number, "task_id": f"{number:08x}-5ff8", "file": f"/videos/{number}.mp4"}
        usage = {"SR": 720, "duration": 5, "audio": False}
        return record("SUCCEEDED", image=f"图{number}.png", **(usual | {"usage": usage} | known))

    return make


def test_a_set_ends_with_one_summary_of_count_length_cost_and_place(stderr_of, saved):
    records = [saved(1), saved(2)]
    events = [e for each in records for e in (Saved(record=each), Ended(record=each))]
    assert stderr_of(Planned(total=2), *events)[-1] == (
        "2 of 2 done: 10 s of video, 2.70 CNY at list prices, saved in /videos/"
    )


def test_a_video_that_was_saved_before_has_no_price_in_the_summary(stderr_of, saved):
    records = [saved(1), saved(2)]
    events = [e for each in records for e in (Saved(record=each, already=True), Ended(record=each))]
    summary = "2 of 2 done, 2 of them before: nothing was bought"
    assert stderr_of(Planned(total=2), *events)[-1] == summary


def test_an_upload_is_announced_once(stderr_of):
    begun = [Uploading(image="图.png", sent=0, total=3000)] * 2
    sent = Uploading(image="图.png", sent=3000, total=3000)
    lines = stderr_of(*begun, sent, Uploaded(image="图.png", url="oss://x"))
    assert lines == ["图.png: uploading 3 kB", "图.png: uploaded"]


def test_the_summary_names_each_task_that_failed(stderr_of, saved, record):
    good, bad = saved(1), record("FAILED", task_id=OTHER, number=2, image="海龟.png")
    lines = stderr_of(
        Planned(total=3),
        Saved(record=good),
        Ended(record=good),
        Ended(record=bad, error=TaskFailedError("the task failed", task_id=OTHER)),
        Ended(record=None, error=UnreachableError("no connection"), label="坏.png"),
    )
    assert lines[-2].startswith("1 of 3 done: 5 s of video")
    assert lines[-1] == "not done: 海龟.png 1385dc79, 坏.png"


def test_an_error_of_one_of_several_tasks_names_its_image(stderr_of, record):
    bad = record("FAILED", image="海龟.png")
    lines = stderr_of(
        Planned(total=2),
        Ended(record=bad, error=TaskFailedError("the task failed", task_id=ID)),
        Ended(record=None, error=UnreachableError("no answer"), label="坏.png"),
    )
    assert "error: 海龟.png 0385dc79: the task failed" in lines
    assert "error: 坏.png: no answer" in lines


def test_a_single_task_needs_no_name_and_no_summary(stderr_of, record):
    error = TaskFailedError("the task failed", task_id=ID)
    lines = stderr_of(Planned(total=1), Ended(record=record("FAILED"), error=error))
    assert lines == ["error: the task failed", "charged: no: nothing was bought"]


def test_without_network_13_orders_say_it_once_and_that_nothing_was_bought(stderr_of):
    reason = "no connection to 127.0.0.1"
    retries = [Retrying(reason=reason, delay=1.0) for _ in range(39)]
    failures = [
        Ended(record=None, error=UnreachableError(reason, hint="try later"), label=f"图{n}.png")
        for n in range(13)
    ]
    lines = stderr_of(Planned(total=13), *retries, *failures)
    assert len([line for line in lines if "again" in line]) == 1
    assert len([line for line in lines if line.startswith("error")]) == 1
    assert lines[-2] == "0 of 13 done: nothing was bought"
    assert lines[-1].startswith("not done: 图0.png, 图1.png")


def test_nothing_was_bought_is_not_said_while_that_is_unclear(stderr_of):
    error = UnclearError("no answer", charged=Charged.UNKNOWN)
    lines = stderr_of(Planned(total=2), *[Ended(record=None, error=error, label="a.png")] * 2)
    assert not [line for line in lines if "nothing was bought" in line]


def test_the_usual_time_is_said_once_for_each_kind_of_request(stderr_of, record):
    short, long = record(), record(duration=8)
    events = [Expected(record=each, low=30, high=40, count=9) for each in (short, long, short)]
    lines = stderr_of(*events)
    assert lines == [
        "v6 720P 5 s usually takes 30-40 s: 9 earlier tasks did",
        "v6 720P 8 s usually takes 30-40 s: 9 earlier tasks did",
    ]


def test_a_retry_names_the_image_of_its_task(stderr_of, record):
    lines = stderr_of(
        Planned(total=2),
        Known(record=record()),
        Retrying(reason="no connection", delay=2.0, task_id=ID),
    )
    assert lines == ["turtle.webp 0385dc79: no connection; trying again in 2 s"]


def test_a_retry_at_once_is_not_in_0_s_and_a_sentence_of_the_service_ends_once(stderr_of):
    lines = stderr_of(Retrying(reason="Model is unavailable.", delay=0.0))
    assert lines == ["Model is unavailable; trying again now"]


def test_videos_that_were_there_before_are_told_apart(saved):
    tasks = TaskSet()
    before, now = saved(1), saved(2)
    events = (Planned(total=2), Ended(record=before), Saved(record=now), Ended(record=now))
    for event in events:
        tasks.add(event)
    (line,) = tasks.summary()
    assert line.startswith("2 of 2 done, 1 of them before: 5 s of video")


def test_a_set_that_was_only_submitted_says_so(record):
    tasks = TaskSet()
    tasks.add(Planned(total=2))
    for each in (record("PENDING"), replace(record("PENDING"), number=2)):
        tasks.add(Seen(record=each))
        tasks.add(Ended(record=each))
    (line,) = tasks.summary()
    assert line.startswith("2 of 2 submitted")


@pytest.mark.parametrize(
    ("total", "sentence"),
    [(2, ""), (3, ". 1 of 3 requests was not sent"), (12, ". 10 of 12 requests were not sent")],
)
def test_a_stop_says_how_many_requests_were_not_sent(clock, record, total, sentence):
    def events():
        yield Planned(total=total)
        yield Ended(record=None, error=UnreachableError("no connection"), label="a.png")
        yield Submitted(record=record("PENDING"))
        raise Stopped(2, "SIGINT")

    with pytest.raises(Stopped) as stopped:
        PlainReporter(Result.NOTHING, clock, quiet=False).run(events(), Asked(pays=True))
    running = "Stopped. Task 0385dc79-5ff8-4d82 keeps running at the service"
    assert stopped.value.message == running + sentence


def test_a_stop_tells_finished_tasks_from_those_that_keep_running(clock, record):
    def events():
        yield Submitted(record=record("SUCCEEDED"))
        yield Submitted(record=record("RUNNING", number=2, task_id=OTHER))
        raise Stopped(2, "SIGINT")

    with pytest.raises(Stopped) as stopped:
        PlainReporter(Result.NOTHING, clock, quiet=False).run(events(), Asked(pays=True))
    running = "Stopped. 1 task keeps running at the service"
    assert stopped.value.message == f"{running}; 1 succeeded, but nothing is saved yet"
