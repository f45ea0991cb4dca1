"""The objects that every flow works with; the app creates them."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.clock import Clock, TimeLimit
from pixverse_cli.domain.errors import (
    PixverseError,
    ThrottledAtLimitError,
    ThrottledError,
    TimeLimitError,
)
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.store import Store

if TYPE_CHECKING:
    from pixverse_cli.dashscope.client import Client
    from pixverse_cli.domain.plan import WaitPolicy
    from pixverse_cli.settings.key import Key


class KeyInUse:
    """The API key of a command: it is looked for when it is first needed, and only once.

    ``service`` is the base URL that it is used with.
    """

    def __init__(self, environ: Mapping[str, str], service: str) -> None:
        self._environ = environ
        self._service = service

    @cached_property
    def key(self) -> "Key":
        """The key.

        :raises AuthError: there is none, or its form is not valid.
        """
        from pixverse_cli.settings.key import find_key  # noqa: PLC0415  many commands need no key
        from pixverse_cli.settings.places import config_directory  # noqa: PLC0415  as above

        return find_key(self._environ, config_directory(self._environ))

    def value(self) -> str:
        """Return the key itself, which goes to the service alone."""
        return self.key.value

    def account(self) -> str:
        """Return a name for key and service that does not show the key."""
        return self.key.account(self._service)

    def ending(self) -> str:
        """Return the key's last four characters."""
        return self.key.ending


class Connect:
    """Returns the one client of a command, imported and created when it is first asked for.

    ``find_key`` is called only then. ``time_is_up`` returns whether the command's time limit
    is reached.
    """

    def __init__(
        self,
        base_url: str,
        find_key: Callable[[], str],
        time_is_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self._base_url = base_url
        self._find_key = find_key
        self._time_is_up = time_is_up
        self._client: Client | None = None

    def __call__(self) -> "Client":
        """Return the client.

        :raises AuthError: there is no usable key.
        """
        if self._client is None:
            from pixverse_cli.dashscope.client import Client  # noqa: PLC0415  imports requests

            self._client = Client(self._base_url, self._find_key(), time_is_up=self._time_is_up)
        return self._client

    def another(self) -> "Connect":
        """Return the same for a client of its own: one client makes one call at a time."""
        return Connect(self._base_url, self._find_key, self._time_is_up)


class Tools(NamedTuple):
    """What every flow works with.

    ``connect`` returns the client, created on first use: many commands need no network.
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

    @property
    def time_limit(self) -> TimeLimit:
        """The command's time limit."""
        return TimeLimit(self.clock, self.deadline)

    def time_left(self) -> float:
        """Return the seconds until the command's time limit; infinite if there is none."""
        return self.time_limit.left()

    def time_is_up(self) -> bool:
        """Return whether the command's time limit is reached."""
        return self.time_limit.is_reached()

    def out_of_time(self, last: PixverseError | None = None) -> TimeLimitError:
        """Return the error for a command that has no time for another try.

        ``last`` is the error until then. Without one, only the rate limit keeps a call from
        being made before the time limit.
        """
        if isinstance(last, TimeLimitError):
            return last
        kind = ThrottledAtLimitError if isinstance(last, ThrottledError) else TimeLimitError
        if self.time_is_up():
            what = "the time limit was reached"
        elif last is not None:
            what = "the next try would come after --timeout"
        else:
            what = "the rate limit allows the next call only after --timeout"
            kind = ThrottledAtLimitError
        detail = f"; the last error: {last.message}" if last else ""
        return kind(f"{what}{detail}", hint="a longer --timeout gives it more time")

    def until(self, policy: "WaitPolicy") -> "Tools":
        """Return the same tools with the limit of a policy that starts now, if it is earlier."""
        limit = self.time_limit.within(policy.timeout or float("inf"))
        return self._replace(deadline=limit.end)

    def for_thread(self) -> "Tools":
        """Return tools for another thread: with a client and an open store of their own.

        Signals come to the main thread only. The store has to be closed on that thread.
        """
        return self._replace(
            connect=self.connect.another(),
            store=self.store.reopened(),
            interrupts=Interrupts(self.clock),
        )
