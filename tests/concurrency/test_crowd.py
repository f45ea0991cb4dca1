"""Many processes on one store at once: nothing lost, nothing locked, nobody refused."""

from tests.concurrency.crowd import crowd

URL = "https://example.com/turtle.webp"


def test_a_crowd_is_served_whole_and_keeps_to_the_rate(pixverse, sandbox):
    size = 16
    came = crowd(pixverse, sandbox, size)
    assert (came.codes, came.stderr) == ({0: size}, "")
    # from a turn to its arrival is up to the machine: a starved one may bring two together
    assert came.throttled["query"] == 0
    assert came.throttled["create"] <= 2
    assert (came.accepted, came.records, came.whole) == (size, size, size)


def test_of_equal_submits_with_once_at_the_same_moment_one_is_paid_for(pixverse, sandbox):
    running = [
        pixverse.start("submit", URL, "-r", "360P", "-d", "1", "--once", "--wait") for _ in range(6)
    ]
    told = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0] * 6, told
    assert len({stdout for stdout, _ in told}) == 1
    assert len(sandbox.account.tasks) == 1


def test_of_equal_submits_with_once_whose_answer_is_lost_one_is_paid_for(pixverse, open_sandbox):
    sandbox = open_sandbox("lost-reply")
    person = pixverse.against(sandbox)
    running = [person.start("submit", URL, "-r", "360P", "-d", "1", "--once") for _ in range(4)]
    told = [process.communicate(timeout=60) for process in running]
    [bought] = sandbox.account.tasks
    assert [stdout for stdout, _ in told] == [f"{bought.task_id}\n"] * 4, told
    assert sandbox.account.creates == 1
