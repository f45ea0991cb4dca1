"""The objects that every flow works with; the app creates them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import PixverseError, TimeLimitError
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.plan import WaitPolicy
from pixverse_cli.store import Store

if TYPE_CHECKING:
    from pixverse_cli.dashscope.connect import Connect


class Tools(NamedTuple):
    """``connect`` returns the client, created on first use: many commands need no network.

    ``service`` is the base URL that records belong to. ``account`` returns a name for the key
    and the service that does not reveal the key, ``key_ending`` the key's last four characters.
    ``run`` is a random id of this process. ``deadline`` is the time limit of the whole command
    (monotonic): it bounds every call, every wait and every transfer.
    """

    connect: "Connect"
    store: Store
    clock: Clock
    interrupts: Interrupts
    service: str
    account: Callable[[], str]
    key_ending: Callable[[], str] = str
    run: str = ""
    deadline: float = float("inf")

    def time_left(self) -> float:
        """Return the seconds until the command's time limit; infinite if there is none."""
        return max(0.0, self.deadline - self.clock.monotonic())

    def time_is_up(self) -> bool:
        """Return whether the command's time limit is reached."""
        return self.clock.monotonic() >= self.deadline

    def until(self, policy: WaitPolicy) -> "Tools":
        """Return the same tools with the limit of a policy that starts now, unless theirs is
        earlier.
        """
        limit = policy.timeout or float("inf")
        return self._replace(deadline=min(self.deadline, self.clock.monotonic() + limit))

    def for_thread(self) -> "Tools":
        """Return tools for another thread: with a client and an open store of their own.

        Signals come to the main thread only. The store has to be closed on that thread.
        """
        return self._replace(
            connect=self.connect.another(),
            store=self.store.reopened(),
            interrupts=Interrupts(self.clock),
        )


def out_of_time(last: PixverseError | None = None) -> TimeLimitError:
    """Return the error for a command at its time limit; ``last`` is the error until then."""
    if isinstance(last, TimeLimitError):
        return last
    detail = f"; the last error: {last.message}" if last else ""
    return TimeLimitError(
        f"the time limit was reached{detail}", hint="a longer --timeout gives it more time"
    )
