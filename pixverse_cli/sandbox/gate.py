"""Who may call at all, and how often."""

import hmac
import threading

from pixverse_cli.domain.catalog import CALLS_PER_SECOND, CREATES_PER_SECOND
from pixverse_cli.domain.clock import Clock
from pixverse_cli.sandbox import refusals as words
from pixverse_cli.sandbox.exchange import Request
from pixverse_cli.sandbox.limits import Rate
from pixverse_cli.sandbox.refusals import Refused
from pixverse_cli.sandbox.scenarios import Troubles

_PER_SECOND = {
    "create": CREATES_PER_SECOND,  # for each model (Model Studio, "Rate limits")
    "query": CALLS_PER_SECOND,
    "list": CALLS_PER_SECOND,
    "cancel": CALLS_PER_SECOND,
    "policy": 100,  # ("Obtain a temporary file URL")
}
_TROUBLED = ("create", "query")


class Gate:
    """Checks the key and the rates, and refuses as scenarios ask."""

    def __init__(self, *, clock: Clock, key: str, troubles: Troubles) -> None:
        self._clock = clock
        self._key = key
        self._troubles = troubles
        self._lock = threading.Lock()
        self._rates: dict[tuple[str, str], Rate] = {}

    def check_key(self, request: Request) -> None:
        """Refuse (401) what does not carry the key of this sandbox as a bearer."""
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not key.strip():
            raise Refused(401, "InvalidApiKey", words.NO_KEY)
        right = hmac.compare_digest(key.strip().encode(), self._key.encode())
        if not right or self._troubles.strikes("bad-key"):
            raise Refused(401, "InvalidApiKey", words.WRONG_KEY)

    def check_rate(self, kind: str, model: str = "") -> None:
        """Refuse (429) a call above the documented rate of its kind."""
        if kind in _TROUBLED:
            if self._troubles.strikes("retry-after", kind):
                raise words.throttled(after=2)
            if self._troubles.strikes("throttled", kind):
                raise words.throttled()
        with self._lock:
            rate = self._rates.setdefault((kind, model), Rate(_PER_SECOND[kind]))
            if not rate.allows(self._clock.monotonic()):
                raise words.throttled()
