"""What each line of doctor says about a set-up, and with which error the command ends."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from pixverse_cli.dashscope.wire import Page
from pixverse_cli.domain.errors import AuthError, BillingError, UnexpectedError, UnreachableError
from pixverse_cli.domain.finding import Finding
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.hosts import service_host
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.doctor import examine, gravest
from pixverse_cli.settings.key import Key
from pixverse_cli.store import Store

SERVICE = "https://dashscope.aliyuncs.com/api/v1"


class SetUp:
    """The parts of a set-up; one that is an error raises it when it is read."""

    def __init__(self, parts):
        self._parts = parts

    def __getattr__(self, name):
        part = self._parts[name]
        if isinstance(part, Exception):
            raise part
        return part


class Listing:
    """A service whose clock differs by so many seconds; None: its answer has no time."""

    def __init__(self, clock, behind):
        self._date = None if behind is None else clock.now() - timedelta(seconds=behind)

    def listed(self, *, page, page_size):
        assert (page, page_size) == (1, 1)
        return Page(tasks=(), total=0, total_pages=0, uid=None, date=self._date)


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture
def lines(tmp_path, clock, store):
    """Return a function that examines a set-up with these changes."""

    def examined(*, environ=(), behind=0.0, **changes):
        parts = {
            "kept_settings": {},
            "state_directory": tmp_path / "state",
            "config_directory": tmp_path / "config",
            "base_url": SERVICE,
            "service_host": service_host(SERVICE),
            "key": Key(value="sk-0123456789abcdef", source="the file"),
            "connect": lambda: Listing(clock, behind),
            "store": store,
        }
        return list(examine(SetUp(parts | changes), dict(environ), clock))

    return examined


@pytest.fixture
def found(lines):
    """Return a function that returns the only line of a check, or None."""

    def finder(what, **changes):
        found = [line for line in lines(**changes) if line.what == what]
        assert len(found) <= 1
        return found[0] if found else None

    return finder


@pytest.mark.parametrize("exposed", [False, True])
def test_a_key_that_others_can_read_is_a_warning(found, exposed):
    more = "; other users can read this file: run chmod 600 on it" if exposed else ""
    key = Key(value="sk-0123456789abcdef", source="the file", exposed=exposed)
    assert found("key", key=key) == Finding("key", f"…cdef from the file{more}", exposed)


@pytest.mark.parametrize(
    ("behind", "told", "warning"),
    [
        (None, "", False),
        (0.0, "; this machine's clock is right", False),
        (1.9, "; this machine's clock is right", False),
        (-1.9, "; this machine's clock is right", False),
        (2.0, "; this machine's clock is 2 s ahead", False),
        (-50.0, "; this machine's clock is 50 s behind", False),
        (60.0, "; this machine's clock is 60 s ahead", False),
        (61.0, "; this machine's clock is 61 s ahead: set the clock, uploads and", True),
        (-61.0, "; this machine's clock is 61 s behind: set the clock, uploads and", True),
    ],
)
def test_a_clock_that_is_wrong_by_more_than_a_minute_is_a_warning(found, behind, told, warning):
    line = found("service", behind=behind)
    more = " `pixverse recover` need it" if warning else ""
    assert line.told == f"{SERVICE} accepts the key{told}{more}"
    assert (line.warning, line.error) == (warning, None)


def test_lost_answers_are_counted_and_are_a_warning(found, store, tmp_path):
    folder = tmp_path / "state"
    assert found("store") == Finding("store", f"{folder}: no damage found")
    for _ in range(2):
        store.records.intend(Record(number=0, status=Status.UNCLEAR, service=SERVICE))
    lost = f"{folder}: no damage found; submits whose answer was lost: 2 (run pixverse recover)"
    assert found("store") == Finding("store", lost, warning=True)


def test_a_damaged_store_is_an_error(found):
    line = found("store", store=SimpleNamespace(damage=lambda: "page 3 is torn"))
    assert (line.told, line.error.message) == ("page 3 is torn", "store: page 3 is torn")


@pytest.mark.parametrize(
    ("spent", "told", "warning"),
    [
        (None, "1/day: 0.00 CNY spent by estimates, 1.00 left, renews on ", False),
        ("0.99", "1/day: 0.99 CNY spent by estimates, 0.01 left, renews on ", False),
        ("1", "1/day: 1.00 CNY spent by estimates, 0.00 left, renews on ", True),
        ("1.255", "1/day: 1.255 CNY spent by estimates, 0.00 left, renews on ", True),
    ],
)
def test_a_budget_of_which_nothing_is_left_is_a_warning(found, store, clock, spent, told, warning):
    record = Record(
        number=0,
        status=Status.UNCLEAR,
        service=SERVICE,
        intent_at=clock.now(),
        fingerprint="f",
    )
    if spent:
        store.records.intend(replace(record, estimate=Decimal(spent)))
    line = found("budget", environ={"PIXVERSE_BUDGET": "1/day"})
    assert line.told.startswith(told)
    assert line.warning is warning


def test_without_a_valid_budget_there_is_no_line_of_it(found):
    assert found("budget") is None
    assert found("budget", environ={"PIXVERSE_BUDGET": "much"}) is None
    assert (
        "PIXVERSE_BUDGET=much: must be an amount"
        in found("settings", environ={"PIXVERSE_BUDGET": "much"}).told
    )


@pytest.mark.parametrize("name", ["once", "notify", "receipt", "max-cost", "timeout", "output"])
def test_every_setting_of_submit_is_checked(found, name):
    variable = f"PIXVERSE_{name.upper().replace('-', '_')}"
    line = found("settings", environ={variable: "{x"})
    assert line.told.startswith(variable)
    assert line.error.exit_code == 2


def test_settings_that_are_not_set_are_told_with_their_place(found, tmp_path):
    file = tmp_path / "config" / "config.toml"
    assert found("settings").told == f"none set; they would be in {file}"
    assert found("settings", environ={"PIXVERSE_MODEL": "c1"}).told == "PIXVERSE_MODEL"


def test_a_proxy_and_certificates_are_told_with_their_variables(found, monkeypatch):
    assert found("proxy").told == "none used for dashscope.aliyuncs.com"
    assert found("certificates").told == "the usual authorities"
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.example:3128")
    file = Path(pytest.importorskip("certifi").where())
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert found("proxy").told == "proxy.example, set by HTTPS_PROXY"
    assert found("certificates").told == f"{file}, set by SSL_CERT_FILE"


def test_the_service_is_looked_at_before_the_machine(lines, tmp_path, monkeypatch):
    copy = tmp_path / ".agents" / "skills" / "pixverse" / "SKILL.md"
    copy.parent.mkdir(parents=True)
    copy.write_text("")
    monkeypatch.chdir(tmp_path)
    assert [line.what for line in lines(environ={"PIXVERSE_BUDGET": "1/day"})] == [
        *("state folder", "store", "settings", "budget", "key", "address", "proxy"),
        *("certificates", "service", "config folder", "current folder", "temp folder", "program"),
        *("man pages", "bash completion", "zsh completion", "fish completion", "skill"),
    ]


@pytest.mark.parametrize(
    ("unusable", "skipped"),
    [
        ("key", {"service"}),
        ("service_host", {"proxy", "certificates", "service"}),
        ("state_directory", set()),
        ("config_directory", set()),
        ("store", set()),
    ],
)
def test_what_needs_an_unusable_part_is_not_checked(lines, unusable, skipped):
    errors = [(line.what, line.told) for line in lines(**{unusable: KEY}) if line.error]
    folders = {"state folder", "config folder"}
    assert {what for what, _ in errors} <= {"key", "address", "store", "settings"} | folders
    assert {told for _, told in errors} == {"no key"}
    usual = [line.what for line in lines()]
    checked = [line.what for line in lines(**{unusable: KEY})]
    assert checked == [what for what in usual if what not in skipped]


NETWORK, KEY = UnreachableError("no connection"), AuthError("no key")
OTHER, UNUSUAL = UnexpectedError("no store"), BillingError("overdue", hint="pay")


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ((), None),
        ((OTHER, NETWORK, KEY), (3, "no key")),
        ((OTHER, NETWORK), (6, "no connection")),
        ((UNUSUAL, OTHER), (1, "no store")),
        ((UNUSUAL,), (1, "overdue")),
    ],
)
def test_the_command_ends_with_the_gravest_error(errors, expected):
    findings = [Finding("x", "fine"), *(Finding("x", str(each), error=each) for each in errors)]
    worst = gravest(findings)
    assert (worst and (worst.exit_code, worst.message)) == expected
    assert worst is None or worst.hint == (errors[0].hint if len(errors) == 1 else None)
