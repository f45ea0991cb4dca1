"""From what the user typed to records: a whole id, the start of one, or a number."""

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.lookup import find_records
from pixverse_cli.flows.stored import reference_of, stored_records
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store

MANY = [f"many-{number:02}" for number in range(11)]
IDS = ["abcd-1", "abcd-2", "abcd-2-x", *MANY, None]


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path)
    for task_id in IDS:
        opened.records.intend(
            Record(number=0, status=Status.SUCCEEDED, service="https://s", task_id=task_id)
        )
    yield opened
    opened.close()


@pytest.fixture(params=["store", "service"])
def find(request, store, clock):
    """Return both ways from references to ids; the second one may ask the service."""
    tools = Tools(lambda: None, store, clock, Interrupts(clock), "https://s", lambda: "account")

    def found(*references):
        if request.param == "store":
            return [record.task_id for record in stored_records(references, store)]
        try:
            next(find_records(references, tools))
        except StopIteration as end:
            return [record.task_id for record in end.value]

    return found


def test_a_whole_id_or_a_unique_start_of_four_characters_names_a_record(find):
    assert find("abcd-2", "abcd-1") == ["abcd-2", "abcd-1"]
    assert find("abcd-2-", "many-10") == ["abcd-2-x", "many-10"]
    assert find("abcd-1", "abcd-2", "abcd-1") == ["abcd-1", "abcd-2"]


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("abc", "'abc': type at least 4 characters of a task id"),
        ("man", "'man': type at least 4 characters of a task id"),
        ("abce", "No known task id starts with 'abce'"),
        ("abcd", "several task ids start with 'abcd': abcd-1, abcd-2, abcd-2-x"),
        ("many", f"several task ids start with 'many': {', '.join(MANY[:10])}, …"),
        ("many-0", f"several task ids start with 'many-0': {', '.join(MANY[:10])}"),
    ],
)
def test_what_names_no_record_or_several_is_told(find, reference, problem):
    with pytest.raises(UsageError) as refused:
        find("abcd-1", reference, "zzzz")
    assert refused.value.message.split("\n") == [problem, "No known task id starts with 'zzzz'"]
    assert refused.value.hint == "`pixverse list --all` shows every id"


def test_a_record_without_an_id_is_named_by_its_number(store):
    number = len(IDS)
    [record] = stored_records([f"#{number}"], store)
    assert (record.task_id, reference_of(record)) == (None, f"#{number}")
    assert reference_of(stored_records(["#1"], store)[0]) == "abcd-1"
    with pytest.raises(UsageError, match="No known request has the number '#99'"):
        stored_records(["#99"], store)
