"""Many processes with one store at once: no task is lost, no process finds it locked."""

from tests.concurrency.crowd import crowd
from tests.faults.case import row

URL = "https://example.com/turtle.webp"


@row(56)
def test_many_processes_all_succeed_within_the_rate_limit_56(pixverse, sandbox):
    size = 10
    result = crowd(pixverse, sandbox, size)
    assert (result.codes, result.stderr) == ({0: size}, "")
    # on a busy machine two calls with different slots may arrive together
    assert result.throttled["query"] == 0
    assert result.throttled["create"] <= 2
    # the ids differ: so many records stand under so many ids
    assert (result.accepted, result.records, result.complete) == (size, size, size)


def test_concurrent_equal_submits_with_once_pay_once(pixverse, sandbox):
    running = [
        pixverse.start("submit", URL, "-r", "360P", "-d", "1", "--once", "--wait") for _ in range(4)
    ]
    outputs = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0] * 4, outputs
    assert len({stdout for stdout, _ in outputs}) == 1
    assert len(sandbox.account.tasks) == 1


def test_concurrent_equal_submits_with_once_pay_once_when_an_answer_is_lost(pixverse, open_sandbox):
    sandbox = open_sandbox("lost-reply")
    other = pixverse.against(sandbox)
    running = [other.start("submit", URL, "-r", "360P", "-d", "1", "--once") for _ in range(3)]
    outputs = [process.communicate(timeout=60) for process in running]
    [bought] = sandbox.account.tasks
    assert [stdout for stdout, _ in outputs] == [f"{bought.task_id}\n"] * 3, outputs
    assert sandbox.account.creates == 1


def test_concurrent_submits_stay_within_the_budget(pixverse, sandbox):
    options = ("-r", "360P", "-d", "1", "--budget", "0.45/day")  # 0.15 CNY each
    running = [pixverse.start("submit", URL, *options) for _ in range(6)]
    outputs = [process.communicate(timeout=60) for process in running]
    codes = sorted(process.returncode for process in running)
    assert codes == [0] * 3 + [2] * 3, outputs
    assert sandbox.account.creates == 3
