"""What requests cost: each price in exactly one sum, in the right group."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.spending import Spending, report
from pixverse_cli.settings.values import Setting, Settings
from pixverse_cli.store import Store

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
REQUEST = Record(
    number=0,
    status=Status.SUCCEEDED,
    service="https://dashscope.aliyuncs.com/api/v1",
    model="pixverse/pixverse-v6-it2v",
    image="turtle.webp",
    resolution="720P",
    duration=5,
    fingerprint="f",
    estimate=Decimal("1.35"),
    intent_at=NOON,
)
USAGE = {"duration": 5, "SR": "720", "audio": False}


@pytest.fixture
def spent(tmp_path, monkeypatch):
    """Return a function: from records and options to the report."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    store = Store(tmp_path)

    def reported(*records, **options):
        for record in records:
            store.records.intend(record)
        given = {name: Setting(str(value), f"--{name}") for name, value in options.items()}
        return report(Settings(given, {}), store, NOON)

    yield reported
    store.close()
    monkeypatch.undo()
    time.tzset()


def test_each_price_is_in_one_sum(spent):
    records = (
        replace(REQUEST, usage=USAGE),
        replace(REQUEST, status=Status.RUNNING),
        replace(REQUEST, status=Status.UNCLEAR),
        replace(REQUEST, usage=USAGE, provisional=True),
        replace(REQUEST, status=Status.FAILED),
        replace(REQUEST, status=Status.NOT_SENT),
        replace(REQUEST, status=Status.CANCELED),
    )
    price = Decimal("1.35")
    expected = Spending(
        "2026-11-27", requests=4, free=3, actual=price, estimate=price, unclear=2 * price
    )
    found = spent(*records)
    assert found.groups == (expected,)
    assert found.total == expected._replace(group="total")
    assert found.total.total == 2 * price


def test_the_price_of_usage_counts_not_the_estimate(spent):
    longer = replace(REQUEST, usage={**USAGE, "duration": 8})
    assert spent(longer).total.actual == Decimal("2.16")


def test_what_has_no_price_is_counted(spent):
    assert spent(replace(REQUEST, estimate=None)).total == Spending("total", requests=1, unpriced=1)


def test_other_machines_and_sandboxes_are_left_out(spent):
    other = replace(REQUEST, fingerprint=None)
    play = [
        replace(REQUEST, service=f"http://{host}:8000/api/v1") for host in ("127.0.0.1", "[::1]")
    ]
    found = spent(other, *play)
    assert (found.groups, found.left_out) == ((), 2)
    found = spent(REQUEST, sandbox="true")
    assert (found.total.requests, found.left_out) == (2, 0)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("day", ["2026-11-27", "2027-01-01"]),
        ("week", ["2026-W48", "2026-W53"]),
        ("month", ["2026-11", "2027-01"]),
        ("MODEL", ["v6", "pixverse/pixverse-v9-it2v"]),
        ("image", ["turtle.webp", "?"]),
        ("resolution", ["720P", "1080P"]),
    ],
)
def test_groups(spent, by, groups):
    # 2026-12-31 20:00 in London is the next year in Beijing
    late = replace(
        REQUEST,
        intent_at=datetime(2026, 12, 31, 20, tzinfo=UTC),
        model="pixverse/pixverse-v9-it2v",
        image=None,
        resolution="1080P",
        estimate=Decimal("0.99"),
    )
    assert [spent.group for spent in spent(late, REQUEST, by=by).groups] == groups


def test_since(spent):
    old = replace(REQUEST, intent_at=NOON - timedelta(days=8))
    assert spent(REQUEST, old, since="7d").total.requests == 1
    assert spent(since="9d").total.requests == 2


def test_a_group_and_a_time_that_are_none_are_refused_together(spent):
    with pytest.raises(UsageError) as refused:
        spent(by="fortnight", since="soon")
    assert "--by fortnight: choose day, week, month" in str(refused.value)
    assert "--since soon: must be a time" in str(refused.value)
