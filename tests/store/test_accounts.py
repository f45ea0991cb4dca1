"""The keys that sent requests, and which of them belong to one account."""

import pytest

FIRST, SECOND, THIRD = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture
def accounts(store):
    for name, ending in ((FIRST, "1111"), (SECOND, "2222"), (THIRD, "3333")):
        store.accounts.keep(name, ending)
    return store.accounts


def test_the_ending_of_a_key_is_kept(accounts):
    accounts.keep(FIRST, "9999")
    assert accounts.ending(FIRST) == "1111"
    assert accounts.ending("d" * 32) is None
    assert accounts.ending(None) is None


def test_keys_belong_to_different_accounts_until_the_service_shows_otherwise(accounts):
    assert not accounts.are_one(FIRST, SECOND)
    assert accounts.are_one(FIRST, FIRST)
    assert accounts.are_one("unknown", "unknown")
    assert not accounts.are_one("unknown", FIRST)


def test_keys_with_one_account_id_belong_to_one_account(accounts):
    accounts.learn_uid(FIRST, "1000")
    assert not accounts.are_one(FIRST, SECOND)
    accounts.learn_uid(SECOND, "1000")
    accounts.learn_uid(THIRD, "2000")
    assert accounts.are_one(FIRST, SECOND)
    assert not accounts.are_one(FIRST, THIRD)


def test_joined_keys_belong_to_one_account(accounts):
    accounts.join(FIRST, SECOND)
    assert accounts.are_one(FIRST, SECOND)
    assert not accounts.are_one(SECOND, THIRD)
    accounts.join(THIRD, SECOND)
    assert accounts.are_one(FIRST, THIRD)


@pytest.mark.parametrize(("one", "other"), [(FIRST, SECOND), (SECOND, FIRST)])
def test_an_account_id_is_that_of_all_joined_keys(accounts, one, other):
    accounts.learn_uid(FIRST, "1000")
    accounts.join(one, other)
    accounts.learn_uid(THIRD, "1000")
    assert accounts.are_one(SECOND, THIRD)


def test_the_first_account_id_of_a_key_is_kept(accounts):
    accounts.learn_uid(FIRST, "1000")
    accounts.learn_uid(FIRST, "2000")
    accounts.learn_uid(SECOND, "1000")
    assert accounts.are_one(FIRST, SECOND)


def test_an_unknown_key_joins_nothing(accounts):
    accounts.join("unknown", FIRST)
    assert not accounts.are_one("unknown", FIRST)
    assert not accounts.are_one(FIRST, SECOND)
