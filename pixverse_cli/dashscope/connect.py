"""The client, created on first use: its import takes longer than most commands."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixverse_cli.dashscope.client import Client


class Connect:
    """Returns the one client of a command; ``find_key`` is called only when it is created.

    ``time_is_up`` returns whether the command's time limit is reached.
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
