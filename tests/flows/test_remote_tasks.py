"""Reading the account's task list: when its pages prove that nothing is missing."""

import pytest

from pixverse_cli.dashscope.wire import Page
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.task import ListedTask, Status
from pixverse_cli.flows.remote_tasks import list_tasks
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store


def page_of(ids, total, total_pages=1, uid="1"):
    tasks = tuple(
        ListedTask(
            task_id=each, status=Status.RUNNING, model="m", request_id=None, submitted_at=None
        )
        for each in ids
    )
    return Page(tasks=tasks, total=total, total_pages=total_pages, uid=uid, date=None)


class Pages:
    """A client whose list has these pages in each reading; all pages after them are empty."""

    def __init__(self, *readings):
        self._readings = list(readings)
        self.calls = []

    def listed(self, *, page, **_):
        self.calls.append(page)
        if page == 1 and len(self.calls) > 1 and len(self._readings) > 1:
            self._readings.pop(0)
        pages = self._readings[0]
        return (
            pages[page - 1]
            if page <= len(pages)
            else page_of("", pages[-1].total, pages[-1].total_pages)
        )


@pytest.fixture
def read(tmp_path, clock):
    store = Store(tmp_path / "state")

    def reader(*readings):
        client = Pages(*readings)
        tools = Tools(
            connect=lambda: client,
            store=store,
            clock=clock,
            interrupts=Interrupts(clock),
            service="https://s",
            account=lambda: "account",
        )
        steps = list_tasks(tools)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return done.value, client.calls

    yield reader
    store.close()


def ids(listing):
    return "".join(task.task_id for task in listing.tasks)


@pytest.mark.parametrize(
    "pages",
    [
        [page_of("abc", 3)],
        [page_of("ab", 3, 2), page_of("c", 3, 2)],
        [page_of("", 0, 0)],
        [page_of("", 0, 1)],
    ],
    ids=["one page", "two pages", "no page", "an empty page"],
)
def test_a_list_whose_counts_agree_with_its_rows_is_whole_89(read, pages):
    listing, calls = read(pages)
    assert (listing.whole, len(calls)) == (True, len(pages))


@pytest.mark.parametrize(
    ("pages", "rows"),
    [
        ([page_of("ab", None, None), page_of("c", None, None)], "abc"),
        ([page_of("ab", 3, None), page_of("c", 3, None)], "abc"),
        ([page_of("ab", None, 2), page_of("c", None, 2)], "abc"),
        ([page_of("ab", 3, 1), page_of("c", 3, 1)], "abc"),
        ([page_of("abc", 3, 0)], "abc"),
        ([page_of("ab", 7, 1)], "ab"),
        ([page_of("ab", 1, 1)], "ab"),
        ([page_of("ab", 4, 2), page_of("ab", 4, 2)], "ab"),
        ([page_of("", 1, 1)], ""),
        ([page_of("", None, None)], ""),
        ([page_of("ab", 3, 2), page_of("c", 3, 3)], "abc"),
        ([page_of("ab", 4, 2), page_of("c", 3, 2)], "abc"),
    ],
    ids=[
        "no counts",
        "no number of pages",
        "no number of rows",
        "more pages than promised",
        "no page, but rows",
        "rows are missing",
        "more rows than promised",
        "repeated rows",
        "a promised row",
        "empty without counts",
        "pages disagree on the pages",
        "pages disagree on the rows",
    ],
)
def test_a_list_whose_counts_prove_nothing_is_not_whole_but_its_rows_are_used_89(read, pages, rows):
    listing, _ = read(pages)
    assert (listing.whole, ids(listing)) == (False, rows)


def test_a_list_that_shifts_while_it_is_read_is_read_again_89(read):
    shifted = [page_of("ab", 3, 2), page_of("bc", 4, 2)]
    settled = [page_of("xa", 4, 2), page_of("bc", 4, 2)]
    listing, calls = read(shifted, settled)
    assert (listing.whole, sorted(ids(listing)), calls) == (True, list("abcx"), [1, 2, 3, 1, 2])


@pytest.mark.parametrize(
    "first",
    [
        [page_of("ab", 4, 2), page_of("bc", 4, 2)],
        [page_of("ab", 4, 2), page_of("c", 3, 2)],
    ],
    ids=["a repeated row", "another count"],
)
def test_either_sign_of_a_shift_is_enough_to_read_again_89(read, first):
    listing, calls = read(first, [page_of("ab", 3, 2), page_of("c", 3, 2)])
    assert (listing.whole, calls[-2:]) == (True, [1, 2])


def test_a_list_that_goes_on_shifting_is_not_whole_89(read):
    shifted = [page_of("ab", 3, 2), page_of("bc", 4, 2)]
    listing, calls = read(shifted, shifted)
    assert (listing.whole, ids(listing), len(calls)) == (False, "abc", 6)


def test_the_main_account_is_known_if_all_pages_name_the_same_88(read):
    assert read([page_of("ab", 3, 2), page_of("c", 3, 2)])[0].uid == "1"
    assert read([page_of("ab", 3, 2), page_of("c", 3, 2, uid="2")])[0].uid is None
