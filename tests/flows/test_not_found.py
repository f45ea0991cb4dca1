"""What a search that adopted nothing says: nobody is told to pay again while it is not certain."""

import pytest

from pixverse_cli.domain.errors import UnclearError, UnreachableError
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.search import Found, not_found_error


def error_of(status, *candidates):
    record = Record(number=1, status=status, service="https://s")
    return not_found_error(Found(record=record, candidates=candidates))


def test_only_a_call_that_was_not_accepted_may_be_sent_again():
    error = error_of(Status.NOT_SENT)
    assert type(error) is UnreachableError
    assert error.hint == "it is safe to submit again"


@pytest.mark.parametrize(
    ("candidates", "words", "hint"),
    [
        ((), "the account's list does not show its task yet", "run `pixverse recover` in a minute"),
        (("t-1", "t-2"), "of the account may be the result: t-1, t-2", "pixverse recover --adopt"),
    ],
)
def test_an_unclear_call_leads_to_recover_and_keeps_its_candidates(candidates, words, hint):
    error = error_of(Status.UNCLEAR, *candidates)
    assert type(error) is UnclearError
    assert words in error.message
    assert hint in error.hint
    assert error.candidates == candidates
