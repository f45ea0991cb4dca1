"""Giving the inputs of an order a URL: what is uploaded, how often, and what is too large."""

from dataclasses import dataclass, field
from hashlib import sha256

import pytest

from pixverse_cli.dashscope.wire import Policy
from pixverse_cli.domain.budget import Budget, Period
from pixverse_cli.domain.catalog import Resolution, Role, find_model
from pixverse_cli.domain.clock import TimeLimit
from pixverse_cli.domain.errors import Charged, ThrottledError, UnreachableError, UsageError
from pixverse_cli.domain.events import Ended, Retrying, Uploaded, Uploading
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.plan import Action, BatchItem, Input, InputFile, Order, WaitPolicy
from pixverse_cli.domain.request import VideoRequest
from pixverse_cli.domain.task import Status
from pixverse_cli.flows.batch import batch
from pixverse_cli.flows.create_call import draft
from pixverse_cli.flows.submit import publish, size_problems, submit
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store
from pixverse_cli.store.manifest_lock import ManifestLock
from tests.servers import READ, Pause, Script, ScriptedServer, answer

CONTENT = b"an image"
REFUSED = answer(b"<Error><Code>AccessDenied</Code></Error>", status="403 Forbidden")
STORED = answer(status="204 No Content")
BUSY = UnreachableError("HTTP 502, HTML")


@dataclass
class TemporaryStore:
    """The service's temporary store at ``host``: the policies that were asked for, by model."""

    host: str = "https://oss.example"
    max_bytes: int | None = None
    errors: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    on_loopback = True

    def policy(self, model):
        self.asked.append(find_model(model).alias)
        if self.errors:
            raise self.errors.pop(0)
        return Policy(host=self.host, directory="d", form={}, max_bytes=self.max_bytes)


@pytest.fixture
def service():
    return TemporaryStore()


@pytest.fixture
def tools(tmp_path, clock, service):
    store = Store(tmp_path / "state")
    interrupts = Interrupts(clock)
    yield Tools(lambda: service, store, clock, interrupts, "https://s", lambda: "account")
    store.close()


@pytest.fixture
def order(tmp_path):
    """Return a function that orders a video of a picture with some content."""

    def ordered(content=CONTENT, *, name="a.jpg", model="v6", **changes):
        path = tmp_path / name
        path.write_bytes(content)
        digest = sha256(content).hexdigest()
        file = InputFile(path, name, len(content), "JPEG", 512, 512, digest)
        request = VideoRequest(find_model(model), "up", Resolution.P720, 5)
        return Order(request, (Input(Role.IMAGE, name, digest, file),), **changes)

    return ordered


def published(order, tools):
    """Publish the inputs of an order; return their URLs and the events."""
    events, flow = [], publish(order, tools)
    try:
        while True:
            events.append(next(flow))
    except StopIteration as end:
        return end.value, events


class TestUpload:
    def test_a_file_is_uploaded_once_for_each_model(self, order, tools, service):
        with ScriptedServer([STORED], [STORED]) as server:
            service.host = server.origin
            [[url], events] = published(order(), tools)
            again = published(order(), tools)
            published(order(model="c1"), tools)
        assert url.startswith("oss://d/")
        assert url.endswith(".jpg")
        assert again == ([url], [Uploaded(image="a.jpg", url=url, cached=True)])
        assert events[0] == Uploading(image="a.jpg", sent=0, total=len(CONTENT))
        assert events[-1] == Uploaded(image="a.jpg", url=url)
        assert {type(event) for event in events[1:-1]} <= {Uploading}
        assert service.asked == ["v6", "c1"]

    def test_how_much_was_sent_is_told_while_the_store_takes_its_time(self, order, tools, service):
        with ScriptedServer(Script([READ, Pause(0.15), STORED], reads=0)) as server:
            service.host = server.origin
            [_, events] = published(order(), tools)
        assert Uploading(image="a.jpg", sent=len(CONTENT), total=len(CONTENT)) in events

    def test_after_a_refusal_it_is_tried_once_more_under_another_name(self, order, tools, service):
        with ScriptedServer([REFUSED], [STORED]) as server:
            service.host = server.origin
            [[url], events] = published(order(), tools)
        [retry] = [event for event in events if isinstance(event, Retrying)]
        assert "the temporary store refused the file: AccessDenied" in retry.reason
        assert (retry.delay, len(service.asked)) == (0.0, 2)
        name = url.removeprefix("oss://").encode()
        assert [name in request for request in server.requests] == [False, True]

    def test_a_second_refusal_is_the_end_and_nothing_is_kept(self, order, tools, service):
        with ScriptedServer([REFUSED], [REFUSED]) as server:
            service.host = server.origin
            with pytest.raises(UnreachableError, match="AccessDenied"):
                published(order(), tools)
        digest, model = sha256(CONTENT).hexdigest(), order().request.model.name
        assert tools.store.uploads.find(digest, model, "account", tools.clock.now()) is None

    def test_a_refusal_that_a_retry_cannot_solve_is_the_end(self, order, tools, service):
        service.host = "http://oss.example"
        with pytest.raises(UnreachableError, match="without TLS"):
            published(order(), tools)
        assert len(service.asked) == 1

    def test_a_single_file_that_is_too_large_is_not_sent(self, order, tools, service):
        service.max_bytes = len(CONTENT) - 1
        with pytest.raises(UsageError, match=r"a\.jpg: has 8 bytes; .* takes at most 7"):
            published(order(), tools)

    def test_an_upload_command_gives_the_url(self, order, tools, service):
        [urls, events] = published(order(upload_command="sh -c 'echo https://x/a'"), tools)
        assert urls == ["https://x/a"]
        assert events == [Uploaded(image="a.jpg", url="https://x/a")]
        assert service.asked == []

    def test_an_address_is_used_as_it_is(self, order, tools, service):
        address, link = "https://x/a.jpg?signature", "https://oss.example/v.mp4?signature"
        inputs = (
            Input(Role.IMAGE, "https://x/a.jpg", address),
            Input(Role.VIDEO, "t-1", "t-1", link=link),
        )
        assert published(order()._replace(inputs=inputs), tools) == ([address, link], [])
        assert service.asked == []

    def test_nothing_is_uploaded_for_an_order_that_is_over_its_budget_by_now(
        self, order, tools, service
    ):
        one = order(budget=Budget(order().estimate, Period.DAY))
        tools.store.records.intend(replace(draft(one, tools), intent_at=tools.clock.now()))
        [ended] = submit([one._replace(take=2)], tools)
        assert "over the rest of the budget" in ended.error.message
        assert (ended.error.charged, service.asked) == (Charged.NO, [])
        assert len(tools.store.records.newest(-1)) == 1


class TestTooLarge:
    """What the service's store would refuse is found out before anything is paid."""

    @pytest.fixture(autouse=True)
    def _limit(self, service):
        service.max_bytes = 7

    def test_each_file_is_told_and_each_model_is_asked_about_once(self, order, tools, service):
        orders = [
            order(),
            order(b"short", name="b.jpg"),
            order(b"long again", name="c.jpg"),
            order(name="d.jpg", model="c1"),
        ]
        found = size_problems(orders, tools)
        assert [[line.partition(";")[0] for line in lines] for lines in found] == [
            ["a.jpg: has 8 bytes"],
            [],
            ["c.jpg: has 10 bytes"],
            ["d.jpg: has 8 bytes"],
        ]
        assert service.asked == ["v6", "c1"]

    def test_nothing_is_created_and_every_file_is_told(self, order, tools):
        orders = [order(), order(), order(b"long again", name="c.jpg")]
        with pytest.raises(UsageError) as raised:
            list(submit(orders, tools))
        assert [line[:5] for line in raised.value.message.split("\n")] == ["a.jpg", "c.jpg"]
        assert raised.value.hint == "nothing was sent"
        assert tools.store.records.newest(-1) == []

    def test_in_a_batch_each_is_refused_once(self, order, tools, service, tmp_path):
        items = [
            BatchItem(name, Action.SUBMIT, tmp_path / name, order=order(name=f"{name}.jpg"))
            for name in ("a", "b")
        ]
        lock = ManifestLock(tmp_path / "videos.csv", TimeLimit(tools.clock))
        events = list(batch(items, tools, WaitPolicy(timeout=60.0), lock))
        assert [event.label for event in events if isinstance(event, Ended)] == ["a", "b"]
        assert (service.asked, tools.store.records.newest(-1)) == (["v6"], [])

    def test_of_a_single_file_the_upload_asks_itself(self, order, tools, service):
        assert size_problems([order()], tools) == [[]]
        assert service.asked == []

    def test_what_is_not_uploaded_may_have_any_size(self, order, tools, service):
        by_command = order(upload_command="upload")
        known = order(b"known content", name="known.jpg")
        [each] = known.inputs
        model = known.request.model.name
        tools.store.uploads.keep(each.identity, model, "account", "oss://d/x", tools.clock.now())
        live = order(b"live content", name="live.jpg", once=True)
        sent = tools.store.records.intend(draft(live, tools))
        assert sent.status is Status.UNCLEAR
        address = Order(by_command.request, (Input(Role.IMAGE, "https://x/", "https://x/"),))
        orders = [by_command, by_command, known, live, address]
        assert size_problems(orders, tools) == [[]] * 5
        assert service.asked == []
        assert [len(lines) for lines in size_problems([order(), *orders, order()], tools)] == [
            *(1, 0, 0, 0, 0, 0),
            1,
        ]
        without_once = live._replace(once=False)
        assert [len(lines) for lines in size_problems([live, without_once, order()], tools)] == [
            *(0, 1, 1),
        ]

    def test_the_questions_keep_to_the_services_rate(self, order, tools):
        tools.store.rate_slots.hold_back("policy", tools.clock.now().timestamp() + 10.0)
        size_problems([order(), order(name="b.jpg")], tools)
        assert tools.clock.slept == pytest.approx([10.0])

    @pytest.mark.parametrize("error", [BUSY, ThrottledError("too many")])
    def test_where_the_service_does_not_answer_each_upload_asks(self, order, tools, service, error):
        service.errors = [error]
        assert size_problems([order(), order(name="b.jpg")], tools) == [[], []]
        assert len(service.asked) == 1

    def test_where_the_limit_is_not_known_no_file_is_too_large(self, order, tools, service):
        service.max_bytes = None
        assert size_problems([order(), order(name="b.jpg")], tools) == [[], []]
        service.max_bytes = len(CONTENT)
        assert size_problems([order(), order(name="b.jpg")], tools) == [[], []]
