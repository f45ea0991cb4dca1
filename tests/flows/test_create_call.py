"""What one create call leaves in the store."""

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.flows.create_call import create
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store
from tests.flows.test_states import order_of


class RefusingClient:
    """A service that refuses every create call."""

    def create(self, _body, *, give_up):
        assert not give_up()
        raise UsageError("the image cannot be read", service_code="InvalidParameter")


def test_an_upload_of_a_refused_request_is_not_used_again(tmp_path, clock):
    store = Store(tmp_path)
    upload = ("sha", "model", "account")
    store.uploads.keep(*upload, "oss://a", clock.now())
    tools = Tools(RefusingClient, store, clock, Interrupts(clock), "https://s", lambda: "account")
    list(create(order_of("A turtle.", "oss://a", once=False), ["oss://a"], tools))
    assert store.uploads.find(*upload, clock.now()) is None
    assert [record.status for record in store.records.newest(-1)] == ["NOT_SENT"]
    store.close()
