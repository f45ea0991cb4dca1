"""Jobs on threads whose events come out in one stream."""

import threading

import pytest

from pixverse_cli.domain.catalog import RUNNING_TASKS
from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.events import Note
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.flows.save import THREADS, Transfers
from pixverse_cli.flows.tools import Connect, Tools
from pixverse_cli.store import Store

LONG = 20.0  # seconds; only a broken test waits so long


@pytest.fixture
def tools(tmp_path):
    clock = SystemClock()
    store = Store(tmp_path)
    yield Tools(
        connect=Connect("http://127.0.0.1:9", lambda: "sk-test"),
        store=store,
        clock=clock,
        interrupts=Interrupts(clock),
        service="http://127.0.0.1:9",
        account=str,
    )
    store.close()


@pytest.fixture
def transfers(tools):
    made = Transfers(tools)
    yield made
    made.stop()


def noting(*texts):
    """Return a job with these notes."""
    return lambda _: iter([Note(text=text) for text in texts])


def finished(transfers):
    """Return the texts of all events until every job has ended."""
    events = []
    while transfers:
        assert transfers.wait(LONG)
        events += [event.text for event in transfers.take()]
    return events


def test_the_events_of_a_job_keep_their_order(transfers):
    transfers.start(noting("a", "b", "c"))
    assert finished(transfers) == ["a", "b", "c"]


def test_more_jobs_than_threads_all_end(transfers):
    for _ in range(3 * THREADS):
        transfers.start(noting("done"))
    assert len(transfers) == 3 * THREADS
    assert finished(transfers) == ["done"] * (3 * THREADS)


def test_the_videos_of_all_places_are_fetched_at_once(transfers):
    together = threading.Barrier(RUNNING_TASKS)

    def meeting(_):
        together.wait(LONG)
        yield Note(text="met")

    for _ in range(RUNNING_TASKS):
        transfers.start(meeting)
    assert finished(transfers) == ["met"] * RUNNING_TASKS


def test_a_job_that_waits_does_not_hold_up_the_others(transfers):
    released = threading.Event()

    def waiting(_):
        assert released.wait(LONG)
        yield Note(text="late")

    transfers.start(waiting)
    transfers.start(noting("early"))
    assert transfers.wait(LONG)
    assert [event.text for event in transfers.take()] == ["early"]
    released.set()
    assert finished(transfers) == ["late"]


def test_each_thread_works_with_a_store_and_a_client_of_its_own(transfers, tools):
    seen = []

    def job(own):
        seen.append(own)
        yield Note(text=str(len(own.store.records.newest(-1))))

    transfers.start(job)
    assert finished(transfers) == ["0"]
    assert seen[0].store is not tools.store
    assert seen[0].connect() is not tools.connect()
    assert seen[0].interrupts is not tools.interrupts


def test_the_exception_of_a_job_is_raised_where_its_events_are_taken(transfers):
    def broken(_):
        yield Note(text="first")
        raise LookupError("broken")

    transfers.start(broken)
    with pytest.raises(LookupError, match="broken"):
        finished(transfers)


def test_a_store_that_cannot_be_opened_again_is_an_error_here(tmp_path, tools):
    transfers = Transfers(tools)
    (tmp_path / "tasks.db").write_bytes(b"")
    transfers.start(noting("never"))
    with pytest.raises(Exception, match="is empty"):
        finished(transfers)
    transfers.stop()


def test_stop_ends_a_job_at_its_next_event_and_closes_it(transfers):
    begun, ended = threading.Event(), threading.Event()

    def endless(_):
        try:
            while True:
                begun.set()
                yield Note(text="more")
        finally:
            ended.set()

    transfers.start(endless)
    assert begun.wait(LONG)
    transfers.stop()
    assert ended.wait(LONG)


class TestASystemWithoutThreads:
    @pytest.fixture
    def refuse(self, monkeypatch):
        """Return a function after which the system starts no further thread."""

        def refused(_thread):
            raise RuntimeError("can't start new thread")

        return lambda: monkeypatch.setattr(threading.Thread, "start", refused)

    def test_a_job_is_done_here(self, transfers, refuse):
        refuse()
        for text in ("a", "b"):
            transfers.start(noting(text))
        assert finished(transfers) == ["a", "b"]

    def test_a_thread_that_was_started_before_does_the_further_jobs(self, transfers, refuse):
        here, workers = threading.current_thread(), set()

        def job(_):
            workers.add(threading.current_thread())
            yield Note(text="done")

        transfers.start(job)
        refuse()
        transfers.start(job)
        assert finished(transfers) == ["done", "done"]
        assert here not in workers

    @pytest.mark.parametrize("most", [1, 2, 3, 4])
    def test_jobs_and_calls_find_the_threads_that_they_need(self, transfers, monkeypatch, most):
        """Each network call has a thread of its own, those of this thread as well."""
        start, before = threading.Thread.start, set(threading.enumerate())

        def limited(thread):
            if len(set(threading.enumerate()) - before) >= most:
                raise RuntimeError("can't start new thread")
            start(thread)

        def call():
            thread = threading.Thread(target=str)
            thread.start()
            thread.join()

        def calling(_):
            call()
            yield Note(text="done")

        monkeypatch.setattr(threading.Thread, "start", limited)
        for _ in range(5):
            transfers.start(calling)
            call()
        assert finished(transfers) == ["done"] * 5


def test_nothing_to_take_is_not_waited_for(transfers):
    assert not transfers.wait(0.0)
    assert list(transfers.take()) == []


def test_a_job_may_run_here(transfers):
    assert [event.text for event in transfers.run(noting("a", "b"), here=True)] == ["a", "b"]
    assert not transfers
    assert list(transfers.run(noting("c"), here=False)) == []
    assert finished(transfers) == ["c"]


def test_the_end_of_the_block_stops_the_threads(tools):
    begun, ended = threading.Event(), threading.Event()

    def endless(_):
        try:
            while True:
                begun.set()
                yield Note(text="more")
        finally:
            ended.set()

    with Transfers(tools) as transfers:
        transfers.start(endless)
        assert begun.wait(LONG)
    assert ended.wait(LONG)
