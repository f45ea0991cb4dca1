"""Frozen values: built from their fields, equal by them, never changed."""

import pkgutil
from importlib import import_module

import pytest

import pixverse_cli
from pixverse_cli.dashscope.wire import Policy
from pixverse_cli.domain.events import Ended, Known, Saved, Submitted
from pixverse_cli.domain.frozen import Frozen, replace
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.http.exchange import Request
from pixverse_cli.media.video.download import Fetched

RECORD = Record(number=1, status=Status.RUNNING, service="https://s.example")


class Pair(Frozen):
    """Two fields, the second with a default."""

    word: str
    count: int = 1


def test_defaults_are_fields_too():
    assert vars(Pair(word="a")) == {"word": "a", "count": 1}
    assert repr(Pair(count=2, word="a")) == "Pair(word='a', count=2)"


@pytest.mark.parametrize(
    ("fields", "named"),
    [({}, "word"), ({"count": 2}, "word"), ({"word": "a", "size": 1, "kind": 2}, "kind, size")],
)
def test_missing_and_unknown_fields_are_named(fields, named):
    with pytest.raises(TypeError, match=f"Pair: fields missing or unknown: {named}$"):
        Pair(**fields)


def test_values_are_equal_by_their_fields():
    assert Pair(word="a") == Pair(count=1, word="a")
    assert Pair(word="a") != Pair(word="b")
    assert len({Pair(word="a"), Pair(count=1, word="a"), Pair(word="b")}) == 2


def test_values_of_two_classes_are_never_equal():
    assert Known(record=RECORD) != Submitted(record=RECORD)
    assert Saved(record=RECORD) not in [Ended(record=RECORD), Known(record=RECORD, position=0)]
    assert Pair(word="a") != ("a", 1)


def test_a_value_is_not_changed_but_copied():
    pair = Pair(word="a")
    with pytest.raises(AttributeError, match="a Pair is frozen: count"):
        pair.count = 2
    assert replace(pair, count=2) == Pair(word="a", count=2)
    assert pair == Pair(word="a")
    with pytest.raises(TypeError, match="size"):
        replace(pair, size=2)


def test_no_shared_default_can_be_changed():
    for module in pkgutil.walk_packages(pixverse_cli.__path__, "pixverse_cli."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    kinds = Frozen.__subclasses__()
    assert {Policy, Request, Fetched} < set(kinds)
    changeable = (list, dict, set, bytearray)
    assert not [
        (kind, name)
        for kind in kinds
        for name in kind._fields
        if isinstance(vars(kind).get(name), changeable)
    ]
