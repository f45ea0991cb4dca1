"""The objects that every flow works with; the app creates them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.plan import WaitPolicy
from pixverse_cli.store import Store

if TYPE_CHECKING:
    from pixverse_cli.dashscope.connect import Connect


class Tools(NamedTuple):
    """``connect`` returns the client, created on first use: many commands need no network.

    ``service`` is the base URL that records belong to. ``account`` returns a name for the key
    and the service that does not reveal the key. ``run`` is a random id of this process.
    """

    connect: "Connect"
    store: Store
    clock: Clock
    interrupts: Interrupts
    service: str
    account: Callable[[], str]
    run: str = ""
    deadline: float = float("inf")

    def time_left(self) -> float:
        """Return the seconds until the command's time limit; infinite if there is none."""
        return max(0.0, self.deadline - self.clock.monotonic())

    def until(self, policy: WaitPolicy) -> "Tools":
        """Return the same tools with the time limit of a policy, which starts now."""
        limit = policy.timeout or float("inf")
        return self._replace(deadline=self.clock.monotonic() + limit)

    def for_thread(self) -> "Tools":
        """Return tools for another thread: with a client and an open store of their own.

        Signals come to the main thread only. The store has to be closed on that thread.
        """
        return self._replace(
            connect=self.connect.another(),
            store=self.store.reopened(),
            interrupts=Interrupts(self.clock),
        )
